import { createHash, randomBytes } from 'node:crypto'
import { request } from 'node:http'
import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Rig, startRig } from '../rig/rig.ts'
import { channelRows, group } from '../rig/tables.ts'

const HLS = 'application/vnd.apple.mpegurl'
const LOGIN = 'Basic dTpw'
let rig: Rig
beforeAll(async () => {
  rig = await startRig((stub, origin) => {
    stub.policy = { ...stub.policy, groups: [group('all', { isDefault: true })] }
    stub.tables.channels.rows = channelRows({
      ch1: { origin: origin.url, base: '/hls/ch1/' },
      ts: { origin: origin.url, base: '/ts/', entry: 'stream.ts', protocol: 'mpegts' },
    })
  })
})
afterAll(async () => {
  await rig?.stop()
})
beforeEach(() => {
  rig.origin.seen.length = 0
  rig.origin.headers.clear()
  rig.origin.moved.clear()
})

const put = (path: string, body: string, type = HLS) => rig.origin.files.set(path, { type, body })
const open = async (channel = 'ch1'): Promise<string> => {
  const opened = await rig.get(`/live/${rig.ticket()}/${channel}/index.m3u8`)
  expect(opened.status).toBe(302)
  return (opened.headers.get('location') ?? '').replace(/[^/]*$/, '')
}
const seenCookies = () => rig.origin.seen.map((it) => it.headers.cookie)
/** What a player would send back. */
const jar = (answer: { headers: Headers }): string =>
  answer.headers
    .getSetCookie()
    .map((it) => it.split(';')[0])
    .join('; ')

describe('cookies', () => {
  test('an origin gets those it set, where it set them for, and no others', async () => {
    put('/hls/ch1/cookies.m3u8', '#EXTM3U\n#EXT-X-TARGETDURATION:2\nx.ts\n/keys/k.bin\n')
    put('/hls/ch1/x.ts', 'x', 'video/mp2t')
    put('/keys/k.bin', 'k', 'application/octet-stream')
    rig.origin.headers.set('/hls/ch1/cookies.m3u8', {
      'Set-Cookie': ['sid=a.b=c; Path=/hls/; Domain=127.0.0.1; SameSite=None', 'all=1; Path=/'],
    })
    const root = await open()
    const answer = await rig.get(`${root}cookies.m3u8`, { headers: { Cookie: 'own=secret' } })
    expect(answer.headers.getSetCookie()).toHaveLength(2)
    for (const text of answer.headers.getSetCookie())
      expect(text).toMatch(
        new RegExp(`^gh_[\\w-]{8}=~[\\w-]+; Path=${root.replaceAll('/', '\\/')}; HttpOnly$`),
      )
    const headers = { Cookie: `own=secret; ${jar(answer)}; gh_forged00=~${'A'.repeat(40)}; sid=x` }
    const key = answer.text.split('\n')[3] ?? ''
    for (const path of ['cookies.m3u8', 'x.ts', key])
      expect((await rig.get(root + path, { headers })).status).toBe(200)
    expect(seenCookies()).toEqual([undefined, 'sid=a.b=c; all=1', 'sid=a.b=c; all=1', 'all=1'])
    const other = await rig.get(`${await open('ts')}stream.ts`, { headers, method: 'HEAD' })
    expect([other.status, seenCookies().at(-1)]).toEqual([200, undefined])
  })

  test('a manifest that comes with a cookie, or for one, is shared by none', async () => {
    put('/hls/ch1/mine.m3u8', '#EXTM3U\n#EXT-X-TARGETDURATION:9\nx.ts\n')
    rig.origin.headers.set('/hls/ch1/mine.m3u8', { 'Set-Cookie': 'sid=1; Path=/' })
    const root = await open()
    const answers = [await rig.get(`${root}mine.m3u8`), await rig.get(`${root}mine.m3u8`)]
    expect(answers.map((it) => it.headers.getSetCookie().length)).toEqual([1, 1])
    const headers = { Cookie: jar(answers[0] ?? { headers: new Headers() }) }
    put('/hls/ch1/for.m3u8', '#EXTM3U\n#EXT-X-TARGETDURATION:9\nx.ts\n')
    await rig.get(`${root}for.m3u8`, { headers })
    await rig.get(`${root}for.m3u8`)
    expect(seenCookies()).toEqual([undefined, undefined, 'sid=1', undefined])
  })

  test.each(['seg.ts', 'list.m3u8'])(
    'those of a redirection go along to where it leads: %s',
    async (name) => {
      rig.origin.moved.set(`/hls/ch1/${name}`, `/hls/ch1/at/${name}`)
      rig.origin.moved.set(`/hls/ch1/at/${name}`, `/hls/ch1/last/${name}`)
      put(`/hls/ch1/last/${name}`, '#EXTM3U\nx.ts\n', name.endsWith('ts') ? 'video/mp2t' : HLS)
      rig.origin.headers.set(`/hls/ch1/${name}`, {
        'Set-Cookie': [
          'a=1; Expires=Wed, 21 Oct 2099 07:28:00 GMT; Path=/',
          'b=2; Path=/hls/ch1/at',
        ],
      })
      rig.origin.headers.set(`/hls/ch1/at/${name}`, { 'Set-Cookie': 'a=3; Path=/' })
      rig.origin.headers.set(`/hls/ch1/last/${name}`, { 'Set-Cookie': 'd=4' })
      const answer = await rig.get((await open()) + name)
      expect(answer.status).toBe(200)
      expect(seenCookies()).toEqual([undefined, 'b=2; a=1', 'a=3'])
      expect(answer.headers.getSetCookie()).toHaveLength(3)
      await rig.get((await open()) + name.replace(/^/, 'last/'), {
        headers: { Cookie: jar(answer) },
      })
      expect(seenCookies().at(-1)).toBe('d=4; a=3')
    },
  )
})

