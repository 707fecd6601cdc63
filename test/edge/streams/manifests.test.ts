import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { pause } from '../../support/pause.ts'
import { until } from '../../support/programs/port.ts'
import { type Rig, startRig } from '../rig/rig.ts'
import { channelRows, group } from '../rig/tables.ts'

const HLS = 'application/vnd.apple.mpegurl'
let rig: Rig
beforeAll(async () => {
  rig = await startRig((stub, origin) => {
    stub.policy = { ...stub.policy, groups: [group('all', { isDefault: true })] }
    stub.tables.channels.rows = channelRows({
      ch1: { origin: origin.url, base: '/hls/ch1/' },
      ch2: { origin: origin.url, base: '/hls/ch2/' },
      flat: { origin: origin.url, base: '/live/USER/PASS/', entry: '79.m3u8', isClosed: true },
    })
  })
})
afterAll(() => rig?.stop())
beforeEach(() => {
  rig.origin.seen.length = 0
  rig.origin.moved.clear()
})

const put = (path: string, body: string | Buffer, type = HLS) =>
  rig.origin.files.set(path, { type, body })

const open = async (channel = 'ch1'): Promise<string> => {
  const opened = await rig.get(`/live/${rig.ticket()}/${channel}/index.m3u8`)
  expect(opened.status).toBe(302)
  return new URL(opened.headers.get('location') ?? '', rig.url).href
}
const below = (url: string): string => url.replace(rig.url, '')
const seenPaths = () => rig.origin.seen.map((it) => it.url)

describe('what a manifest names arrives where it lies', () => {
  test.each([
    'seg.ts',
    './../a4x/one.ts',
    '720/../../a4x/two.ts',
    '/keys/enc.php?key=7&id=3',
    '/root.ts',
    'a/b.ts?token=ABC&auth=z',
    'a%2Fb.ts',
    '/x/a%2Fb.ts',
    '/x//y.ts',
    'sp%20ace%3F.ts',
    '/%D1%82/x.ts',
    '../x/%7Euser.ts?u=http://z/..',
  ])('%s', async (reference) => {
    const target = new URL(reference, `${rig.origin.url}/hls/ch1/index.m3u8`)
    put('/hls/ch1/index.m3u8', `#EXTM3U\n#EXT-X-TARGETDURATION:1\n${reference}\n`)
    put(target.pathname, 'bytes', 'video/mp2t')
    const url = await open()
    const written =
      (await rig.get(`${below(url)}?case=${encodeURIComponent(reference)}`)).text.split('\n')[2] ??
      ''
    const answer = await rig.get(below(new URL(written, url).href))
    expect([answer.status, answer.text]).toEqual([200, 'bytes'])
    expect(seenPaths().at(-1)).toBe(target.pathname + target.search)
  })
})

describe('nothing opens but what a manifest named', () => {
  test.each([
    '@/control/drop/publisher?app=live',
    '@/nginx_status',
    '@/hls/ch1/seg.ts',
    '@/hls/ch2/seg.ts',
    '@/',
    '@/~/x',
    '@/~AAAAAAAAAAAAAAAAAAAAAAAAAAAA/x',
    '..;/ch2/index.m3u8',
    'a/..;/..;/ch2/index.m3u8',
    '..%5cch2%5cindex.m3u8',
    '..%5c..%5cnginx_status',
    '%252e%252e/ch2/index.m3u8',
    '..%2fch2/index.m3u8',
    '..%c0%afch2/seg.ts',
    '%c0%ae%c0%ae/ch2/index.m3u8',
  ])('%s', async (rest) => {
    const url = await open()
    rig.origin.seen.length = 0
    const answer = await rig.get(below(url).replace('index.m3u8', rest))
    expect(answer.status).toBe(403)
    expect(seenPaths()).toEqual([])
  })

  test('a seal of one channel does not open with another’s pass, nor another directory', async () => {
    put('/hls/ch1/index.m3u8', '#EXTM3U\n#EXT-X-TARGETDURATION:1\n/keys/a.ts\n')
    put('/keys/a.ts', 'a', 'video/mp2t')
    put('/keys/b/c.ts', 'c', 'video/mp2t')
    const url = await open()
    const sealed = (await rig.get(`${below(url)}?n=1`)).text.split('\n')[2] ?? ''
    expect(sealed).not.toContain('keys')
    const at = (name: string, from = url) =>
      rig.get(below(new URL(sealed.replace('a.ts', name), from).href))
    expect((await at('a.ts')).text).toBe('a')
    for (const name of ['b/c.ts', 'b%2Fc.ts', '..%2fx', '..;/x', '%2e%2e%2fx'])
      expect((await at(name)).reason, name).toBe('path.outside')
    expect((await at('a.ts', await open('ch2'))).reason).toBe('path.outside')
  })

  test('in a panel’s directory only the stream itself is open', async () => {
    put('/live/USER/PASS/79.m3u8', '#EXTM3U\n/hlsr/tok/USER/PASS/79/1.ts\n')
    put('/live/USER/PASS/78.ts', 'other', 'video/mp2t')
    put('/hlsr/tok/USER/PASS/79/1.ts', 'mine', 'video/mp2t')
    const url = await open('flat')
    const text = (await rig.get(below(url))).text
    expect(text).not.toMatch(/USER|PASS/)
    expect((await rig.get(below(new URL(text.split('\n')[1] ?? '', url).href))).text).toBe('mine')
    for (const other of ['78.ts', '78.m3u8', '80/x.ts', '..;/x'])
      expect((await rig.get(below(url).replace('79.m3u8', other))).reason, other).toBe(
        'path.outside',
      )
  })
})

