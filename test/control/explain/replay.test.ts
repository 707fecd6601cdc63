import { describe, expect, it } from 'vitest'
import { type LoggedRequest, readLogLine } from '../../../control/explain/access-log.ts'
import { type DraftDecision, replayAccessLog } from '../../../control/explain/replay.ts'

const readOpening = ({ path, query }: LoggedRequest) => {
  const channel = /^\/live\/([^/]+)\/index\.m3u8$/.exec(path)?.[1]
  return channel === undefined ? null : { channel, token: new URLSearchParams(query).get('token') }
}

const combined = (address: string, target: string, status: number, agent = 'VLC/3') =>
  `${address} - - [22/Nov/2026:10:00:00 +0000] "GET ${target} HTTP/1.1" ${status} 512 "-" "${agent}"`

const replay = (lines: readonly string[], decide: DraftDecision) =>
  replayAccessLog(lines, { readOpening, decide, fingerprint: (token) => `#${token.length}` })

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
  ])('case=%s', (_what, line, expected) => {
    expect(readLogLine(line)).toEqual(expected)
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
      combined('192.0.2.6', '/live/news/seg-1.ts', 200),
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
