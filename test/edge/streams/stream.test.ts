import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { leaseKey } from '#domain/viewer/lease'
import { until } from '../../support/programs/port.ts'
import { nodeCrypto } from '../rig/crypto.ts'
import { type Rig, startRig } from '../rig/rig.ts'
import { stubPass } from '../rig/stub-control.ts'
import { channelRows, group } from '../rig/tables.ts'

const HLS = 'application/vnd.apple.mpegurl'
let rig: Rig
beforeAll(async () => {
  rig = await startRig((stub, origin) => {
    stub.policy = { ...stub.policy, groups: [group('all', { isDefault: true })] }
    stub.tables.channels.rows = channelRows({
      ch1: { origin: origin.url, base: '/hls/ch1/', query: 'own=1' },
      ch2: { origin: origin.url, base: '/hls/ch2/' },
      inner: { origin: origin.url, base: '/hls/ch1/inner/', isShared: true },
      dash: { origin: origin.url, base: '/dash/', entry: 'manifest.mpd', protocol: 'dash' },
      ts: { origin: origin.url, base: '/ts/', entry: '77.ts', protocol: 'mpegts' },
      odd: { origin: origin.url, base: '/odd%20dir/' },
      // A legal name, and once the key the edge tried its dictionaries with.
      '-': { origin: origin.url, base: '/dash-and-dot/' },
      paid: { origin: origin.url, base: '/paid/', query: 'token=upstream&n=1' },
    })
    origin.files.set('/hls/ch1/index.m3u8', { type: HLS, body: '#EXTM3U\nseg1.ts\n' })
    origin.files.set('/hls/ch1/seg1.ts', { type: 'video/mp2t', body: '0123456789' })
    origin.files.set('/hls/ch1/sp%20ace%3F.ts', { type: 'video/mp2t', body: 'space' })
    origin.files.set('/keys/k', { type: 'application/octet-stream', body: 'key' })
    origin.files.set('/hls/ch2/seg1.ts', { type: 'video/mp2t', body: 'other' })
    origin.files.set('/odd%20dir/index.m3u8', { type: HLS, body: '#EXTM3U\n' })
  })
})
afterAll(() => rig?.stop())
beforeEach(() => {
  rig.stub.checkRefusal = null
  rig.stub.refusal = null
  rig.origin.seen.length = 0
})

const open = async (channel = 'ch1', from?: string): Promise<string> => {
  const path = `/live/${rig.ticket()}/${channel}/index.m3u8`
  const opened = await rig.get(path, from ? { from } : {})
  expect(opened.status).toBe(302)
  return (opened.headers.get('location') ?? '').replace(/index\.m3u8.*$/, '')
}
const lastSeen = () => rig.origin.seen.at(-1)

