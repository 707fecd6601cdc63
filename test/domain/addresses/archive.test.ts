import { describe, expect, test } from 'vitest'
import { fillArchive, placeholdersOf } from '#domain/addresses/archive'

const XTREAM = 'http://o:1/timeshift/U/P/${duration}/${start}/79.ts'
const fill = (template: string, rest: string) => {
  const filled = fillArchive(template, `@catchup/${rest}`)
  return filled === null
    ? null
    : `${filled.address.origin}${filled.address.path}${filled.address.query}`
}

describe('an archive’s address is filled with what a player asks for', () => {
  test.each([
    [
      XTREAM,
      '60/1700000000/archive-1700000000-60.ts',
      'http://o:1/timeshift/U/P/60/1700000000/79.ts',
    ],
    [
      'http://o/{Y}-{m}-{d}:{H}-{M}/7.ts',
      '2026/11/29/02/40/archive.ts',
      'http://o/2026-11-29:02-40/7.ts',
    ],
    [
      'HTTP://O:80/a.php?u={utc}&d=${(b)yyyy}&p=x y',
      '17/2026/index.m3u8',
      'http://o/a.php?u=17&d=2026&p=x%20y',
    ],
    ['http://o/{utc:Y-m-d H}/x', '2026-11-29%2002/i.ts', 'http://o/2026-11-29%2002/x'],
    ['http://o/{catchup-id}.mp4', 'film-7.x/archive.mp4', 'http://o/film-7.x.mp4'],
    ['http://o/whole.m3u8', 'index.m3u8', 'http://o/whole.m3u8'],
    ['http://o/a{lutc}/x', '/i.ts', 'http://o/a/x'],
  ])('%s with %s', (template, rest, wanted) => expect(fill(template, rest)).toBe(wanted))

  test.each([
    [XTREAM, '60/archive.ts'],
    [XTREAM, '60/17/80/archive.ts'],
    [XTREAM, '60/17%2F80/archive.ts'],
    [XTREAM, '60/../archive.ts'],
    [XTREAM, '60/..%2f..%2f78/archive.ts'],
    [XTREAM, '60/17%3Fx/archive.ts'],
    [XTREAM, '60/17%0a/archive.ts'],
    [XTREAM, 'abc/17/archive.ts'],
    [XTREAM, '60/${start}/archive.ts'],
    ['http://o/{catchup-id}/x', '../i.ts'],
    ['http://o/{catchup-id}/x', '%2e%2e/i.ts'],
    ['http://o/{catchup-id}/x', '.;/i.ts'],
    ['http://o/.{catchup-id}/x', './i.ts'],
    ['rtsp://o/{utc}', '17/i.ts'],
  ])('%s is not, with %s', (template, rest) => expect(fill(template, rest)).toBeNull())

  test('and it is known which of it may be any word', () => {
    expect(fillArchive('http://o/{catchup-id}', '@catchup/7/i.ts')?.isFree).toBe(true)
    expect(fillArchive(XTREAM, '@catchup/7/7/i.ts')?.isFree).toBe(false)
    expect(placeholdersOf('a{b}${c}{}d')).toEqual(['{b}', '${c}', '{}'])
  })
})
