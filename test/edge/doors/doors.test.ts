import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { inferredKey, leaseKey } from '#domain/viewer/lease'
import { nodeCrypto } from '../rig/crypto.ts'
import { type Rig, startRig } from '../rig/rig.ts'
import { channelRows, group } from '../rig/tables.ts'

const HLS = 'application/vnd.apple.mpegurl'
let rig: Rig
beforeAll(async () => {
  rig = await startRig((stub, origin) => {
    stub.policy = {
      ...stub.policy,
      groups: [
        group('all', { isDefault: true, inferredAgents: ['oldbox'] }),
        group('boxes', { redirect: 'inferred' }),
      ],
    }
    stub.tables.channels.rows = channelRows({
      ch1: {
        origin: origin.url,
        base: '/hls/ch1/',
        entry: 'master.m3u8',
        groups: ['all', 'boxes'],
      },
      dash: { origin: origin.url, base: '/dash/', entry: 'manifest.mpd', protocol: 'dash' },
    })
    stub.identities.set('s3cret', { account: 'own:5', group: 'all' })
    stub.identities.set('alice', { account: 'own:6', group: 'all' })
    origin.files.set('/hls/ch1/master.m3u8', { type: HLS, body: '#EXTM3U\nseg1.ts\n/keys/k\n' })
    origin.files.set('/hls/ch1/seg1.ts', { type: 'video/mp2t', body: 'data' })
    origin.files.set('/keys/k', { type: 'text/plain', body: 'key' })
    const lines = [
      '#EXTM3U',
      '#EXT-X-KEY:METHOD=AES-128,URI="/keys/k"',
      '#EXT-X-MAP:URI="../init.mp4"',
      `#EXT-X-MEDIA:TYPE=AUDIO,URI="${origin.url}/audio/a.m3u8"`,
      '#EXT-X-KEY:METHOD=AES-128,URI="//cdn.example/k"',
      '#EXT-X-KEY:METHOD=AES-128,URI="https://drm.example/k"',
      'seg1.ts',
      '/rooted/seg2.ts',
      '../up/seg3.ts',
      `${origin.url}/abs/seg4.ts`,
      'https://cdn.example/seg5.ts',
      '//cdn.example/seg6.ts',
      `${origin.url.replace('http:', '')}/bare/seg7.ts`,
    ]
    origin.files.set('/hls/ch1/sub/list.m3u8', { type: HLS, body: lines.join('\r\n') })
    const mpd = [
      '<MPD>',
      '<BaseURL>/dash/v/</BaseURL>',
      '<BaseURL>../dash/</BaseURL>',
      `<BaseURL>${origin.url}/dash/x/</BaseURL>`,
      '<BaseURL>rel/</BaseURL>',
      '<BaseURL>https://cdn.example/</BaseURL>',
      `<BaseURL serviceLocation="a">${origin.url}/dash/y/</BaseURL>`,
      '<Initialization sourceURL="//cdn.example/i.mp4"/>',
      '<SegmentTemplate media="/dash/$Number$.m4s" initialization="../init.mp4"/>',
      '</MPD>',
    ]
    origin.files.set('/dash/manifest.mpd', { type: 'application/dash+xml', body: mpd.join('\n') })
  })
})
afterAll(() => rig?.stop())
beforeEach(() => {
  rig.stub.seen.length = 0
})

const asked = (path: string) => rig.stub.seen.filter((it) => it.path === path).at(-1)?.headers ?? {}

