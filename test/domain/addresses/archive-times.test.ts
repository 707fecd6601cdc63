import { describe, expect, test } from 'vitest'
import { fillTimes, parseStart, spanSeconds } from '#domain/addresses/archive-times'

const AT = Date.UTC(2026, 10, 29, 20, 15) / 1000

describe('the start of a span', () => {
  test.each([
    ['2026-11-29:20-15', 0],
    ['2026-11-29:20-15-07', 7],
    ['2026-11-29_20-15', 0],
    ['2026-11-29:20:15', 0],
    ['2026-11-29:20:15:07', 7],
    ['2026-11-29 20:15:07', 7],
    ['2026-11-29T20:15:07Z', 7],
    ['2026-11-29T20:15:07.250Z', 7],
    ['2026-11-29T22:15+02:00', 0],
    ['2026-11-29T22:15:00 02:00', 0],
    ['2026-11-29T18:15:00-0200', 0],
    ['20261129201507', 7],
    ['20261129-20', -900],
    [String(AT), 0],
    [`${AT}000`, 0],
  ])('%s', (text, after) => expect(parseStart(text)).toBe(AT + after))

  test.each([
    '',
    'now',
    '2026-13-01:20-15',
    '2026-02-30:10-00',
    '2026-11-29:25-00',
    '12',
    '-1',
    '2026-11-29',
  ])('is not %s', (text) => expect(parseStart(text)).toBeNull())

  test('has a length of two hours where an app gives none, and of eight at the most', () => {
    expect(['60', '', '0', '90000', 'x'].map(spanSeconds)).toEqual([3600, 7200, 7200, 28800, 7200])
  })
})

describe('an archive’s placeholders', () => {
  const span = { start: AT, durationSec: 3600, now: AT + 7200 }
  test.each([
    ['index-{utc}-{duration}.m3u8', `index-${AT}-3600.m3u8`],
    ['?utc=${start}&lutc=${timestamp}&e={utcend}', `?utc=${AT}&lutc=${AT + 7200}&e=${AT + 3600}`],
    ['{duration:60}/{Y}-{m}-{d}:{H}-{M}:{S}', '60/2026-11-29:20-15:00'],
    ['{utc:Y-m-d H:M}/${end:H}', '2026-11-29 20:15/21'],
    ['${(b)yyyyMMddHHmmss}-${(e)HH}', '20261129201500-21'],
    ['rel-{offset:1}-{offset:60}', 'rel-7200-120'],
    ['whole', 'whole'],
  ])('%s', (template, wanted) => expect(fillTimes(template, span)).toBe(wanted))

  test('of other kinds cannot be filled', () => {
    for (const template of ['{catchup-id}', '{utc}/{what}', '{duration:0}'])
      expect(fillTimes(template, span), template).toBeNull()
  })
})