test('what an origin says to browsers of its whole host, or of files by its own names, does not hold for the edge’s', async () => {
  const whole = {
    'Alt-Svc': 'h3="origin.example:443"',
    'Strict-Transport-Security': 'max-age=99',
    'Clear-Site-Data': '"*"',
    NEL: '{"report_to":"x"}',
    'Report-To': '{"endpoints":[{"url":"https://origin.example/r"}]}',
    'Reporting-Endpoints': 'x="https://origin.example/r"',
    'Set-Cookie2': 'a=b',
    SourceMap: 'https://origin.example/m',
    'Content-Disposition': 'attachment; filename="user-password-7.ts"',
    'Service-Worker-Allowed': '/',
    'Access-Control-Allow-Credentials': 'true',
  }
  put('/hls/ch1/whole.ts', 'x', 'video/mp2t')
  rig.origin.headers.set('/hls/ch1/whole.ts', { ...whole, 'X-Own': 'stays' })
  rig.origin.headers.set('/ts/stream.ts', { ...whole, 'X-Own': 'stays' })
  const leave = new AbortController()
  const answers = await Promise.all(
    [`${await open()}whole.ts`, `${await open('ts')}stream.ts`].map((path) =>
      fetch(rig.url + path, { signal: leave.signal }),
    ),
  )
  for (const { status, headers } of answers) {
    expect([status, headers.get('x-own')]).toEqual([200, 'stays'])
    expect(Object.keys(whole).filter((name) => headers.has(name))).toEqual([])
  }
  leave.abort()
})

