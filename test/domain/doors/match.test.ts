import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DOORS } from '#domain/doors/doors'
import { matchDoor, queryWithoutSuffix, readOpening } from '#domain/doors/match'
import { patternOf, reservedBelow } from '#domain/doors/shape'

const ticket = 'T'.repeat(60)
const pass = 'A'.repeat(80)
const having =
  (...names: string[]) =>
  (name: string) =>
    names.includes(name)
const nothing = having()
const token = having('token')

describe('openings', () => {
  test('ticket, token and Xtream are told apart', () => {
    expect(readOpening(`/live/${ticket}/ch1/a/b.ts`, nothing)).toEqual({
      credential: 'ticket',
      ticket,
      channel: 'ch1',
      rest: 'a/b.ts',
    })
    expect(readOpening('/live/ch1/index.m3u8', token)).toEqual({
      credential: 'token',
      channel: 'ch1',
      rest: 'index.m3u8',
    })
    expect(readOpening('/live/ch1/v0/index.m3u8', token)).toEqual({
      credential: 'token',
      channel: 'ch1',
      rest: 'v0/index.m3u8',
    })
    expect(readOpening('/live/u/p/12.ts', nothing)).toEqual({
      credential: 'xtream',
      user: 'u',
      password: 'p',
      channel: '12',
      rest: 'stream.ts',
    })
    expect(readOpening('/live/u/p/12.m3u8', nothing)).toMatchObject({
      credential: 'xtream',
      rest: 'index.m3u8',
    })
    for (const path of ['', 'ch1', '/', 'a b/x', 'ch1/x\u0001', '../x', './x'])
      expect(readOpening(`/live/${path}`, nothing), path).toBeNull()
  })

  test('a ticket is found in the paths that the expression of its door finds it in', () => {
    const door = DOORS.find(({ id }) => id === 'ticket')
    const pattern = new RegExp(patternOf(door?.path ?? '', (value) => value))
    const part = fc.oneof(
      fc.constantFrom(ticket, 'T'.repeat(47), 'T'.repeat(48), 'ch1', '.', '..', '', 'index.m3u8'),
      fc.constantFrom(
        'C'.repeat(64),
        'C'.repeat(65),
        'a\u0001',
        'é',
        'index.m3u8|Referer=a',
        '%41',
      ),
      fc.string({ maxLength: 5 }),
    )
    fc.assert(
      fc.property(
        fc.constantFrom('live', 'Live', 's'),
        fc.array(part, { maxLength: 6 }),
        (first, rest) => {
          const path = `/${[first, ...rest].join('/')}`
          const plain = path.replace(/\|Referer=a.*$/, '')
          const found = plain.endsWith('/') ? null : pattern.exec(plain)
          const { channel = '', file = '' } = found?.groups ?? {}
          const isOne =
            found !== null && channel !== '.' && channel !== '..' && !plain.includes('\u0001')
          const read = readOpening(path, nothing)
          if (!isOne) return plain.endsWith('/') || read?.credential !== 'ticket'
          const given = {
            credential: 'ticket',
            ticket: found.groups?.['ticket'],
            channel,
            rest: file,
          }
          expect(read).toEqual(given)
          return true
        },
      ),
      { numRuns: 2000 },
    )
  })

  test('a ticket in the path comes before a token in the query, a token before user and password', () => {
    expect(readOpening(`/live/${ticket}/ch1/index.m3u8`, token)?.credential).toBe('ticket')
    expect(readOpening('/live/u/p/12.ts', token)).toMatchObject({ channel: 'u', rest: 'p/12.ts' })
  })

  test.each([
    '/live/u/p/1234567890.ts',
    '/live/u/p/1234567890',
    '/live/u/p/news.m3u8',
    '/u/p/1234567890.ts',
    '/u/p/1234567890',
    '/timeshift/u/p/60/1700000000/1234567890.ts',
  ])('are what they are with slashes behind: %s', (path) => {
    for (const slashes of ['/', '//'])
      expect(readOpening(path + slashes, nothing)).toEqual(readOpening(path, nothing))
    expect(readOpening(path, nothing)?.credential).toBe('xtream')
  })

  test('below a ticket or a channel a slash is part of the name', () => {
    expect(readOpening(`/live/${ticket}/ch1/`, nothing)).toMatchObject({ channel: 'ch1', rest: '' })
    expect(readOpening(`/live/${ticket}/ch1/v0/`, nothing)).toMatchObject({ rest: 'v0/' })
    expect(readOpening('/live/ch1/', token)).toMatchObject({ channel: 'ch1', rest: '' })
  })

  test('end before a suffix that stands behind the entry’s name, and only there', () => {
    const note = '|User-Agent=Box/1 (x)&Referer=http:/r.example/a|b'
    for (const file of ['index.m3u8', 'v0/list.m3u', 'manifest.mpd', 'mpegts', 'stream.ts', 'play'])
      expect(readOpening(`/live/${ticket}/ch1/${file}${note}`, nothing), file).toEqual(
        readOpening(`/live/${ticket}/ch1/${file}`, nothing),
      )
    expect(readOpening(`/live/u/p|q/12.ts${note}`, nothing)).toEqual(
      readOpening('/live/u/p|q/12.ts', nothing),
    )
    expect(readOpening(`/live/${ticket}/ch1/key|1.bin`, nothing)).toMatchObject({
      rest: 'key|1.bin',
    })
  })

  test.each([
    ['token=T|User-Agent=Box/1&Referer=http://r.example/', 'token=T'],
    ['token=T%7CReferer=http%3A%2F%2Fr', 'token=T'],
    ['token=a|b&x=%7cc', 'token=a|b&x=%7cc'],
    ['|X-Forwarded-For=1', ''],
  ])('end before a suffix behind the query: %s', (query, without) => {
    expect(queryWithoutSuffix(query)).toBe(without)
  })

  test('never throws', () => {
    fc.assert(
      fc.property(fc.string(), fc.boolean(), (path, has) => {
        readOpening(path, () => has)
        matchDoor(path, () => has)
      }),
    )
  })
})

