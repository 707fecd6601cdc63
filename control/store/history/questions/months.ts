import { DAY_MS } from '../counting/roll-ups.ts'

/** The first day of a month, both counted from 1970. */
export const dayOfMonth = (month: number): number => Date.UTC(1970, month) / DAY_MS

/** The month of a day, both counted from 1970. */
export const monthOfDay = (day: number): number => {
  const at = new Date(day * DAY_MS)
  return (at.getUTCFullYear() - 1970) * 12 + at.getUTCMonth()
}
