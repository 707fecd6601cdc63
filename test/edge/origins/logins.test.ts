import { request } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startOrigin, type TestOrigin } from '../rig/origin.ts'
import { type Rig, startRig } from '../rig/rig.ts'
import { channelRows, group } from '../rig/tables.ts'

const HLS = 'application/vnd.apple.mpegurl'
const LOGIN = 'Basic dTpw'
/** That a list has before a host: `anna:pass:w0rd`. */
const LISTED = 'YW5uYTpwYXNzOncwcmQ='
let rig: Rig
/** Gets viewers' own logins, as its setting says. */
let trusted: TestOrigin
beforeAll(async () => {
  trusted = await startOrigin()
  const prepare: Parameters<typeof startRig>[0] = (stub, { url }) => {
    stub.policy = { ...stub.policy, groups: [group('all', { isDefault: true })] }
    stub.tables.channels.rows = channelRows({
      ch1: { origin: url, base: '/hls/ch1/' },
      ts: { origin: url, base: '/ts/', entry: 'stream.ts', protocol: 'mpegts' },
      asking: { origin: url, base: '/asking/', entry: 'live.ts', protocol: 'mpegts' },
      login: { origin: trusted.url, base: '/hls/login/' },
      listed: { origin: url, login: LISTED, base: '/listed/' },
      streamed: { origin: url, login: LISTED, base: '/sent/', entry: 's.ts', protocol: 'mpegts' },
      template: {
        origin: url,
        base: '/dash/',
        entry: 'm.mpd',
        query: 'token=SECRET9&n=1',
        protocol: 'dash',
      },
    })
  }
  rig = await startRig(prepare, (it) => ({ ...it, authorizedOrigins: [trusted.url] }))
})
afterAll(async () => {
  await rig?.stop()
  await trusted?.stop()
})
beforeEach(() => {
  for (const origin of [rig.origin, trusted]) origin.seen.length = 0
})

const put = (path: string, body: string, type = HLS, at = rig.origin) =>
  at.files.set(path, { type, body })
const open = async (channel: string): Promise<string> => {
  const opened = await rig.get(`/live/${rig.ticket()}/${channel}/index.m3u8`)
  expect(opened.status).toBe(302)
  return (opened.headers.get('location') ?? '').replace(/[^/]*$/, '')
}

test('a viewer’s Authorization goes only where the setting says so', async () => {
  put('/hls/ch1/a.ts', 'a', 'video/mp2t')
  put('/hls/login/a.ts', 'a', 'video/mp2t', trusted)
  const headers = { Authorization: LOGIN }
  for (const channel of ['ch1', 'login'])
    expect((await rig.get(`${await open(channel)}a.ts`, { headers })).status).toBe(200)
  expect(rig.origin.seen.map((it) => it.headers.authorization)).toEqual([undefined])
  expect(trusted.seen.map((it) => it.headers.authorization)).toEqual([LOGIN])
})

describe('an origin that asks for a login', () => {
  const CHALLENGE = 'Basic realm="provider"'
  const ask = (path: string, at: TestOrigin) => {
    at.files.set(path, { type: 'text/html', body: 'u:p is wrong', status: 401 })
    at.headers.set(path, { 'WWW-Authenticate': CHALLENGE })
  }

  test.each([
    ['ch1', '/hls/ch1/', 'asks.ts'],
    ['ch1', '/hls/ch1/', 'asks.m3u8'],
    ['ch1', '/hls/ch1/at/', 'asks.ts'],
    ['ch1', '/hls/ch1/at/', 'asks.m3u8'],
    ['asking', '/asking/', 'live.ts'],
  ])('has no player ask its user for the provider’s: %s %s%s', async (channel, base, name) => {
    ask(base + name, rig.origin)
    if (base.endsWith('/at/')) rig.origin.moved.set(`/hls/ch1/${name}`, base + name)
    const answer = await rig.get((await open(channel)) + name)
    expect([answer.status, answer.reason, answer.text]).toEqual([
      502,
      'origin.unauthorized',
      'origin.unauthorized\n',
    ])
    expect(answer.headers.get('www-authenticate')).toBeNull()
  })

  test.each(['asks.ts', 'asks.m3u8'])('gets the viewer’s where it is set to: %s', async (name) => {
    ask(`/hls/login/${name}`, trusted)
    const answer = await rig.get((await open('login')) + name)
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, CHALLENGE])
    expect(answer.text).not.toContain('u:p')
  })
})

test.each(['seg.ts', 'list.m3u8', 'stream.ts', 'moved.ts'])(
  'a body of a viewer’s request reaches no origin: %s',
  async (name) => {
    put('/hls/ch1/seg.ts', 'x', 'video/mp2t')
    put('/hls/ch1/list.m3u8', '#EXTM3U\n')
    rig.origin.moved.set('/hls/ch1/moved.ts', '/hls/ch1/seg.ts')
    const root = await open(name === 'stream.ts' ? 'ts' : 'ch1')
    for (const framing of [{ 'Content-Length': '9' }, { 'Transfer-Encoding': 'chunked' }]) {
      const status = await new Promise((resolve, reject) => {
        const sent = request(
          `${rig.url}${root}${name}`,
          { method: 'GET', headers: framing },
          (it) => {
            it.destroy()
            resolve(it.statusCode)
          },
        )
        sent.on('error', reject)
        sent.end('from-them')
      })
      expect(status).toBe(200)
    }
    expect(rig.origin.seen.length).toBeGreaterThan(0)
    for (const { headers } of rig.origin.seen)
      expect([headers['content-length'], headers['transfer-encoding']]).toEqual([
        undefined,
        undefined,
      ])
    expect(rig.origin.bodies).toEqual([])
  },
)