describe('doors', () => {
  test('a token opens, encoded to control and never sent on', async () => {
    const opened = await rig.get('/live/ch1/index.m3u8?token=s3cret&utc=17', {
      headers: { 'User-Agent': 'Väx/1', 'X-Playback-Session-Id': 'p1' },
    })
    expect(opened.status).toBe(302)
    expect(opened.headers.get('location')).toMatch(/^\/s\/[\w-]+\/ch1\/master\.m3u8\?utc=17$/)
    expect(asked('/open')).toMatchObject({
      'x-gh-door': 'token',
      'x-gh-token': 's3cret',
      'x-gh-args': 'utc%3D17',
      'x-gh-channel': 'ch1',
      'x-gh-playback': 'p1',
      'x-gh-mode': 'redirect',
    })
    expect(asked('/open')['x-gh-request']).toMatch(/^[0-9a-f]{32}$/)
  })

  test('Xtream’s path opens, with odd characters in its password', async () => {
    const opened = await rig.get('/live/alice/p%3Fa%20s/ch1.m3u8')
    expect(opened.status).toBe(302)
    expect(asked('/open')).toMatchObject({
      'x-gh-door': 'xtream',
      'x-gh-user': 'alice',
      'x-gh-password': 'p%3Fa%20s',
      'x-gh-channel': 'ch1',
      'x-gh-rest': 'index.m3u8',
    })
  })

  test.each(['|', '%7C', '%7c'])(
    'a suffix asked literally behind %s opens the channel',
    async (bar) => {
      const note = `${bar}User-Agent=Box/1&Referer=http://r.example/a?b=c`
      const opened = await rig.get(
        `/live/${rig.ticket({ account: `own:${bar}` })}/ch1/index.m3u8${note}`,
      )
      expect(opened.status).toBe(302)
      expect(opened.headers.get('location')).toMatch(/^\/s\/[\w-]+\/ch1\/master\.m3u8$/)
      expect(asked('/open')).toMatchObject({ 'x-gh-rest': 'index.m3u8' })
      expect(asked('/open')['x-gh-args']).toBeUndefined()
      const seen = rig.origin.seen.length
      const query = `?bar=${encodeURIComponent(bar)}`
      expect((await rig.get((opened.headers.get('location') ?? '') + query)).status).toBe(200)
      const [request] = rig.origin.seen.slice(seen)
      expect(request?.url).toBe(`/hls/ch1/master.m3u8${query}`)
      expect(JSON.stringify(request?.headers)).not.toMatch(/Box|r\.example/)
      const xtream = await rig.get(`/live/alice/secret${bar.slice(-1)}/ch1.m3u8${note}`)
      expect([xtream.status, asked('/open')['x-gh-door']]).toEqual([302, 'xtream'])
      const headers = { 'User-Agent': `Box/${bar}` }
      const token = await rig.get(`/live/ch1/index.m3u8?a=1&token=s3cret${note}`, { headers })
      expect([token.status, asked('/open')['x-gh-token']]).toEqual([302, 's3cret'])
      expect(asked('/open')['x-gh-args']).toBe('a%3D1')
    },
  )

  test('a wrong token is remembered; many wrong ones make their network wait, a ticket still opens', async () => {
    const from = '198.51.100.60'
    const once = await rig.get('/live/ch1/index.m3u8?token=wrong', { from })
    expect([once.status, once.reason]).toEqual([403, 'token.unknown'])
    await rig.get('/live/ch1/index.m3u8?token=wrong', { from })
    expect(rig.stub.count('/open')).toBe(1)
    const many = await Promise.all(
      Array.from({ length: 100 }, (_, i) => rig.get(`/live/ch1/index.m3u8?token=g${i}`, { from })),
    )
    const waiting = many.filter(({ status }) => status === 429)
    expect(waiting.length).toBeGreaterThan(0)
    for (const { reason, headers } of waiting) {
      expect(reason).toMatch(/credentials\.flood|rate\.limited/)
      expect(headers.get('retry-after')).not.toBeNull()
    }
    // Nobody who waits is asked about.
    expect(rig.stub.count('/open')).toBe(1 + many.length - waiting.length)
    expect((await rig.get(`/live/${rig.ticket()}/ch1/index.m3u8`, { from })).status).toBe(302)
  })
})

