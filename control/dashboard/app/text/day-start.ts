import { clockOf, momentOf } from '../../../runtime/zone-clock.ts'

/** When a day (`2026-01-31`) begins in a zone, Unix milliseconds. */
export const dayStart = (date: string, name: string): number =>
  momentOf(clockOf(name), Date.parse(`${date}T00:00:00Z`))

/** The day (`2026-01-31`) a moment is in, in a zone. */
export const dayOf = (at: number, name: string): string =>
  new Intl.DateTimeFormat('en-CA', {
    timeZone: name,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).format(at)
