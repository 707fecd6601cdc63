import { describe, expect, test } from 'vitest'
import { byClock } from '../../../control/dashboard/app/pages/history/by-clock.ts'
import { csvOfDays, csvOfKeys } from '../../../control/dashboard/app/pages/history/csv.ts'
import { mergedBy } from '../../../control/dashboard/app/pages/history/merged.ts'
import { growth, spanBefore, spanOf } from '../../../control/dashboard/app/pages/history/range.ts'

const DAY = 86_400_000
const now = Date.parse('2026-04-10T12:00:00Z')
const amounts = { plays: 3, refusals: 1, playedMs: 5_400_000, bytes: 7 }

describe('a range', () => {
  test('is from the beginning of one day to the end of another, in a zone, over a change of its clocks', () => {
    const span = spanOf(
      { from: '2026-03-28', to: '2026-03-29', days: '7', zone: 'Europe/Berlin' },
      now,
    )
    expect(new Date(span.from).toISOString()).toBe('2026-03-27T23:00:00.000Z')
    expect(new Date(span.to).toISOString()).toBe('2026-03-29T22:00:00.000Z')
    const before = spanBefore(span)
    expect(before.to).toBe(span.from)
    expect(before.to - before.from).toBe(span.to - span.from)
  })

  test.each([
    ['', '', '7', 7],
    ['2026-04-02', '2026-04-01', '7', 7],
    ['soon', '2026-04-01', 'x', 30],
    ['2026-04-01', '', '-4', 1],
  ])('%s to %s, last %s days: days back from now', (from, to, days, count) => {
    const span = spanOf({ from, to, days, zone: 'UTC' }, now)
    expect(span).toEqual({ from: now - count * DAY, to: now })
  })

  test('is compared with the one before by its share, with nothing not at all', () => {
    expect(growth(15, 10)).toBeCloseTo(0.5)
    expect(growth(5, 10)).toBeCloseTo(-0.5)
    expect(growth(5, 0)).toBe(null)
  })
})

test('hours are added up by the clock of a zone, also where a day has 25', () => {
  // 2026-10-25, a Sunday: in Berlin the hour from two to three comes twice.
  const at = Date.parse('2026-10-25T00:00:00Z')
  const rows = [0, 1, 2, 26].map((hour) => ({ hour: at + hour * 3_600_000, playedMs: 10 + hour }))
  const { hours, weekdays } = byClock(rows, 'Europe/Berlin')
  expect([hours[2], hours[3], hours.reduce((sum, one) => sum + one, 0)]).toEqual([21, 48, 69])
  expect(weekdays).toEqual([36, 0, 0, 0, 0, 0, 33])
  expect(byClock(rows, 'Asia/Kolkata').hours[5]).toBe(10)
})

describe('the files', () => {
  test('days are those of the zone', () => {
    const day = Date.parse('2026-04-01T00:00:00+03:00')
    const text = csvOfDays([{ day, ...amounts, viewers: 2 }], 'Europe/Moscow')
    expect(text).toBe('day,plays,refusals,hours,viewers,bytes\r\n2026-04-01,3,1,1.50,2,7\r\n')
  })

  test('commas and quotes of names are quoted', () => {
    const text = csvOfKeys('channels', [{ key: 'News, "24"', ...amounts }])
    expect(text).toBe('channels,plays,refusals,hours,bytes\r\n"News, ""24""",3,1,1.50,7\r\n')
    const named = csvOfKeys('accounts', [{ key: 'own:a', accountName: '=1+1', ...amounts }])
    expect(named).toBe("accounts,name,plays,refusals,hours,bytes\r\nown:a,'=1+1,3,1,1.50,7\r\n")
  })
})

test('players of one name are one row, whatever their capitals and versions', () => {
  const rows = ['TiviMate/4.7', 'VLC/3', 'tivimate'].map((key, at) => ({
    key,
    ...amounts,
    plays: 5 - at,
  }))
  const merged = mergedBy(rows, (key) => key.split('/')[0] ?? '')
  expect(merged.map(({ key, plays, bytes }) => [key, plays, bytes])).toEqual([
    ['TiviMate', 8, 14],
    ['VLC', 4, 7],
  ])
})
