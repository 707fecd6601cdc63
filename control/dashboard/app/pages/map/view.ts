/** A picture of the map: base coordinates times `scale`, plus an offset in pixels. */
export interface View {
  readonly scale: number
  readonly x: number
  readonly y: number
}

export const WHOLE: View = { scale: 1, x: 0, y: 0 }

/** The closest view: a town is as wide as a finger. */
const CLOSEST = 64

/** Keeps a view between the whole world and the closest, and the world in the picture. */
export const bounded = (view: View, width: number, height: number): View => {
  const scale = Math.max(1, Math.min(CLOSEST, view.scale))
  const within = (value: number, size: number) =>
    Math.max(size * (1 - scale), Math.min(0, Number.isFinite(value) ? value : 0))
  return { scale, x: within(view.x, width), y: within(view.y, height) }
}

/** Closer by a factor, around a point of the picture. */
export const zoomed = (view: View, factor: number, at: readonly [number, number]): View => {
  const scale = Math.max(1, Math.min(CLOSEST, view.scale * factor))
  const by = scale / view.scale
  return { scale, x: at[0] - (at[0] - view.x) * by, y: at[1] - (at[1] - view.y) * by }
}

/** Around places at least so much is shown, pixels of the whole world. */
const ROOM_PX = 40

/** The view that shows all places with room around them. */
export const fittedTo = ({
  x,
  y,
  width,
  height,
}: {
  readonly x: Float64Array
  readonly y: Float64Array
  readonly width: number
  readonly height: number
}): View => {
  const [xs, ys] = [x, y].map((list) => [...list].filter((value) => !Number.isNaN(value)))
  if (xs === undefined || ys === undefined || xs.length === 0) return WHOLE
  const middle = (list: readonly number[]) => (Math.min(...list) + Math.max(...list)) / 2
  const spread = (list: readonly number[]) => Math.max(...list) - Math.min(...list) + 2 * ROOM_PX
  const scale = Math.max(1, Math.min(width / spread(xs), height / spread(ys)))
  const view = { scale, x: width / 2 - middle(xs) * scale, y: height / 2 - middle(ys) * scale }
  return bounded(view, width, height)
}

/** Places that are drawn as one, at the mean of their positions. */
export interface Clusters {
  readonly count: number
  /** Base coordinates. */
  readonly x: Float64Array
  readonly y: Float64Array
  /** How many places each holds. */
  readonly size: Int32Array
  /** The cluster of each place; -1 where it has no position. */
  readonly of: Int32Array
}

/** Side of the squares whose places are drawn as one, pixels. */
const CELL_PX = 30

/** The scale clusters are made for: the same for views that differ by less than a fifth or so, so that coming closer does not join anew at every step. */
export const clusterScale = (scale: number): number => 2 ** (Math.round(2 * Math.log2(scale)) / 2)

/** Numbers by pairs of whole numbers, for many pairs: open addressing in typed arrays. */
class Cells {
  readonly #mask: number
  readonly #columns: Int32Array
  readonly #rows: Int32Array
  readonly #numbers: Int32Array

  constructor(most: number) {
    const size = 2 ** Math.ceil(Math.log2(2 * most + 2))
    this.#mask = size - 1
    this.#columns = new Int32Array(size)
    this.#rows = new Int32Array(size)
    this.#numbers = new Int32Array(size).fill(-1)
  }

  /** The number of a cell; `next` where it has none yet. */
  numberOf(column: number, row: number, next: number): number {
    let at = (Math.imul(column, 73_856_093) ^ Math.imul(row, 19_349_663)) & this.#mask
    for (;;) {
      const number = this.#numbers[at] ?? -1
      if (number < 0) {
        this.#columns[at] = column
        this.#rows[at] = row
        this.#numbers[at] = next
        return next
      }
      if (this.#columns[at] === column && this.#rows[at] === row) return number
      at = (at + 1) & this.#mask
    }
  }
}

/** Joins places that would overlap at a scale; `x` and `y` are base coordinates, NaN where there are none. */
export const clustersOf = (x: Float64Array, y: Float64Array, scale: number): Clusters => {
  const cell = CELL_PX / scale
  const cells = new Cells(x.length)
  const of = new Int32Array(x.length).fill(-1)
  const [sumX, sumY] = [new Float64Array(x.length), new Float64Array(x.length)]
  const size = new Int32Array(x.length)
  let count = 0
  for (let at = 0; at < x.length; at += 1) {
    const [px, py] = [x[at] ?? Number.NaN, y[at] ?? Number.NaN]
    if (Number.isNaN(px) || Number.isNaN(py)) continue
    const number = cells.numberOf(Math.floor(px / cell), Math.floor(py / cell), count)
    if (number === count) count += 1
    sumX[number] = (sumX[number] ?? 0) + px
    sumY[number] = (sumY[number] ?? 0) + py
    size[number] = (size[number] ?? 0) + 1
    of[at] = number
  }
  const mean = (sums: Float64Array) =>
    sums.subarray(0, count).map((sum, at) => sum / (size[at] ?? 1))
  return {
    count,
    x: mean(sumX),
    y: mean(sumY),
    size: size.subarray(0, count),
    of,
  }
}

/** Weights of places, added up by cluster. */
export const clusterWeights = (clusters: Clusters, weights: Float64Array): Float64Array => {
  const sums = new Float64Array(clusters.count)
  for (let at = 0; at < clusters.of.length; at += 1) {
    const number = clusters.of[at] ?? -1
    if (number >= 0) sums[number] = (sums[number] ?? 0) + (weights[at] ?? 0)
  }
  return sums
}

/** Radius of a dot for so many plays, pixels. */
export const dotRadius = (weight: number): number => Math.min(22, 4 + 2.2 * Math.log2(1 + weight))

/** The cluster under a point of the picture, or the nearest within reach of a finger; -1 where there is none. */
export const clusterAt = (
  clusters: Clusters,
  weights: Float64Array,
  view: View,
  [px, py]: readonly [number, number],
): number => {
  let best = -1
  let bestPx = 14
  for (let at = 0; at < clusters.count; at += 1) {
    const weight = weights[at] ?? 0
    if (weight === 0) continue
    const dx = (clusters.x[at] ?? 0) * view.scale + view.x - px
    const dy = (clusters.y[at] ?? 0) * view.scale + view.y - py
    const away = Math.hypot(dx, dy) - dotRadius(weight)
    if (away < bestPx) {
      best = at
      bestPx = away
    }
  }
  return best
}

/** The places of a cluster that have any play. */
export const membersOf = (clusters: Clusters, weights: Float64Array, number: number): number[] => {
  const found: number[] = []
  for (let at = 0; at < clusters.of.length; at += 1)
    if (clusters.of[at] === number && (weights[at] ?? 0) > 0) found.push(at)
  return found
}