test.each(['seg.ts', 'list.m3u8', 'stream.ts'])(
  'what only a proxy may say goes to no origin from a viewer: %s',
  async (name) => {
    put('/hls/ch1/seg.ts', 'x', 'video/mp2t')
    put('/hls/ch1/list.m3u8', '#EXTM3U\n')
    const said = {
      Forwarded: 'host=evil.example',
      'X-Forwarded-Host': 'evil.example',
      'X-Forwarded-Proto': 'gopher',
      'X-Original-URL': '/control/drop',
      'X-Rewrite-URL': '/control/drop',
      'X-HTTP-Method-Override': 'DELETE',
      'X-Client-IP': '192.0.2.9',
      'True-Client-IP': '192.0.2.9',
      'X-Remote-User': 'admin',
      'Proxy-Authorization': LOGIN,
    }
    const root = await open(name === 'stream.ts' ? 'ts' : 'ch1')
    const leave = new AbortController()
    const headers = { ...said, 'X-Forwarded-For': '198.51.100.7', 'X-Own': 'stays' }
    const answer = await fetch(rig.url + root + name, { headers, signal: leave.signal })
    expect(answer.status).toBe(200)
    leave.abort()
    const seen = rig.origin.seen.at(-1)?.headers ?? {}
    expect(Object.keys(said).filter((one) => one.toLowerCase() in seen)).toEqual([])
    expect(seen).toMatchObject({ 'x-own': 'stays', 'x-forwarded-for': '198.51.100.7' })
  },
)

describe('an origin gets what the player says of itself, byte for byte', () => {
  test.each(['seg.ts', 'list.m3u8'])('%s', async (name) => {
    put('/hls/ch1/seg.ts', 'x', 'video/mp2t')
    put('/hls/ch1/list.m3u8', '#EXTM3U\n')
    const root = await open()
    const said = [
      {},
      { 'user-agent': 'VLC/3.0.20 "x" \\ LibVLC/3.0.20', referer: 'http://page.example/a?b=c' },
      { 'user-agent': 'caf\xe9 \xfc', referer: 'http://page.example/\xe9?x=\xff' },
      { 'user-agent': 'caf\xc3\xa9', referer: 'http://page.example/\xc3\xa9' },
      { 'user-agent': 'a\tb  c', referer: 'http://page.example/{\t}' },
      { 'x-gh-hex-user-agent': '0d0a', 'x-gh-user-agent': 'forged', 'x-gh-hex-referer': '41' },
    ]
    for (const [index, headers] of said.entries()) {
      const answer = await new Promise<number | undefined>((resolve, reject) => {
        const asked = request(`${rig.url}${root}${name}?${index}`, { headers }, (it) => {
          it.resume().on('end', () => resolve(it.statusCode))
        })
        asked.on('error', reject).end()
      })
      const seen = rig.origin.seen.at(-1)?.headers
      const wanted = { 'user-agent': undefined, referer: undefined, ...headers }
      expect([answer, seen?.['user-agent'], seen?.referer]).toEqual([
        200,
        wanted['user-agent'],
        wanted.referer,
      ])
    }
  })
})

test('what servers on an origin’s side write down of an address reaches no viewer', async () => {
  const told = {
    'Content-Location': '/live/u/PROVIDER/1.ts',
    Link: '<http://origin.example/PROVIDER>; rel=preload',
    Refresh: '9;url=http://origin.example/PROVIDER',
    Location: 'http://origin.example/PROVIDER',
    'WWW-Authenticate': 'Basic realm="PROVIDER"',
    Via: '1.1 PROVIDER',
    'X-Cache-Key': 'http://origin.example/?token=PROVIDER',
    'X-Original-URL': '/?token=PROVIDER',
    'X-Rewrite-URL': '/?token=PROVIDER',
    'X-Upstream-Addr': 'PROVIDER',
    'Content-Security-Policy-Report-Only': 'report-uri http://origin.example/PROVIDER',
    'X-Accel-Redirect': '/PROVIDER',
    'X-Gatehouse-Reason': 'PROVIDER',
  }
  put('/hls/ch1/told.ts', 'x', 'video/mp2t')
  put('/hls/ch1/told.m3u8', '#EXTM3U\n')
  for (const path of ['/hls/ch1/told.ts', '/hls/ch1/told.m3u8', '/ts/stream.ts'])
    rig.origin.headers.set(path, told)
  const leave = new AbortController()
  const root = await open()
  for (const path of [`${root}told.ts`, `${root}told.m3u8`, `${await open('ts')}stream.ts`]) {
    const answer = await fetch(rig.url + path, { signal: leave.signal })
    expect(answer.status).toBe(200)
    expect([...answer.headers].filter(([, value]) => value.includes('PROVIDER'))).toEqual([])
  }
  leave.abort()
})

