import { deflateSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { until } from '../../support/programs/port.ts'
import { type Rig, startRig } from '../rig/rig.ts'
import { channelRows, group } from '../rig/tables.ts'

let rig: Rig
beforeAll(async () => {
  rig = await startRig((stub, origin) => {
    stub.policy = {
      ...stub.policy,
      groups: [group('all', { isDefault: true }), group('boxes', { redirect: 'inferred' })],
    }
    stub.tables.channels.rows = channelRows({
      ch1: { origin: origin.url, base: '/hls/ch1/' },
      streams: { origin: origin.url, base: '/hls/streams/', entry: 'list.m3u8' },
      texts: { origin: origin.url, base: '/hls/texts/' },
      // One for each test: copies of manifests are kept.
      ...Object.fromEntries(
        Array.from({ length: 60 }, (_, at) => [
          `plain${at}`,
          {
            origin: origin.url,
            base: `/plain${at}/`,
            entry: 'live.ts',
            protocol: 'mpegts',
            groups: ['all', 'boxes'],
          } as const,
        ]),
      ),
    })
  })
})
afterAll(async () => {
  await rig?.stop()
})
let count = 0
let plain = ''
beforeEach(() => {
  plain = `plain${count}`
  count += 1
  rig.origin.moved.clear()
  rig.origin.moved.set('/hls/streams/list.m3u8', '/endless/stream.ts')
})

const put = (path: string, body: string | Buffer, type: string) =>
  rig.origin.files.set(path, { type, body })
const open = async (channel: string): Promise<string> => {
  const opened = await rig.get(`/live/${rig.ticket()}/${channel}/index.m3u8`)
  expect(opened.status).toBe(302)
  return (opened.headers.get('location') ?? '').replace(/[^/]*$/, '')
}

describe('a document in place of a stream or segment reaches no viewer', () => {
  const LIST = '#EXTM3U\n#EXTINF:2,\nhttp://origin.example/PROVIDER/1.ts\n'
  const kinds: readonly (readonly [type: string, body: string])[] = [
    ['application/vnd.apple.mpegurl', LIST],
    ['audio/x-mpegURL; charset=utf-8', LIST],
    ['application/dash+xml', '<MPD><BaseURL>http://origin.example/PROVIDER/</BaseURL></MPD>'],
    ['text/html', '<!DOCTYPE html><p>PROVIDER has expired'],
    ['video/mp2t', `\uFEFF${LIST}`],
  ]
  const moves = (path: string): void => void rig.origin.moved.set(path, '/moved/list')

  test.each(kinds.slice(3).flatMap((it) => [[...it, false] as const, [...it, true] as const]))(
    'as a stream: %s, %#',
    async (type, body, isMoved) => {
      put(isMoved ? '/moved/list' : `/${plain}/live.ts`, body, type)
      if (isMoved) moves(`/${plain}/live.ts`)
      const root = await open(plain)
      const text = await fetch(`${rig.url}${root}live.ts`, { redirect: 'manual' }).then(
        async (answer) => await answer.text().catch(() => ''),
        () => '',
      )
      expect(text).not.toContain('PROVIDER')
    },
  )

  test.each(kinds.slice(0, 4).flatMap((it) => [[...it, false] as const, [...it, true] as const]))(
    'as a segment: %s, %#',
    async (type, body, isMoved) => {
      put(isMoved ? '/moved/list' : '/hls/ch1/document.ts', body, type)
      if (isMoved) moves('/hls/ch1/document.ts')
      const answer = await rig.get(`${await open('ch1')}document.ts`)
      expect([answer.status, answer.reason, answer.text]).toEqual([204, 'origin.unreadable', ''])
    },
  )
})

describe('a channel whose address says MPEG-TS and whose origin answers a manifest plays as what it is', () => {
  const LIST =
    '#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nseg1.ts\n#EXTINF:2,\n/keys/seg2.ts?a=1\n'
  const MASTER =
    '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nlow/chunks.m3u8\n#EXT-X-STREAM-INF:BANDWIDTH=2\nhigh.php?q=2\n'
  const MPD =
    '<MPD type="dynamic" minimumUpdatePeriod="PT2S"><Location>live.ts</Location><Period><AdaptationSet><SegmentTemplate media="$Number$.m4s" initialization="sub/i.mp4"/><Representation id="1"/></AdaptationSet></Period></MPD>'
  const read = async (path: string) => await fetch(new URL(path, rig.url))
  /** The lines of a playlist that are addresses, resolved. */
  const named = (text: string, at: string): string[] =>
    text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => new URL(line, at).href)
  const told = (channel: string) =>
    rig.stub.syncs.flatMap((it) => it.protocols ?? []).filter(([id]) => id === channel)

  beforeEach(() => {
    put(`/${plain}/seg1.ts`, 'one', 'video/mp2t')
    put('/keys/seg2.ts', 'two', 'video/mp2t')
    put(`/${plain}/low/chunks.m3u8`, LIST, 'application/vnd.apple.mpegurl')
    put(`/${plain}/low/seg1.ts`, 'one', 'video/mp2t')
    put(`/${plain}/high.php`, LIST, 'application/vnd.apple.mpegurl')
    put('/far/x/seg1.ts', 'one', 'video/mp2t')
  })

  test.each([
    ['at its own address', 'application/vnd.apple.mpegurl', null],
    ['behind a redirection', 'audio/x-mpegurl', '/far/x/list.m3u8'],
    ['called text', 'text/plain', null],
    ['called text behind a redirection', 'text/html; charset=utf-8', '/far/x/list.php'],
    ['called nothing in particular', 'application/octet-stream', null],
    ['called video', 'video/mp2t', null],
    ['called video behind a redirection', 'video/MP2T', '/far/x/list.ts'],
  ])('a list of segments, %s', async (_, type, to) => {
    if (to !== null) rig.origin.moved.set(`/${plain}/live.ts`, to)
    put(to ?? `/${plain}/live.ts`, LIST, type)
    const root = await open(plain)
    const list = await read(`${root}live.ts`)
    expect([list.status, list.headers.get('content-type')]).toEqual([
      200,
      'application/vnd.apple.mpegurl',
    ])
    const segments = named(await list.text(), list.url)
    for (const [url, body] of segments.map((it, at) => [it, ['one', 'two'][at]] as const)) {
      expect(url.startsWith(`${rig.url}${root}`)).toBe(true)
      const answer = await fetch(url)
      expect([answer.status, await answer.text()]).toEqual([200, body])
    }
    expect(segments).toHaveLength(2)
    // Asked for over and over, as live lists are, and beside its segments.
    const again = await fetch(list.url)
    expect(named(await again.text(), again.url)).toEqual(segments)
    await until('control is told', () => told(plain).some(([, protocol]) => protocol === 'hls'))
  })

  test('variants and their segments', async () => {
    put(`/${plain}/live.ts`, MASTER, 'application/x-mpegURL')
    const master = await read(`${await open(plain)}live.ts`)
    const variants = named(await master.text(), master.url)
    expect(variants).toHaveLength(2)
    for (const variant of variants) {
      const list = await fetch(variant)
      const segments = named(await list.text(), list.url)
      const bodies = await Promise.all(segments.map(async (it) => await (await fetch(it)).text()))
      expect([list.headers.get('content-type'), bodies]).toEqual([
        'application/vnd.apple.mpegurl',
        ['one', 'two'],
      ])
    }
  })

  test('DASH, at every update', async () => {
    put(`/${plain}/live.ts`, MPD, 'application/dash+xml')
    put(`/${plain}/5.m4s`, 'five', 'video/mp4')
    put(`/${plain}/sub/i.mp4`, 'init', 'video/mp4')
    let at = `${rig.url}${await open(plain)}live.ts`
    for (let update = 0; update < 3; update += 1) {
      const list = await fetch(at)
      const text = await list.text()
      expect([list.status, list.headers.get('content-type')]).toEqual([200, 'application/dash+xml'])
      const part = (name: string) => new RegExp(`${name}="([^"]*)"`).exec(text)?.[1] ?? ''
      const media = new URL(part('media').replace('$Number$', '5'), list.url)
      const first = new URL(part('initialization'), list.url)
      expect(await (await fetch(media)).text()).toBe('five')
      expect(await (await fetch(first)).text()).toBe('init')
      at = new URL(/<Location>([^<]*)</.exec(text)?.[1] ?? '', list.url).href
    }
  })

  test.each(['gzip', 'x-gzip', 'deflate'])('a list called video, %s', async (encoding) => {
    const pack = encoding === 'deflate' ? deflateSync : gzipSync
    put(`/${plain}/live.ts`, pack(LIST), 'video/mp2t')
    rig.origin.encodings.set(`/${plain}/live.ts`, encoding)
    const list = await read(`${await open(plain)}live.ts`)
    expect([list.status, named(await list.text(), list.url).length]).toEqual([200, 2])
  })

  test.each([undefined, 'bytes=0-1', 'bytes=188-'])(
    'a short clip is none, nor a part of one: %s',
    async (range) => {
      put(`/${plain}/live.ts`, 'G'.repeat(376), 'video/mp2t')
      const headers = range === undefined ? {} : { headers: { range } }
      const answer = await rig.get(`${await open(plain)}live.ts`, headers)
      expect([answer.status, answer.text.replaceAll('G', '')]).toEqual([
        range === undefined ? 200 : 206,
        '',
      ])
    },
  )

  test('for players that follow no redirection, from the next opening on', async () => {
    put(`/${plain}/live.ts`, LIST, 'application/vnd.apple.mpegurl')
    const at = `/live/${rig.ticket({ group: 'boxes' })}/${plain}/stream.ts`
    const refused = await rig.get(at)
    expect([refused.status, refused.reason]).toEqual([502, 'origin.unreadable'])
    await until('control is told', () => told(plain).some(([, protocol]) => protocol === 'hls'))
    const { channels } = rig.stub.tables
    const learned = channelRows({
      [plain]: {
        origin: rig.origin.url,
        base: `/${plain}/`,
        entry: 'live.ts',
        protocol: 'hls',
        groups: ['all', 'boxes'],
      },
    })
    channels.rows = new Map([...channels.rows, ...learned])
    channels.version += ' and one'
    await until('it plays', async () => (await rig.get(at)).status === 200)
    const list = await read(at)
    const segments = named(await list.text(), list.url)
    const bodies = await Promise.all(segments.map(async (it) => await (await fetch(it)).text()))
    expect([list.headers.get('content-type'), bodies]).toEqual([
      'application/vnd.apple.mpegurl',
      ['one', 'two'],
    ])
  })

  test('one that calls it video and does not say how long it is is cut, and control is told', async () => {
    put(`/${plain}/live.ts`, LIST, 'video/mp2t')
    rig.origin.brokenOff.set(`/${plain}/live.ts`, 'chunked')
    const known = told(plain).length
    await read(`${await open(plain)}live.ts`).then(
      async (it) => await it.text().catch(() => ''),
      () => '',
    )
    if (known === 0) await until('control is told', () => told(plain).length > 0)
  })

  test('a page in its place is said to be none', async () => {
    put(`/${plain}/live.ts`, '<!DOCTYPE html><p>PROVIDER has expired', 'text/html')
    const answer = await read(`${await open(plain)}live.ts`)
    expect([answer.status, answer.headers.get('x-gatehouse-reason')]).toEqual([
      502,
      'origin.unreadable',
    ])
  })
})

