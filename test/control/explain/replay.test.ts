import { describe, expect, it } from 'vitest'
import { readLogLine } from '../../../control/explain/access-log.ts'
import { readOpening } from '../../../control/explain/read-opening.ts'
import { type DraftDecision, replayAccessLog } from '../../../control/explain/replay.ts'

const combined = (address: string, target: string, status: number, agent = 'VLC/3') =>
  `${address} - - [22/Nov/2026:10:00:00 +0000] "GET ${target} HTTP/1.1" ${status} 512 "-" "${agent}"`

const replay = (lines: readonly string[], decide: DraftDecision) =>
  replayAccessLog(lines, { decide, fingerprint: (token) => `#${token.length}` })

describe('lines', () => {
  it.each([
    [
      'an IPv4 viewer on an IPv6 socket',
      '::FFFF:192.0.2.1 - - [t] "GET /a HTTP/1.1" 200 1 "-" "-"',
      {
        address: '192.0.2.1',
        path: '/a',
        query: '',
        status: 200,
        userAgent: null,
        referer: null,
      },
    ],
    [
      'combined',
      combined('192.0.2.1', '/live/a%20b/index.m3u8?token=x', 200, 'a \\x22b\\x22 \\xD0\\x96'),
      {
        address: '192.0.2.1',
        path: '/live/a b/index.m3u8',
        query: 'token=x',
        status: 200,
        userAgent: 'a "b" Ж',
        referer: null,
      },
    ],
    [
      'common, without agent',
      '::1 - me [22/Nov/2026:10:00:00 +0000] "GET / HTTP/1.0" 404 -',
      { address: '::1', path: '/', query: '', status: 404, userAgent: null, referer: null },
    ],
    [
      'JSON',
      '{"remote_addr":"192.0.2.1","request":"GET /a?b=c HTTP/1.1","status":403,"http_user_agent":"X","http_referer":"-"}',
      {
        address: '192.0.2.1',
        path: '/a',
        query: 'b=c',
        status: 403,
        userAgent: 'X',
        referer: null,
      },
    ],
    [
      'JSON with its parts apart',
      '{"ip":"192.0.2.1","uri":"/a","args":"b=c","status":"200"}',
      {
        address: '192.0.2.1',
        path: '/a',
        query: 'b=c',
        status: 200,
        userAgent: null,
        referer: null,
      },
    ],
    [
      'JSON with the path after a rewrite beside the request line',
      '{"clientip":"192.0.2.1","request":"GET /a?token=b HTTP/1.1","uri":"/other","response":"200"}',
      { method: 'GET', path: '/a', query: 'token=b', status: 200 },
    ],
    [
      'a container’s log around a line',
      JSON.stringify({ log: `${combined('192.0.2.1', '/a', 200)}\n`, stream: 'stdout' }),
      { address: '192.0.2.1', path: '/a', isTokenHidden: false },
    ],
    [
      'our own log',
      '{"address":"192.0.2.1","method":"HEAD","kind":"","channel":"news","path":"index.m3u8","status":403,"print":"a"}',
      { method: 'HEAD', path: '/news/index.m3u8', status: 403, isTokenHidden: true },
    ],
    [
      'our own log of a playlist',
      '{"address":"192.0.2.1","method":"GET","channel":"","path":"","status":200,"print":""}',
      { path: '//', status: 200 },
    ],
  ])('case=%s', (_what, line, expected) => {
    expect(readLogLine(line)).toMatchObject(expected)
  })

  it.each([
    '',
    'noise',
    '{"a":1}',
    '{',
    '192.0.2.1 - - [x] "" 400 0 "-" "-"',
    '[]',
    '{}',
    'unix: - - [x] "GET /a HTTP/1.1" 200 0 "-" "-"',
    '{"ip":"nobody","uri":"/a","status":200}',
  ])('case=unreadable %j', (line) => {
    expect(readLogLine(line)).toBeNull()
  })

  it('keep a path that does not decode', () => {
    expect(readLogLine(combined('::1', '/a%ff%zz', 200))?.path).toBe('/a%ff%zz')
  })
})

