import type { Span } from './span.ts'

const HOUR_MS = 3_600_000

/** The clock of a time zone at a moment, as if it were UTC (Unix ms). Throws a RangeError for a zone nobody knows. */
const clockOf = (zone: string): ((at: number) => number) => {
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
const momentOf = (clock: (at: number) => number, wanted: number): number => {
  let at = wanted
  for (let round = 0; round < 3; round += 1) at += wanted - clock(at)
  return at
}

/** Where the local days of a span begin: the midnight before it, and each after, in a zone of the IANA database. */
export const localMidnights = (zone: string, { from, to }: Span): number[] => {
  const clock = clockOf(zone)
  const first = new Date(clock(from))
  const starts: number[] = []
  for (let day = 0; ; day += 1) {
    const wanted = Date.UTC(first.getUTCFullYear(), first.getUTCMonth(), first.getUTCDate() + day)
    const start = momentOf(clock, wanted)
    if (start >= to) return starts
    starts.push(start)
  }
}

/** Where the hours of a span begin on a zone's clock; a quarter of an hour off the full one in some zones. */
export const localHours = (zone: string, { from, to }: Span): number[] => {
  const clock = clockOf(zone)
  const starts: number[] = []
  const shown = clock(from)
  for (let at = from - (shown % HOUR_MS) - (from % 1000); at < to; at += HOUR_MS) starts.push(at)
  return starts
}