describe('sessions', () => {
  test('one question to control per opening, none for what follows', async () => {
    const base = await open()
    const asked = rig.stub.count('/check')
    for (let i = 0; i < 5; i++) {
      expect((await rig.get(`${base}index.m3u8`)).status).toBe(200)
      expect((await rig.get(`${base}seg1.ts`)).text).toBe('0123456789')
    }
    expect(rig.stub.count('/check')).toBe(asked)
  })

  test('a genuine pass this edge has not seen is asked once, and a refusal is remembered', async () => {
    const pass = stubPass(rig.stub, 'ch1')
    rig.stub.known.add(leaseKey(nodeCrypto, pass, 'ch1'))
    const asked = rig.stub.count('/check')
    expect((await rig.get(`/s/${pass}/ch1/seg1.ts`)).status).toBe(200)
    expect((await rig.get(`/s/${pass}/ch1/index.m3u8`)).status).toBe(200)
    expect(rig.stub.count('/check')).toBe(asked + 1)
    const unknown = stubPass(rig.stub, 'ch1')
    for (const file of ['seg1.ts', 'index.m3u8', 'seg1.ts']) {
      const answer = await rig.get(`/s/${unknown}/ch1/${file}`)
      expect([answer.status, answer.reason]).toEqual([403, 'session.unknown'])
    }
    expect(rig.stub.count('/check')).toBe(asked + 2)
  })

  test('HEAD opens nothing, preflight opens nothing, other methods are refused', async () => {
    const asked = rig.stub.count('/open')
    const path = `/live/${rig.ticket()}/ch1/index.m3u8`
    expect((await rig.get(path, { method: 'HEAD' })).status).toBe(200)
    for (const [file, type] of [
      ['index.m3u8', 'application/vnd.apple.mpegurl'],
      ['manifest.mpd', 'application/dash+xml'],
      ['stream.ts', 'video/mp2t'],
    ] as const) {
      const head = await rig.get(path.replace('index.m3u8', file), { method: 'HEAD' })
      expect([head.status, head.headers.get('content-type')]).toEqual([200, type])
    }
    const preflight = await rig.get(path, { method: 'OPTIONS' })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-origin')).toBe('*')
    expect(preflight.headers.get('access-control-allow-headers')).toContain('Range')
    expect((await rig.get(path, { method: 'DELETE' })).status).toBe(405)
    expect(rig.stub.count('/open')).toBe(asked)
    const base = await open()
    expect((await rig.get(`${base}seg1.ts`, { method: 'OPTIONS' })).status).toBe(204)
    const head = await rig.get(`${base}seg1.ts`, { method: 'HEAD' })
    expect([head.status, head.headers.get('content-length')]).toEqual([200, '10'])
    expect((await rig.get(`${base}seg1.ts`, { method: 'PUT', body: 'x' })).status).toBe(405)
  })

  test('a refused opening carries its reason and is not asked again while it is remembered', async () => {
    rig.stub.refusal = { status: 403, reason: 'cap.streams', denyTtl: 30 }
    const path = `/live/${rig.ticket({ account: 'own:capped' })}/ch1/index.m3u8`
    const asked = rig.stub.count('/open')
    for (let i = 0; i < 3; i++) {
      const answer = await rig.get(path)
      expect([answer.status, answer.reason]).toEqual([403, 'cap.streams'])
      expect(answer.headers.get('x-gh-deny-ttl')).toBeNull()
    }
    expect(rig.stub.count('/open')).toBe(asked + 1)
  })
})

describe('one network at a time', () => {
  test('another network is a second stream, counted by control', async () => {
    const base = await open('ch1', '203.0.113.5')
    const asked = rig.stub.count('/check')
    expect((await rig.get(`${base}seg1.ts`, { from: '198.51.100.9' })).status).toBe(200)
    expect(rig.stub.count('/check')).toBe(asked + 1)
    const check = rig.stub.seen.filter((it) => it.path === '/check').at(-1)
    expect(Number(check?.headers['x-gh-silent'])).toBeGreaterThanOrEqual(0)
    expect(check?.headers['x-gh-address']).toBe('198.51.100.9')
    // Both play on, without a further question.
    expect((await rig.get(`${base}seg1.ts`, { from: '198.51.100.9' })).status).toBe(200)
    expect((await rig.get(`${base}seg1.ts`, { from: '203.0.113.5' })).status).toBe(200)
    expect(rig.stub.count('/check')).toBe(asked + 1)
  })

  test('a refused clone leaves the first one alone', async () => {
    const base = await open('ch1', '203.0.113.6')
    rig.stub.checkRefusal = { reason: 'session.cloned', denyTtl: 30 }
    for (let i = 0; i < 2; i++)
      expect((await rig.get(`${base}index.m3u8`, { from: '198.51.100.7' })).reason).toBe(
        'session.cloned',
      )
    expect((await rig.get(`${base}index.m3u8`, { from: '203.0.113.6' })).status).toBe(200)
  })

  test('addresses of one IPv6 /64 are one network; another /64 is not', async () => {
    const base = await open('ch1', '2001:db8:1:2::5')
    const asked = rig.stub.count('/check')
    expect((await rig.get(`${base}seg1.ts`, { from: '2001:db8:1:2:aaaa::9' })).status).toBe(200)
    expect(rig.stub.count('/check')).toBe(asked)
    expect((await rig.get(`${base}seg1.ts`, { from: '2001:db8:1:3::5' })).status).toBe(200)
    expect(rig.stub.count('/check')).toBe(asked + 1)
  })
})

