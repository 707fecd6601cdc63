import type { DayTotals, KeyTotals } from '../../data/types.ts'

const HOUR_MS = 3_600_000

/** Quotes a field of a comma-separated file where it must be (RFC 4180); a text that a spreadsheet would calculate stays a text. */
const field = (value: string | number): string => {
  const text = typeof value === 'string' && /^[=+@\t-]/.test(value) ? `'${value}` : String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

const linesOf = (rows: readonly (readonly (string | number)[])[]): string =>
  rows.map((cells) => `${cells.map(field).join(',')}\r\n`).join('')

const hours = (ms: number): string => (ms / HOUR_MS).toFixed(2)

/** Days as a comma-separated file; a day is that of the zone. */
export const csvOfDays = (days: readonly DayTotals[], zone: string): string => {
  const dates = new Intl.DateTimeFormat('en-CA', { timeZone: zone })
  return linesOf([
    ['day', 'plays', 'refusals', 'hours', 'viewers', 'bytes'],
    ...days.map((row) => [
      dates.format(row.day),
      row.plays,
      row.refusals,
      hours(row.playedMs),
      row.viewers,
      row.bytes,
    ]),
  ])
}

/** Totals by key as a comma-separated file; accounts with their names. */
export const csvOfKeys = (key: string, rows: readonly KeyTotals[]): string => {
  const hasNames = rows.some(({ accountName }) => accountName !== undefined)
  const named = (name: string): string[] => (hasNames ? [name] : [])
  return linesOf([
    [key, ...named('name'), 'plays', 'refusals', 'hours', 'bytes'],
    ...rows.map((row) => [
      row.key,
      ...named(row.accountName ?? ''),
      row.plays,
      row.refusals,
      hours(row.playedMs),
      row.bytes,
    ]),
  ])
}
