import { describe, expect, test } from 'vitest'
import {
  localHours,
  localMidnights,
} from '../../../../control/store/history/questions/local-periods.ts'

const DAY = 86_400_000

const shownIn = (zone: string, starts: readonly number[]): string[] => {
  const clock = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    dateStyle: 'short',
    timeStyle: 'short',
  })
  return starts.map((start) => clock.format(start))
}

/** The two days before a date of UTC and the two after it. */
const around = (date: string) => {
  const at = Date.parse(`${date}T12:00:00Z`)
  return { from: at - 2 * DAY, to: at + 2 * DAY }
}

describe('days of a zone begin at its midnight', () => {
  test.each([
    // Clocks are set at midnight itself: the day begins at one o'clock.
    ['Africa/Cairo', '2026-04-24', '01:00'],
    ['Asia/Beirut', '2026-03-29', '01:00'],
    ['America/Havana', '2026-03-08', '01:00'],
    // Midnight comes twice: the first counts.
    ['America/Havana', '2026-11-01', '00:00'],
    ['Atlantic/Azores', '2026-10-25', '00:00'],
    ['Asia/Beirut', '2026-10-25', '00:00'],
    ['Europe/Lisbon', '2026-03-29', '00:00'],
    ['Asia/Kathmandu', '2026-03-01', '00:00'],
    ['Australia/Lord_Howe', '2026-04-05', '00:00'],
  ])('%s on %s', (zone, date, time) => {
    const starts = localMidnights(zone, around(date))
    const shown = shownIn(zone, starts)
    expect(shown).toContain(`${date} ${time}`)
    expect(shown.filter((text) => !text.startsWith(date) && !text.endsWith('00:00'))).toEqual([])
    // A second before, it was another day.
    const before = shownIn(
      zone,
      starts.map((start) => start - 1000),
    )
    for (const [i, text] of before.entries())
      expect(text.slice(0, 10)).not.toBe(shown[i]?.slice(0, 10))
  })

  test('a day that a zone left out at the date line is none', () => {
    const shown = shownIn('Pacific/Apia', localMidnights('Pacific/Apia', around('2011-12-30')))
    expect(shown).toContain('2011-12-31 00:00')
    expect(new Set(shown).size).toBe(shown.length)
    expect(shown.join()).not.toContain('2011-12-30')
  })
})

describe('hours of a zone begin at its full hours', () => {
  test.each(['Asia/Kathmandu', 'America/St_Johns', 'Australia/Lord_Howe', 'Pacific/Chatham'])(
    '%s',
    (zone) => {
      const span = around('2026-04-05')
      const starts = localHours(zone, span)
      expect(shownIn(zone, starts).filter((text) => !text.endsWith(':00'))).toEqual([])
      expect(starts[0]).toBeLessThanOrEqual(span.from)
      expect(starts.at(-1)).toBeLessThan(span.to)
    },
  )

  test('an hour that clocks are set back by half lasts half as long again', () => {
    const starts = localHours('Australia/Lord_Howe', around('2026-04-05'))
    const lengths = starts.slice(1).map((start, i) => (start - (starts[i] ?? 0)) / 60_000)
    expect(lengths.filter((minutes) => minutes !== 60)).toEqual([90])
  })
})
