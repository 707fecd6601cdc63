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
