import { clockOf, momentOf } from '../../../runtime/zone-clock.ts'
import type { Span } from './span.ts'

const HOUR_MS = 3_600_000

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