describe('one copy serves all', () => {
  test('an origin is asked once in half a target duration, however many watch', async () => {
    put('/hls/ch1/index.m3u8', '#EXTM3U\n#EXT-X-TARGETDURATION:2\nshared.ts\n')
    const urls = await Promise.all(Array.from({ length: 200 }, () => open()))
    rig.origin.seen.length = 0
    const began = Date.now()
    await until('the origin is asked again', async () => {
      for (const answer of await Promise.all(urls.map((url) => rig.get(below(url)))))
        expect([answer.status, answer.text.includes('shared.ts')]).toEqual([200, true])
      return Date.now() - began > 3_000 && rig.origin.seen.length > 1
    })
    expect(rig.origin.seen.length).toBeLessThanOrEqual(Math.ceil((Date.now() - began) / 1000) + 1)
  })

  test('a manifest written for each viewer is shared by none', async () => {
    const url = await open()
    const texts: string[] = []
    for (let session = 0; session < 5; session += 1) {
      put('/hls/ch1/per.m3u8', `#EXTM3U\n#EXT-X-TARGETDURATION:0.4\ns.ts?session=${session}\n`)
      texts.push((await rig.get(below(url).replace('index.m3u8', 'per.m3u8'))).text)
      // Older than it may be when it is asked for again.
      await pause(250)
    }
    expect(texts.map((text) => /session=(\d)/.exec(text)?.[1])).toEqual(['0', '1', '2', '3', '4'])
  })

  test('one that only moves on is shared by all', async () => {
    const path = below(await open()).replace('index.m3u8', 'moves.m3u8')
    let sequence = 0
    rig.origin.files.set('/hls/ch1/moves.m3u8', {
      type: HLS,
      get body() {
        sequence += 1
        const names = [0, 1, 2, 3].map((at) => `#EXTINF:1,\ns${sequence + at}.ts`)
        return `#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXT-X-MEDIA-SEQUENCE:${sequence}\n${names.join('\n')}\n`
      },
    })
    const began = Date.now()
    let answers = 0
    await until('two newer ones', async () => {
      for (const answer of await Promise.all(Array.from({ length: 40 }, () => rig.get(path))))
        expect(answer.status).toBe(200)
      answers += 40
      return sequence > 2 && Date.now() - began > 2_000
    })
    expect(sequence).toBeLessThanOrEqual(Math.ceil((Date.now() - began) / 500) + 2)
    expect(answers).toBeGreaterThan(4 * sequence)
  })

  test('an archive of a day as well', async () => {
    const lines = Array.from(
      { length: 40_000 },
      (_, at) => `#EXTINF:2,\n../day/${1_700_000_000 + at}.ts`,
    )
    put(
      '/hls/ch1/day.m3u8',
      `#EXTM3U\n#EXT-X-TARGETDURATION:2\n${lines.join('\n')}\n#EXT-X-ENDLIST\n`,
    )
    const path = below(await open()).replace('index.m3u8', 'day.m3u8')
    for (let time = 0; time < 3; time += 1) {
      const { status, text } = await rig.get(path)
      expect([status, text.length > 1_500_000, text.endsWith('#EXT-X-ENDLIST\n')]).toEqual([
        200,
        true,
        true,
      ])
    }
    expect(seenPaths().filter((it) => it.includes('day.m3u8'))).toHaveLength(1)
  })

  test('players’ reports about themselves do not divide them', async () => {
    put('/hls/ch1/cmcd.m3u8', '#EXTM3U\n#EXT-X-TARGETDURATION:9\nx.ts\n')
    const path = below(await open()).replace('index.m3u8', 'cmcd.m3u8')
    rig.origin.seen.length = 0
    for (let n = 0; n < 4; n += 1)
      expect((await rig.get(`${path}?CMCD=sid%3D${n}`)).status).toBe(200)
    expect(seenPaths()).toHaveLength(1)
  })
})

test('control is told what leads past the edge', async () => {
  put('/hls/ch1/ads.m3u8', '#EXTM3U\nhttp://ads.example/1.ts\nhttp://ads.example/2.ts\nx.ts\n')
  for (const name of ['far.m3u8', 'far.ts'])
    rig.origin.moved.set(`/hls/ch1/${name}`, `http://${name}.example/x?token=1`)
  const url = below(await open())
  for (const name of ['ads.m3u8', 'far.m3u8', 'far.ts'])
    await rig.get(url.replace('index.m3u8', name))
  const told = () => rig.stub.syncs.flatMap((it) => it.past ?? [])
  await until('the report', () => told().length >= 3)
  expect(told()).toEqual([
    ['ch1', 'http://ads.example'],
    ['ch1', 'http://far.m3u8.example'],
    ['ch1', 'http://far.ts.example'],
  ])
})