describe('a login in the file name of a template of DASH reaches its origin, and no viewer', () => {
  test.each([
    ['$RepresentationID$-SECRET9-$Number$.m4s', '/dash/v1-SECRET9-5.m4s'],
    ['$RepresentationID$/$Bandwidth$-SECRET9.$Number%04d$.m4s', '/dash/v1/900-SECRET9.0005.m4s'],
    ['$RepresentationID$SECRET9$Number$.m4s', '/dash/v1SECRET95.m4s'],
    ['../far/$Number$/SECRET9/s-SECRET9-$Time$.m4s', '/far/5/SECRET9/s-SECRET9-700.m4s'],
    ['SECRET9/$Number$_SECRET9.m4s?a=SECRET9', '/dash/SECRET9/5_SECRET9.m4s?a=SECRET9'],
  ])('%s', async (media, asked) => {
    const xml = (text: string) => text.replaceAll('&', '&amp;')
    const name = `${asked.replace(/\W/g, '_')}.mpd`
    put(
      `/dash/${name}`,
      `<MPD><Period><AdaptationSet><SegmentTemplate media="${xml(media)}"/><Representation id="v1" bandwidth="900"/></AdaptationSet></Period></MPD>`,
      'application/dash+xml',
    )
    put(asked.split('?', 1)[0] ?? '', 'media', 'video/mp4')
    const root = await open('template')
    const list = await rig.get(`${root}${name}`)
    const written = /media="([^"]*)"/.exec(list.text)?.[1]?.replaceAll('&amp;', '&') ?? ''
    expect(written).not.toContain('SECRET9')
    const filled = written
      .replace('$RepresentationID$', 'v1')
      .replace('$Bandwidth$', '900')
      .replace('$Number%04d$', '0005')
      .replace('$Number$', '5')
      .replace('$Time$', '700')
    const at = new URL(filled, `${rig.url}${root}`)
    const answer = await fetch(at)
    expect([answer.status, await answer.text()]).toEqual([200, 'media'])
    expect(rig.origin.seen.at(-1)?.url).toBe(asked)
  })
})

test('of other headers of a player, an origin gets the bytes that were sent, or none', async () => {
  put('/hls/ch1/list.m3u8', '#EXTM3U\n')
  const root = await open('ch1')
  const headers = { 'x-latin': 'caf\xe9', 'x-utf': 'caf\xc3\xa9', 'x-plain': 'cafe' }
  await new Promise<void>((resolve, reject) => {
    const asked = request(`${rig.url}${root}list.m3u8?latin`, { headers }, (it) => {
      it.resume().on('end', () => resolve())
    })
    asked.on('error', reject).end()
  })
  expect(rig.origin.seen.at(-1)?.headers).toMatchObject({
    'x-utf': 'caf\xc3\xa9',
    'x-plain': 'cafe',
  })
  expect(rig.origin.seen.at(-1)?.headers['x-latin']).toBeUndefined()
})

describe('a login that the list has before a host', () => {
  const asked = () => rig.origin.seen.map(({ url, headers }) => [url, headers.authorization])
  const BASIC = `Basic ${LISTED}`

  test('goes to that host with all that the channel is asked for, and to no viewer', async () => {
    const body = `#EXTM3U
#EXT-X-TARGETDURATION:4
#EXT-X-KEY:METHOD=AES-128,URI="../keys/k"
#EXT-X-SESSION-DATA:DATA-ID="a",VALUE="pass:w0rd"
#EXTINF:4,
a.ts
#EXTINF:4,
${rig.origin.url}/listed/b.ts
`
    put('/listed/index.m3u8', body)
    for (const path of ['/listed/a.ts', '/listed/b.ts']) put(path, 'a', 'video/mp2t')
    put('/keys/k', '0123456789abcdef', 'application/octet-stream')
    const entry = `${await open('listed')}index.m3u8`
    const headers = { Authorization: LOGIN }
    const { status, text } = await rig.get(entry, { headers })
    expect(status).toBe(200)
    expect(text).not.toMatch(/w0rd|YW5uYTpw/)
    const named = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
    const key = /URI="([^"]*)"/.exec(text)?.[1] ?? ''
    for (const name of [key, ...named]) {
      const { pathname } = new URL(name, `http://edge${entry}`)
      expect((await rig.get(pathname, { headers })).status, name).toBe(200)
    }
    const wanted = ['/listed/index.m3u8', '/keys/k', '/listed/a.ts', '/listed/b.ts']
    expect(asked()).toEqual(wanted.map((path) => [path, BASIC]))
  })

  test('does so for a stream', async () => {
    put('/sent/s.ts', '\u0047'.repeat(188), 'video/mp2t')
    expect((await rig.get(`${await open('streamed')}s.ts`)).status).toBe(200)
    expect(asked()).toEqual([['/sent/s.ts', BASIC]])
  })

  test('is not sent on where its host redirects elsewhere', async () => {
    put('/else/a.ts', 'a', 'video/mp2t', trusted)
    rig.origin.moved.set('/listed/moved.ts', `${trusted.url}/else/a.ts`)
    await rig.get(`${await open('listed')}moved.ts`)
    expect(asked()).toEqual([['/listed/moved.ts', BASIC]])
    expect(trusted.seen.map(({ headers }) => headers.authorization)).not.toContain(BASIC)
  })
})