test.each(['..;/ch2/index.m3u8', '..%5c77.ts', 'a/..%2f..%2fch2/seg1.ts', '..%253b/x'])(
  'an address that some origins read otherwise is none of a stream either: %s',
  async (rest) => {
    const base = (await open('ts')).replace(/[^/]*$/, '')
    rig.origin.seen.length = 0
    const answer = await rig.get(base + rest)
    expect([answer.status, answer.reason]).toEqual([403, 'path.outside'])
    expect(rig.origin.seen).toEqual([])
  },
)

describe('to the origin', () => {
  test('neither ticket nor pass goes along; what manifests ask for does', async () => {
    const base = await open()
    const secret = base.split('/')[2] ?? 'none'
    await rig.get(`${base}seg1.ts?token=abc&_HLS_msn=3&_HLS_part=1`, {
      headers: { Referer: `${rig.url}${base}index.m3u8`, Cookie: 'a=b' },
      from: '203.0.113.8',
    })
    const seen = lastSeen()
    expect(seen?.url).toBe('/hls/ch1/seg1.ts?token=abc&_HLS_msn=3&_HLS_part=1')
    expect(JSON.stringify(seen)).not.toContain(secret)
    expect(seen?.headers['x-forwarded-for']).toBe('203.0.113.8')
    expect(seen?.headers.cookie).toBeUndefined()
    expect(seen?.headers.host).toBe(`127.0.0.1:${rig.origin.port}`)
    await rig.get(`${base}index.m3u8?n=own`)
    expect(lastSeen()?.url).toBe('/hls/ch1/index.m3u8?own=1&n=own')
  })

  test('paths arrive escaped as they must be', async () => {
    const base = await open()
    expect((await rig.get(`${base}sp%20ace%3F.ts`)).text).toBe('space')
    expect(lastSeen()?.url).toBe('/hls/ch1/sp%20ace%3F.ts')
    await rig.get(`${base}a%0d%0aX-Evil:1`)
    expect(rig.origin.seen.every((it) => it.headers['x-evil'] === undefined)).toBe(true)
    const odd = await open('odd')
    expect((await rig.get(`${odd}index.m3u8`)).status).toBe(200)
  })

  test('a channel of one character is there in every second', async () => {
    const base = await open('-')
    const syncs = rig.stub.syncs.length
    await until('two rounds of the edge', () => rig.stub.syncs.length > syncs + 1)
    await rig.get(`${base}index.m3u8`)
    expect(lastSeen()?.url).toBe('/dash-and-dot/index.m3u8')
  })

  test('what the origin itself asks for in a query comes back to it', async () => {
    const base = await open('paid')
    await rig.get(`${base}v/low.m3u8?token=upstream&n=2`)
    await rig.get(`${base}v/1.ts?token=mine&n=3`)
    expect(rig.origin.seen.slice(-2).map((it) => it.url)).toEqual([
      '/paid/v/low.m3u8?token=upstream&n=2',
      '/paid/v/1.ts?token=mine&n=3',
    ])
  })

  test('where the origin sends a player, the edge goes', async () => {
    const base = await open()
    const host = `localhost:${rig.origin.port}`
    rig.origin.files.set('/x/1.ts', { type: 'video/mp2t', body: 'found' })
    rig.origin.files.set('/x/y.m3u8', { type: HLS, body: '#EXTM3U\n1.ts\n' })
    const cases: [string, string, number][] = [
      ['a/1.ts', `${rig.origin.url}/x/1.ts?token=T4`, 200],
      ['a/2.ts', '/x/1.ts?token=T4', 200],
      ['3.ts', '../../x/1.ts?token=T4', 200],
      ['4.ts', `//127.0.0.1:${rig.origin.port}/x/1.ts?token=T4`, 200],
      ['5.ts', '4.ts', 200],
      ['6.ts', '6.ts', 502],
      ['7.ts', `http://${host}/x/1.ts?secret`, 502],
      ['8.m3u8', '/x/y.m3u8?token=T4', 200],
      ['9.m3u8', `http://${host}/x/y.m3u8?secret`, 502],
      ['10.ts', 'ftp://x/', 502],
    ]
    for (const [path, location] of cases) rig.origin.moved.set(`/hls/ch1/${path}`, location)
    for (const [path, , status] of cases) {
      const answer = await rig.get(base + path)
      expect([answer.status, answer.headers.get('location')], path).toEqual([status, null])
      expect(answer.text).not.toContain('secret')
      if (status === 200 && path.endsWith('.ts')) expect(answer.text, path).toBe('found')
      if (status === 200) expect(lastSeen()?.url).toMatch(/^\/x\/[1y]\.\w+\?token=T4$/)
      else if (path !== '6.ts') expect(answer.reason, path).toBe('origin.elsewhere')
    }
    rig.origin.moved.clear()
  })

  test('a stream is followed to another host that is allowed, and stays a session', async () => {
    const base = await open()
    rig.origin.moved.set('/hls/ch1/mpegts', '/balanced/stream.ts?token=PROVIDERSECRET')
    const stop = new AbortController()
    const response = await fetch(`${rig.url}${base}mpegts`, {
      redirect: 'manual',
      signal: stop.signal,
    })
    expect(response.status).toBe(200)
    await until('the stream at the origin', () => rig.origin.streams.size === 1)
    expect(lastSeen()?.url).toBe('/balanced/stream.ts?token=PROVIDERSECRET')
    stop.abort()
    await until('its end', () => rig.origin.streams.size === 0)
    rig.origin.moved.clear()
  })

  test('what an origin says when it fails stays here', async () => {
    const base = await open()
    for (const file of ['none.ts', 'none.m3u8']) {
      const answer = await rig.get(base + file)
      expect([answer.status, answer.text.includes('no\n')], file).toEqual([404, false])
    }
    for (const status of [300, 305, 399]) {
      rig.origin.files.set('/hls/ch1/odd.ts', { type: 'text/html', body: 'no\n', status })
      rig.origin.headers.set('/hls/ch1/odd.ts', { Location: `${rig.origin.url}/x?token=T4` })
      const answer = await rig.get(`${base}odd.ts`)
      expect([answer.reason, answer.text], String(status)).toEqual([
        'origin.redirect',
        'origin.redirect\n',
      ])
      expect(answer.headers.get('location')).toBeNull()
    }
  })

  test('byte ranges pass for segments; of a manifest the edge makes the one from its start', async () => {
    const base = await open()
    const part = await rig.get(`${base}seg1.ts`, { headers: { Range: 'bytes=2-4' } })
    expect([part.status, part.text]).toEqual([206, '234'])
    expect(part.headers.get('content-range')).toBe('bytes 2-4/10')
    const manifest = await rig.get(`${base}index.m3u8?range=1`, {
      headers: { Range: 'bytes=0-' },
    })
    expect([manifest.status, lastSeen()?.headers.range]).toEqual([206, undefined])
    expect(manifest.headers.get('content-range')).toMatch(/^bytes 0-\d+\/\d+$/)
  })

  test('what no manifest named is refused, whosever it is', async () => {
    const base = await open()
    for (const path of [
      'hls/ch2/seg1.ts',
      'hls/ch2/index.m3u8',
      'keys/k',
      'hls/ch1/seg1.ts',
      'hls/ch1/..%2fch2/seg1.ts',
    ]) {
      const answer = await rig.get(`${base}@/${path}`)
      expect([answer.status, answer.reason], path).toEqual([403, 'path.outside'])
    }
    // Dots are resolved before anything is looked at: this names a channel the pass was not made for.
    expect((await rig.get(`${base}..%2fch2%2fseg1.ts`)).status).toBe(403)
    expect(rig.origin.seen).toEqual([])
  })
})