describe('players that cannot follow', () => {
  test('a group or an agent by setting: the ticket’s own path plays, one session', async () => {
    const ticket = rig.ticket({ group: 'boxes' })
    const path = `/live/${ticket}/ch1/`
    const list = await rig.get(`${path}index.m3u8`)
    expect(list.status).toBe(200)
    const [, , sealed = ''] = list.text.split('\n')
    expect(list.text).toMatch(/^#EXTM3U\nseg1\.ts\n@\/~[\w-]+\/k\n$/)
    expect((await rig.get(`${path}seg1.ts`)).text).toBe('data')
    expect((await rig.get(path + sealed)).text).toBe('key')
    expect(rig.stub.count('/open')).toBe(1)
    expect(asked('/open')['x-gh-mode']).toBe('inferred')
    expect(asked('/open')['x-gh-key']).toBe(inferredKey(nodeCrypto, ticket, 'ch1', '127.0.0.1'))
    const agent = { 'User-Agent': 'OldBox/2.0' }
    expect((await rig.get(`/live/${rig.ticket()}/ch1/index.m3u8`, { headers: agent })).status).toBe(
      200,
    )
    expect((await rig.get(`/live/${rig.ticket()}/ch1/index.m3u8`)).status).toBe(302)
  })

  test('another network is another session', async () => {
    const ticket = rig.ticket({ group: 'boxes', account: 'own:77' })
    for (const from of ['203.0.113.1', '203.0.113.2', '203.0.113.1'])
      expect((await rig.get(`/live/${ticket}/ch1/seg1.ts`, { from })).status).toBe(200)
    expect(rig.stub.count('/open')).toBe(2)
  })

  test('a kill ends it', async () => {
    const ticket = rig.ticket({ group: 'boxes', account: 'own:78' })
    expect((await rig.get(`/live/${ticket}/ch1/seg1.ts`)).status).toBe(200)
    rig.stub.next = { kill: [inferredKey(nodeCrypto, ticket, 'ch1', '127.0.0.1')] }
    await expect
      .poll(async () => (await rig.get(`/live/${ticket}/ch1/seg1.ts`)).reason, { timeout: 15_000 })
      .toBe('ban.session')
  })
})

describe('what manifests name stays inside', () => {
  const seal = '~[\\w-]+'
  const shape = (lines: readonly string[]) =>
    lines.map((line) => line.replaceAll(new RegExp(`@/${seal}/`, 'g'), '@/~/'))

  test('HLS: lines and URI attributes', async () => {
    const opened = await rig.get(`/live/${rig.ticket()}/ch1/index.m3u8`)
    const base = (opened.headers.get('location') ?? '').replace('master.m3u8', '')
    const lines = (await rig.get(`${base}sub/list.m3u8`)).text.split('\r\n')
    expect(shape(lines)).toEqual([
      '#EXTM3U',
      '#EXT-X-KEY:METHOD=AES-128,URI="../@/~/k"',
      '#EXT-X-MAP:URI="../init.mp4"',
      '#EXT-X-MEDIA:TYPE=AUDIO,URI="../@/~/a.m3u8"',
      '#EXT-X-KEY:METHOD=AES-128,URI="//cdn.example/k"',
      '#EXT-X-KEY:METHOD=AES-128,URI="https://drm.example/k"',
      'seg1.ts',
      '../@/~/seg2.ts',
      '../up/seg3.ts',
      '../@/~/seg4.ts',
      'https://cdn.example/seg5.ts',
      '//cdn.example/seg6.ts',
      '../@/~/seg7.ts',
    ])
    expect(leaseKey(nodeCrypto, base.split('/')[2] ?? '', 'ch1')).toHaveLength(16)
  })

  test('DASH: BaseURL and templates', async () => {
    const opened = await rig.get(`/live/${rig.ticket()}/dash/manifest.mpd`)
    const text = (await rig.get(opened.headers.get('location') ?? '')).text
    expect(shape(text.split('\n'))).toEqual([
      '<MPD>',
      // From none of them do both templates lead where they should, and one leads away: each reference is written where it leads.
      '<BaseURL>./</BaseURL>',
      '<BaseURL>./</BaseURL>',
      '<BaseURL>./</BaseURL>',
      '<BaseURL>./</BaseURL>',
      '<BaseURL>./</BaseURL>',
      '<BaseURL serviceLocation="a">./</BaseURL>',
      '<Initialization sourceURL="http://cdn.example/i.mp4"/>',
      '<SegmentTemplate media="$Number$.m4s" initialization="init.mp4"/>',
      '</MPD>',
    ])
  })
})
