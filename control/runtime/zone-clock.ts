/** The clock of a time zone at a moment, as if it were UTC (Unix ms). Throws a RangeError for a zone nobody knows. */
export const clockOf = (zone: string): ((at: number) => number) => {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  return (at) => {
    const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]))
    const of = (name: Intl.DateTimeFormatPartTypes): number => parts.get(name) ?? 0
    const text = Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'))
    return text + of('second') * 1000
  }
}

const DAY_MS = 86_400_000
const SECOND_MS = 1000

/**
 * The moment (Unix ms) at which a zone's clock first shows a time of whole seconds; where clocks jump over it, the
 * jump. A zone changes its clock at most once within two days.
 */
export const momentOf = (clock: (at: number) => number, wanted: number): number => {
  const offsets = [wanted - DAY_MS, wanted + DAY_MS].map((at) => clock(at) - at)
  let before = wanted - Math.max(...offsets)
  let after = wanted - Math.min(...offsets)
  if (clock(before) === wanted) return before
  if (clock(after) === wanted) return after
  while (after - before > SECOND_MS) {
    const middle = before + Math.floor((after - before) / 2 / SECOND_MS) * SECOND_MS
    if (clock(middle) < wanted) before = middle
    else after = middle
  }
  return after
}