describe('openings', () => {
  const opening = (target: string, method = 'GET') => {
    const line = combined('192.0.2.1', target, 200).replace('GET', method)
    const request = readLogLine(line)
    return request && readOpening(request)
  }
  const ticket = 'A'.repeat(80)

  it.each([
    ['/live/news/index.m3u8?token=t', ['news', 't', false]],
    ['/live/me/word/news.m3u8', ['news', null, true]],
    ['/live/me/word/news.ts', ['news', null, true]],
    [`/live/${ticket}/news/index.m3u8`, ['news', null, false]],
    [`/s/${ticket}/news/seg-1.ts`, ['news', null, false]],
    ['/s/***/news/seg-1.ts', ['news', null, false]],
    ['/news/mono.m3u8?token=t', ['news', 't', false]],
    ['/news.ts', ['news', null, false]],
    ['http://tv.example.net/news/manifest.mpd', ['news', null, false]],
  ])('case=%s', (target, expected) => {
    const { channel, token, isCredentialHidden } = opening(target) ?? {}
    expect([channel, token, isCredentialHidden]).toEqual(expected)
  })

  it.each([
    '/playlist.m3u',
    '/playlist.m3u8',
    '/get.php',
    '/favicon.ico',
    '/',
    '//',
    '/live/',
    '/../x/y.m3u8',
  ])('case=%s opens nothing', (target) => expect(opening(target)).toBeNull())

  it.each(['HEAD', 'OPTIONS', 'POST'])('case=%s opens nothing', (method) =>
    expect(opening('/live/news/index.m3u8', method)).toBeNull(),
  )
})

describe('replay', () => {
  const refuseVlc: DraftDecision = async (request) =>
    request.userAgent?.includes('VLC')
      ? { verdict: 'deny', reason: 'rule.deny_ua' }
      : { verdict: 'allow', reason: 'rule.allow_default' }

  it('says how many viewers, and whom, a draft would newly refuse or admit', async () => {
    const lines = [
      combined('192.0.2.1', '/live/news/index.m3u8?token=secret', 200),
      combined('192.0.2.1', '/live/news/index.m3u8?token=secret', 302),
      combined('192.0.2.1', '/live/film/index.m3u8?token=secret', 200),
      combined('192.0.2.2', '/live/news/index.m3u8', 403, 'MAG200'),
      combined('192.0.2.3', '/live/news/index.m3u8', 200, 'MAG200'),
      combined('192.0.2.4', '/live/news/index.m3u8', 403),
      combined('192.0.2.5', '/live/news/index.m3u8', 502),
      combined('192.0.2.6', '/favicon.ico', 200),
      '',
      'noise',
    ]
    const result = await replay(lines, refuseVlc)
    expect(result).toEqual({
      lines: 9,
      unreadable: 1,
      openings: 6,
      viewers: 4,
      undecided: 0,
      newlyRefused: [
        {
          address: '192.0.2.1',
          token: '#6',
          userAgent: 'VLC/3',
          channels: ['film', 'news'],
          requests: 3,
          reason: 'rule.deny_ua',
        },
      ],
      newlyAdmitted: [
        {
          address: '192.0.2.2',
          token: null,
          userAgent: 'MAG200',
          channels: ['news'],
          requests: 1,
          reason: 'rule.allow_default',
        },
      ],
    })
    expect(JSON.stringify(result)).not.toContain('secret')
  })

  it('counts viewers whom backends would decide about apart', async () => {
    const depends: DraftDecision = async () => ({ verdict: 'depends', reason: '' })
    const lines = ['192.0.2.1', '192.0.2.2', '192.0.2.1'].map((address) =>
      combined(address, '/live/news/index.m3u8', 200),
    )
    expect(await replay(lines, depends)).toMatchObject({
      viewers: 2,
      undecided: 2,
      newlyRefused: [],
      newlyAdmitted: [],
    })
  })

  it('thinks about a viewer that asks for the same again once', async () => {
    let thoughts = 0
    const counting: DraftDecision = async () => {
      thoughts += 1
      return { verdict: 'deny', reason: 'rule.deny_ip' }
    }
    const line = combined('192.0.2.1', '/live/news/index.m3u8', 200)
    const other = combined('192.0.2.1', '/live/news/index.m3u8', 200, 'MAG')
    const result = await replay([line, line, line, other], counting)
    expect([thoughts, result.newlyRefused[0]?.requests]).toEqual([2, 4])
  })
})
