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

/** The moment (Unix ms) at which a zone's clock shows a time; where clocks jump over it, the jump. */
export const momentOf = (clock: (at: number) => number, wanted: number): number => {
  let at = wanted
  for (let round = 0; round < 3; round += 1) at += wanted - clock(at)
  return at
}