test('a stream in place of a playlist is said to be none, at once, and control is told', async () => {
  const answer = await rig.get(`${await open('streams')}list.m3u8`)
  expect([answer.status, answer.reason]).toEqual([502, 'origin.unreadable'])
  await until('control is told', () =>
    rig.stub.syncs.some((it) =>
      it.protocols?.some(([id, what]) => id === 'streams' && what === 'mpegts'),
    ),
  )
})

test.each([
  'text/vtt',
  'application/octet-stream',
  '',
  'image/png',
  'text/plain',
  'application/x-php',
])('a segment of any other type is handed on: %j', async (type) => {
  put('/hls/ch1/s1.vtt', 'WEBVTT', type)
  const answer = await rig.get(`${await open('ch1')}s1.vtt`)
  expect([answer.status, answer.reason, answer.text]).toEqual([200, null, 'WEBVTT'])
})

test('a key that is called a page is handed on, a page in its place is not', async () => {
  const root = await open('ch1')
  put('/hls/ch1/k.php', '0123456789abcdef', 'text/html; charset=UTF-8')
  expect((await rig.get(`${root}k.php?id=1`)).text).toBe('0123456789abcdef')
  put('/hls/ch1/k.php', `<!DOCTYPE html>${'PROVIDER has expired. '.repeat(9)}`, 'text/html')
  const answer = await rig.get(`${root}k.php?id=1`)
  expect([answer.status, answer.reason, answer.text]).toEqual([204, 'origin.unreadable', ''])
})

test('a text of any kind in place of a manifest is said to be none', async () => {
  put('/hls/texts/index.m3u8', 'login PROVIDER has expired\n', 'text/plain')
  const answer = await rig.get(`${await open('texts')}index.m3u8`)
  expect([answer.status, answer.reason]).toEqual([502, 'origin.unreadable'])
})

test('what an address answers to a viewer’s own arguments is no news of its channel', async () => {
  const list = '#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nseg1.ts\n'
  put(`/${plain}/live.ts`, list, 'application/vnd.apple.mpegurl')
  const told = (name: string) =>
    rig.stub.syncs.flatMap((it) => it.protocols ?? []).some(([id]) => id === name)
  const root = await open(plain)
  expect((await fetch(`${rig.url}${root}live.ts?output=hls`)).status).toBe(200)
  const other = `plain${count}`
  put(`/${other}/live.ts`, list, 'application/vnd.apple.mpegurl')
  expect((await fetch(`${rig.url}${await open(other)}live.ts`)).status).toBe(200)
  await until('control is told of the other', () => told(other))
  expect(told(plain)).toBe(false)
})
