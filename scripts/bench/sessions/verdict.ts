/** Total cost of a number of live sessions; 0 sessions show the idle cost. */
export interface Point {
  readonly sessions: number
  readonly total: number
}

/** One measured cost. */
export interface Quantity {
  readonly name: string
  readonly unit: string
  /** Sessions the printed cost refers to. */
  readonly per: number
  readonly digits: number
  /** A slope up to this is no cost of sessions at all: noise over noise says nothing. */
  readonly negligible?: number
}

/** Whether a cost grows no faster than the sessions. */
export interface Verdict {
  /** At no sessions. */
  readonly fixed: number
  /** What more sessions cost, up to the middle size and from there to the largest. */
  readonly below: number
  readonly above: number
  readonly ratio: number
  readonly isLinear: boolean
}

/** Two measurements on a busy machine differ by so much. */
const NOISE = 1.25

const slope = (from: Point, to: Point, per: number): number =>
  ((to.total - from.total) / (to.sessions - from.sessions)) * per

/**
 * Compares the cost per session among few sessions with that among many; points in rising order,
 * the first without sessions. Throws an `Error` for fewer than three.
 */
export const judge = (points: readonly Point[], per: number, negligible = 0): Verdict => {
  const [first, last] = [points[0], points.at(-1)]
  const middle = points[Math.floor(points.length / 2)]
  if (!first || !middle || !last || points.length < 3) throw new Error('three sizes are needed')
  const [below, above] = [slope(first, middle, per), slope(middle, last, per)]
  const ratio = above / below
  return {
    fixed: first.total,
    below,
    above,
    ratio,
    isLinear: above <= Math.max(below * NOISE, negligible),
  }
}

/** What each step from size to size adds, for so many sessions. */
const stepsOf = (points: readonly Point[], per: number): { to: number; cost: number }[] =>
  points.slice(1).map((point, at) => {
    const from = points[at] ?? point
    return { to: point.sessions, cost: slope(from, point, per) }
  })

/** The verdict as a line: what each step adds, and how the steps beyond the middle size compare with those up to it. */
export const verdictLine = (quantity: Quantity, points: readonly Point[]): string => {
  const { name, unit, per, digits, negligible } = quantity
  const { fixed, below, above, ratio, isLinear } = judge(points, per, negligible)
  const middle = (points[Math.floor(points.length / 2)]?.sessions ?? 0).toLocaleString('en')
  const shown = (value: number): string => `${value.toFixed(digits)}${unit}`
  const steps = stepsOf(points, per).map(
    ({ to, cost }) => `to ${to.toLocaleString('en')} ${shown(cost)}`,
  )
  const base = fixed === 0 ? '' : ` beside ${shown(fixed)} without any`
  return (
    `${name}: each step adds ${steps.join(', ')}${base}; ` +
    `up to ${middle} ${shown(below)}, beyond ${shown(above)}, ratio ${Math.max(0, ratio).toFixed(2)}, ` +
    `linear or better: ${isLinear ? 'yes' : 'NO'}`
  )
}
