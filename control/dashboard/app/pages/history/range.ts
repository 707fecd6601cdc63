import { dayStart } from '../../text/day-start.ts'

const DAY_MS = 86_400_000

/** Unix milliseconds, the end left out. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** What was chosen: two days of a zone (`2026-01-31`, both counted), or how many days back. */
export interface Choice {
  readonly from: string
  readonly to: string
  readonly days: string
  readonly zone: string
}

const isDate = (text: string): boolean =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text))

const nextDay = (date: string): string =>
  new Date(Date.parse(date) + DAY_MS).toISOString().slice(0, 10)

/** The span of a choice; days that are no dates, or in the wrong order, leave the last `days` before `now`. */
export const spanOf = ({ from, to, days, zone }: Choice, now: number): Span => {
  if (isDate(from) && isDate(to) && from <= to)
    return { from: dayStart(from, zone), to: dayStart(nextDay(to), zone) }
  const count = Math.min(3650, Math.max(1, Math.floor(Number(days)) || 30))
  return { from: now - count * DAY_MS, to: now }
}

/** The range before, just as long. */
export const spanBefore = ({ from, to }: Span): Span => ({ from: from - (to - from), to: from })

/** How much more than before, as a share: 0.1 = a tenth more; `null` where before was nothing. */
export const growth = (now: number, before: number): number | null =>
  before === 0 ? null : (now - before) / before