const CASES = [
  ['/playlist.m3u', nothing, 'playlist'],
  ['/playlist.m3u8', token, 'playlist-m3u8'],
  ['/get.php', having('username'), 'xtream-playlist'],
  ['/player_api.php', having('username'), 'xtream-api'],
  ['/epg.xml', nothing, 'guide'],
  ['/epg.xml.gz', nothing, 'guide-gz'],
  ['/xmltv.php', having('username'), 'xtream-guide'],
  ['/panel_api.php', having('username'), 'xtream-panel'],
  [`/live/${ticket}/news/index.m3u8`, nothing, 'ticket'],
  ['/live/news/index.m3u8', token, 'token'],
  ['/live/me/word/news.ts', nothing, 'xtream'],
  ['/live/me/word/1234567890', nothing, 'xtream-plain'],
  ['/live/news/index.m3u8', having('md5', 'expires'), 'secure-link'],
  ['/live/news/index.m3u8', nothing, 'no-credential'],
  ['/timeshift/me/word/60/2026-11-29:20-15/news.ts', nothing, 'xtream-archive'],
  ['/timeshift/me/word/60/2026-11-29 20:15:00/1234567890', nothing, 'xtream-archive-plain'],
  ['/timeshift/secret/60/1700000000/news.m3u8', nothing, 'xtream-archive-token'],
  ['/timeshift/secret/60/1700000000/news', nothing, 'xtream-archive-token-plain'],
  ['/timeshift.php', having('stream', 'start'), 'xtream-archive-query'],
  ['/streaming/timeshift.php', having('stream', 'start'), 'xtream-archive-streaming'],
  [`/s/AAAAAz${pass}/news/mpegts`, nothing, 'stream'],
  [`/s/AAAAAA${pass}/news/index.m3u8`, nothing, 'hls'],
  [`/s/${pass}/news/a/b.ts`, nothing, 'segment'],
  [`/s/${pass}/news/manifest.mpd`, nothing, 'dash'],
  ['/me/word/1234567890.m3u8', nothing, 'xtream-short'],
  ['/me/word/1234567890', nothing, 'xtream-shortest'],
] as const

describe('every door', () => {
  test.each(CASES)('case=%s', (path, has, id) => {
    expect(matchDoor(path, has)?.door.id).toBe(id)
  })

  test('is met by one of these cases, under an id of its own', () => {
    expect(CASES.map(([, , id]) => id)).toEqual(DOORS.map(({ id }) => id))
  })

  test('keeps to itself what begins as its path does', () => {
    const wide = '/<user>/<password>/<channel>'
    expect(reservedBelow(wide, [wide, '/live/<channel>', '/s/<pass>', '/get.php'])).toEqual([
      '/live/',
      '/s/',
    ])
    const pattern = new RegExp(patternOf(wide, (value) => value, ['/live/', '/s/']))
    expect(pattern.exec('/me/word/12')?.groups).toEqual({
      user: 'me',
      password: 'word',
      channel: '12',
    })
    for (const path of ['/live/word/12', '/s/word/12']) expect(pattern.test(path), path).toBe(false)
  })

  test('has placeholders that mean something', () => {
    expect(() => patternOf('/x/<nothing>', () => null)).toThrow(RangeError)
  })

  test.each(['/', '/favicon.ico', '/s/short/news/x.ts', '/playlist.m3u/x', '/live/', '/get.php\n'])(
    'none is at %j',
    (path) => expect(matchDoor(path, nothing)).toBeNull(),
  )
})