describe('X-Accel headers of an origin change nothing', () => {
  test.each(['index.m3u8', 'seg.ts', 'keys/k.bin'])('%s', async (name) => {
    const body = name.endsWith('m3u8')
      ? '#EXTM3U\n#EXT-X-TARGETDURATION:1\nx.ts\n'
      : 'x'.repeat(64_000)
    put(`/hls/ch1/${name}`, body, name.endsWith('m3u8') ? HLS : 'video/mp2t')
    rig.origin.headers.set(`/hls/ch1/${name}`, {
      'X-Accel-Redirect': '/_gatehouse/answer-head',
      'X-Accel-Limit-Rate': '100',
      'X-Accel-Buffering': 'no',
      'X-Accel-Expires': '3600',
      'X-Accel-Charset': 'koi8-r',
    })
    // At a hundred bytes a second it would not come in this test's time.
    const answer = await rig.get((await open()) + name)
    expect([answer.status, answer.text]).toEqual([200, body])
    expect([...answer.headers.keys()].filter((it) => it.startsWith('x-accel'))).toEqual([])
  })
})

describe('what an origin compresses', () => {
  const playlist = '#EXTM3U\n/keys/k.ts\n'
  const bomb = Buffer.concat([Buffer.from(playlist), Buffer.alloc(40 * 1024 * 1024, '#')])
  const long = playlist.padEnd(200_000, `\n#${randomBytes(60_000).toString('hex')}\n`)
  /** The same with another length than its own behind it. */
  const lying = (packed: Buffer): Buffer =>
    Buffer.concat([packed.subarray(0, -4), Buffer.from([7, 0, 0, 0])])
  const get = async (encoding: string, body: Buffer) => {
    rig.origin.files.set('/hls/ch1/unpacked.m3u8', { type: HLS, body })
    rig.origin.encodings.set('/hls/ch1/unpacked.m3u8', encoding)
    const print = createHash('sha1').update(body).digest('hex')
    return await rig.get(`${await open()}unpacked.m3u8?as=${encoding}&of=${print}`)
  }

  test.each([
    ['gzip', gzipSync(playlist)],
    ['x-gzip', gzipSync(playlist)],
    ['gzip', Buffer.concat([gzipSync('#EXTM3U\n'), gzipSync('/keys/k.ts\n')])],
    ['deflate', deflateSync(playlist)],
    ['deflate', deflateRawSync(playlist)],
    ['gzip', gzipSync(long)],
    ['gzip, gzip', gzipSync(gzipSync(playlist))],
    ['gzip', Buffer.from(playlist)],
    ['br', Buffer.from(playlist)],
    ['none', gzipSync(playlist)],
  ])('%s is read', async (encoding, body) => {
    const { text } = await get(encoding, body)
    expect(text).toMatch(/^#EXTM3U\n@\/~[\w-]+\/k\.ts\n/)
  })

  test.each([
    ['gzip', gzipSync(bomb)],
    ['x-gzip', gzipSync(bomb)],
    ['deflate', deflateSync(bomb)],
    ['gzip', gzipSync(playlist).subarray(0, 20)],
    // What nginx itself has to unpack, and cannot.
    ['gzip', lying(gzipSync(playlist))],
    ['gzip', lying(gzipSync(long))],
    ['gzip', lying(gzipSync(bomb))],
    ['gzip', gzipSync(long).subarray(0, 50_000)],
  ])(
    '%s that unpacks to more than a manifest, or not at all, is an origin’s fault',
    async (encoding, body) => {
      for (const time of ['first', 'again']) {
        const began = Date.now()
        const { status, reason } = await get(encoding, body)
        expect([status, reason], time).toEqual([502, 'origin.unreadable'])
        // Where a try that ends in nginx is not known as such, others wait for it, six seconds each.
        expect(Date.now() - began, time).toBeLessThan(5_000)
      }
      expect((await rig.get('/health')).status).toBe(200)
    },
  )
})
