import { clockOf, momentOf } from '../../../runtime/zone-clock.ts'
import type { Span } from './span.ts'

const HOUR_MS = 3_600_000
const SECOND_MS = 1000

/** Where the local days of a span begin: the midnight before it, and each after, in a zone of the IANA database. */
export const localMidnights = (zone: string, { from, to }: Span): number[] => {
  const clock = clockOf(zone)
  const first = new Date(clock(from))
  const starts: number[] = []
  for (let day = 0; ; day += 1) {
    const wanted = Date.UTC(first.getUTCFullYear(), first.getUTCMonth(), first.getUTCDate() + day)
    const start = momentOf(clock, wanted)
    if (start >= to) return starts
    // A day that a zone left out, as at the date line, begins with the next.
    if (start !== starts.at(-1)) starts.push(start)
  }
}

/**
 * Where the hours of a span begin on a zone's clock. Where it is set by less than an hour, an hour is longer or begins
 * late, and the next ones are full again.
 */
export const localHours = (zone: string, { from, to }: Span): number[] => {
  const clock = clockOf(zone)
  const hourOf = (at: number): number => Math.floor(clock(at) / HOUR_MS)
  const nextHour = (at: number): number => at + HOUR_MS - (clock(at) % HOUR_MS)
  const starts: number[] = []
  let at = from - (clock(from) % HOUR_MS) - (from % SECOND_MS)
  while (at < to) {
    starts.push(at)
    const next = nextHour(at)
    const isSame = clock(next) % HOUR_MS !== 0 && hourOf(next) === hourOf(at)
    at = isSame ? nextHour(next) : next
  }
  return starts
}
