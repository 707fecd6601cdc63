const STORED = 'gatehouse.zone'

const isZone = (name: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).formatToParts(0).length > 0
  } catch {
    return false
  }
}

/** The browser's own time zone (IANA). */
export const browserZone = new Intl.DateTimeFormat().resolvedOptions().timeZone

/** The time zone somebody chose; empty where it is the browser's. */
export const chosenZone = (): string => {
  const stored = localStorage.getItem(STORED) ?? ''
  return stored !== '' && isZone(stored) ? stored : ''
}

/** The time zone of every date and day on the pages. */
export const zone: string = chosenZone() || browserZone

/** Keeps a time zone, empty for the browser's, and shows everything in it. */
export const setZone = (next: string): void => {
  localStorage.setItem(STORED, next)
  location.reload()
}

const MINUTE_MS = 60_000

/** By how much a zone's clock is ahead of UTC at a moment, ms. */
const offsetAt = (at: number, name: string): number => {
  const parts = new Intl.DateTimeFormat('en', {
    timeZone: name,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  }).formatToParts(at)
  const value = (type: string) => Number(parts.find((part) => part.type === type)?.value ?? 0)
  const local = Date.UTC(
    value('year'),
    value('month') - 1,
    value('day'),
    value('hour'),
    value('minute'),
  )
  return local - Math.floor(at / MINUTE_MS) * MINUTE_MS
}

/** When a day (`2026-01-31`) begins in a zone, Unix milliseconds. */
export const dayStart = (date: string, name: string): number => {
  const midnight = Date.parse(`${date}T00:00:00Z`)
  const guess = midnight - offsetAt(midnight, name)
  // The clock may have changed between the two.
  return midnight - offsetAt(guess, name)
}