test('redirections are followed, and a manifest’s base is where it was found', async () => {
  rig.origin.moved.set('/hls/ch1/moved.m3u8', '/other/720/list.m3u8?token=T4')
  put('/other/720/list.m3u8', '#EXTM3U\n#EXT-X-TARGETDURATION:1\nx.ts\n../y.ts\n')
  put('/other/720/x.ts', 'x', 'video/mp2t')
  put('/other/y.ts', 'y', 'video/mp2t')
  const url = (await open()).replace('index.m3u8', 'moved.m3u8')
  const answer = await rig.get(below(url))
  expect([answer.status, seenPaths().at(-1)]).toEqual([200, '/other/720/list.m3u8?token=T4'])
  const [, , x = '', y = ''] = answer.text.split('\n')
  expect((await rig.get(below(new URL(x, url).href))).text).toBe('x')
  expect((await rig.get(below(new URL(y, url).href))).text).toBe('y')
})

test.each([
  ['circle.m3u8', 'origin.redirect'],
  ['', 'origin.redirect'],
  ['ftp://127.0.0.1/x', 'origin.elsewhere'],
  ['?only=1', 'origin.redirect'],
])('a redirection that leads nowhere (%j) is said at once', async (location, expected) => {
  rig.origin.moved.set('/hls/ch1/circle.m3u8', location)
  const path = `${below(await open()).replace('index.m3u8', 'circle.m3u8')}?at=${location.length}`
  const { status, reason } = await rig.get(path)
  expect([status, reason]).toEqual([502, expected])
  // Waited for, it was asked three times over.
  expect(seenPaths().length).toBeLessThanOrEqual(6)
})

describe('a manifest asked for whole as a range comes as one, for players that take no other', () => {
  const RANGE = { Range: 'bytes=0-' }
  const TEXT = '#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXTINF:6,Тест\nranged.ts\n'
  const LENGTH = Buffer.byteLength(TEXT)
  const WHOLE = [206, `bytes 0-${LENGTH - 1}/${LENGTH}`, `${LENGTH}`, HLS, TEXT]
  const told = ({ status, headers, text }: Awaited<ReturnType<Rig['get']>>) => {
    const of = (name: string) => headers.get(name)
    return [status, of('content-range'), of('content-length'), of('content-type'), text]
  }

  test('from its origin, and from the copy at hand', async () => {
    put('/hls/ch1/ranged.m3u8', TEXT)
    const path = below(await open()).replace('index.m3u8', 'ranged.m3u8')
    rig.origin.seen.length = 0
    for (const from of ['origin', 'copy'])
      expect(told(await rig.get(path, { headers: RANGE })), from).toEqual(WHOLE)
    expect(rig.origin.seen.map((it) => it.headers.range)).toEqual([undefined])
  })

  test('and whole beside it, of one copy', async () => {
    put('/hls/ch1/ranged.m3u8', TEXT)
    const path = `${below(await open()).replace('index.m3u8', 'ranged.m3u8')}?beside`
    for (const headers of [{}, RANGE, {}, { ...RANGE, Referer: 'http://web/' }, {}, RANGE]) {
      const whole = 'Range' in headers ? WHOLE : [200, null, `${LENGTH}`, HLS, TEXT]
      expect(told(await rig.get(path, { headers })), JSON.stringify(headers)).toEqual(whole)
    }
  })

  test('below a ticket', async () => {
    put('/hls/ch1/index.m3u8', TEXT)
    put('/hls/ch1/ranged.ts', 'bytes', 'video/mp2t')
    const folder = `/live/${rig.ticket({ account: 'own:9' })}/ch1/`
    const headers = { ...RANGE, 'User-Agent': 'Keeps/1.0 no redirection' }
    expect((await rig.get(`${folder}ranged.ts`, { headers })).status).toBe(206)
    expect(told(await rig.get(`${folder}index.m3u8`, { headers }))).toEqual(WHOLE)
  })

  test.each(['bytes=0-9', 'bytes=4-', 'bytes=-4', 'bytes=0-,5-', 'lines=0-', ''])(
    'any other range is of no account: %j',
    async (Range) => {
      put('/hls/ch1/ranged.m3u8', TEXT)
      const path = below(await open()).replace('index.m3u8', 'ranged.m3u8')
      for (const from of ['origin', 'copy'])
        expect(
          told(await rig.get(`${path}?other=${encodeURIComponent(Range)}`, { headers: { Range } })),
          from,
        ).toEqual([200, null, `${LENGTH}`, HLS, TEXT])
    },
  )

  test('a refusal of the origin stays one', async () => {
    const path = below(await open()).replace('index.m3u8', 'absent.m3u8')
    const answer = await rig.get(path, { headers: RANGE })
    expect([answer.status, answer.headers.get('content-range')]).toEqual([404, null])
  })
})
