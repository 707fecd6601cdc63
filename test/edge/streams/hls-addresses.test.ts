import { get, type IncomingMessage } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { DASH, HLS, type Judge, startJudge } from './address-judge.ts'

/*
 * Every address that a manifest names leads to the same place directly and through the edge. Node's URL is the judge of both (RFC 3986): the
 * addresses are taken out of the manifest as written and as rewritten, and what the origin is asked for is compared.
 */

let judge: Judge
beforeAll(async () => {
  judge = await startJudge()
})
afterAll(() => judge?.rig.stop())
beforeEach(() => {
  judge.rig.origin.seen.length = 0
})

/** `§` stands for a number nobody asked for yet: what failed a moment ago is not asked for again. */
const REFERENCES = [
  's§.ts',
  './s§.ts?token=A&key=b%20c',
  '../s§.ts',
  'x/../../s§.ts',
  './../a4x/one§.ts',
  '720/../../a4x/two§.ts',
  '/judge.root§.ts',
  '/hls/ch1/own§.ts',
  '/k/a%2Fb§.bin?u=http://x/y',
  '/x//y§.ts',
  'q//r§.ts',
  '%7Euser/%D1%82§.ts',
  'sp%20ace§.ts',
  'semi;p=1/s;q§.ts',
  './a:b/c§.ts',
  '?only=§',
  'UPPER§.TS',
  '~t/@/u§.ts',
  "x(§),[2]!*'.ts",
]

const attribute = (tag: string, more = '') => ({
  tag,
  line: (reference: string) => `#${tag}:${more}URI="${reference}"`,
  of: (line: string) => /(?:URI|X-ASSET-LIST)="([^"]*)"/.exec(line)?.[1] ?? '',
})

const TAGS = [
  { tag: 'a line', line: (reference: string) => reference, of: (line: string) => line.trim() },
  attribute('EXT-X-KEY', 'METHOD=AES-128,'),
  attribute('EXT-X-SESSION-KEY', 'METHOD=AES-128,'),
  attribute('EXT-X-MAP'),
  attribute('EXT-X-MEDIA', 'TYPE=AUDIO,GROUP-ID="a",NAME="n",'),
  attribute('EXT-X-I-FRAME-STREAM-INF', 'BANDWIDTH=1,'),
  attribute('EXT-X-SESSION-DATA', 'DATA-ID="d",'),
  attribute('EXT-X-PART', 'DURATION=1,'),
  attribute('EXT-X-PRELOAD-HINT', 'TYPE=PART,'),
  attribute('EXT-X-RENDITION-REPORT', 'LAST-MSN=1,'),
  {
    ...attribute('EXT-X-CONTENT-STEERING'),
    line: (reference: string) => `#EXT-X-CONTENT-STEERING:SERVER-URI="${reference}"`,
  },
  {
    ...attribute('EXT-X-DATERANGE'),
    line: (reference: string) => `#EXT-X-DATERANGE:ID="i",X-ASSET-LIST="${reference}"`,
  },
]

describe('HLS', () => {
  test.each(TAGS)('$tag', async ({ line, of }) => {
    const references = REFERENCES.map((it) => judge.fresh(it))
    const lines = references.map(line)
    const { url, direct, text } = await judge.through(`#EXTM3U\n${lines.join('\n')}\n`)
    const written = text.split('\n').slice(1, -1)
    expect(written).toHaveLength(REFERENCES.length)
    for (const [index, reference] of references.entries()) {
      const { pathname, search } = new URL(reference, direct)
      const player = new URL(of(written[index] ?? ''), url).href
      expect(await judge.asked(player), reference).toBe(pathname + search)
    }
  })

  test('a backslash leads each player where it would lead it at the origin', async () => {
    const reference = judge.fresh('s\\b§.ts')
    const { url, direct, text } = await judge.through(`#EXTM3U\n${reference}\n`)
    const [, written = ''] = text.split('\n')
    for (const reads of [(it: string) => it, (it: string) => it.replaceAll('\\', '%5C')]) {
      const player = new URL(reads(written), url).href
      expect(await judge.asked(player)).toBe(new URL(reads(reference), direct).pathname)
    }
  })

  test('a SKIP, and every other line, stays as it is', async () => {
    const text = [
      '#EXTM3U',
      '#EXT-X-VERSION:9',
      '#EXT-X-TARGETDURATION:4',
      '#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL=24',
      '#EXT-X-SKIP:SKIPPED-SEGMENTS=3,RECENTLY-REMOVED-DATERANGES="a\tb"',
      '#EXT-X-DATERANGE:ID="s",SCTE35-OUT=0xFC30,X-COM-URL="http://x/y"',
      '#EXTINF:4,URI="title"',
      's.ts',
    ].join('\r\n')
    expect((await judge.through(text)).text).toBe(text)
  })
})

describe('a manifest whose name does not say so', () => {
  const media = '#EXTM3U\n#EXT-X-TARGETDURATION:1\n../s.ts?x=1\n'
  test.each(['v.php?id=1&token=T', '/other/v', 'V.M3U8', 'v.m3u8.php'])('%s', async (name) => {
    const body = `#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n${name}\n`
    const { url, direct, text } = await judge.through(body)
    const target = new URL(name, direct)
    judge.rig.origin.files.set(target.pathname, { type: HLS, body: media })
    const variant = new URL(text.split('\n')[2] ?? '', url)
    const answer = await judge.rig.get(variant.href.slice(judge.rig.url.length))
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, HLS])
    expect(judge.rig.origin.seen.at(-1)?.url).toBe(target.pathname + target.search)
    const { pathname, search } = new URL('../s.ts?x=1', target)
    const segment = new URL(answer.text.split('\n')[2] ?? '', variant).href
    expect(await judge.asked(segment)).toBe(pathname + search)
  })

  test.each([
    ['php', '/p/get.php?id=7&output=hls', media, HLS],
    ['dash', '/dash/get', '<MPD type="static"><Period/></MPD>', DASH],
  ])('as the entry of a channel: %s', async (channel, path, body, type) => {
    judge.rig.origin.files.set(path.split('?')[0] ?? '', { type, body })
    const opened = await judge.rig.get(`/live/${judge.rig.ticket()}/${channel}/index.m3u8`)
    const location = opened.headers.get('location') ?? ''
    const entry = channel === 'dash' ? 'manifest.mpd' : 'index.m3u8'
    const answer = await judge.rig.get(location.replace('index.m3u8', entry))
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, type])
    expect(judge.rig.origin.seen.map((it) => it.url)).toEqual([path])
    // By its own name it would come as its origin wrote it.
    const raw = await judge.rig.get(location.replace(/[^/]*$/, path.replace(/^.*\//, '')))
    expect([raw.status, raw.reason, raw.text]).toEqual([403, 'path.outside', 'path.outside\n'])
  })

  test('a list of interstitials, whose addresses are its own', async () => {
    const body = '#EXTM3U\n#EXT-X-DATERANGE:ID="i",X-ASSET-LIST="/ads/list?x=1"\n'
    const { url, text } = await judge.through(body)
    const document = JSON.stringify({ ASSETS: [{ URI: 'one/a.m3u8', DURATION: 1 }] })
    judge.rig.origin.files.set('/ads/list', { type: 'application/json', body: document })
    const list = new URL(/X-ASSET-LIST="([^"]*)"/.exec(text)?.[1] ?? '', url)
    const answer = await judge.rig.get(list.href.slice(judge.rig.url.length))
    expect(answer.headers.get('content-type')).toBe('application/json')
    const { ASSETS: assets } = JSON.parse(answer.text) as { ASSETS: { URI: string }[] }
    expect(await judge.asked(new URL(assets[0]?.URI ?? '', list).href)).toBe('/ads/one/a.m3u8')
  })
})

describe('how it is sent', () => {
  test('headers of 32 kB go both ways, and players’ reports arrive', async () => {
    const long = 'x'.repeat(31_000)
    judge.rig.origin.files.set('/hls/ch1/big.ts', { type: 'video/mp2t', body: 'b' })
    judge.rig.origin.headers.set('/hls/ch1/big.ts', { 'X-Long': long })
    const headers = {
      'X-Asked': long,
      'CMCD-Session': 'sid="1"',
      Referer: 'http://portal.example/',
    }
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      get(`${judge.root}big.ts?CMCD=br%3D1`, { headers, maxHeaderSize: 65_536 }, resolve).on(
        'error',
        reject,
      )
    })
    answer.resume()
    expect([answer.statusCode, answer.headers['x-long']]).toEqual([200, long])
    const seen = judge.rig.origin.seen.at(-1)
    expect(seen?.url).toBe('/hls/ch1/big.ts?CMCD=br%3D1')
    expect(seen?.headers).toMatchObject({
      'cmcd-session': 'sid="1"',
      referer: 'http://portal.example/',
      'x-asked': long,
    })
  })

  test('a browser may send them', async () => {
    const answer = await judge.rig.get(`${new URL(judge.root).pathname}a.m3u8`, {
      method: 'OPTIONS',
      headers: {
        Origin: 'http://p',
        'Access-Control-Request-Method': 'GET',
        'Access-Control-Request-Headers': 'cmcd-session,range',
      },
    })
    expect(answer.status).toBe(204)
    expect(answer.headers.get('access-control-allow-headers')?.toLowerCase()).toContain(
      'cmcd-session',
    )
  })

  test('and read what its player reads: the clock of a manifest of DASH, and what servers say of an answer', async () => {
    judge.rig.origin.files.set('/hls/ch1/now', { type: 'text/plain', body: '' })
    judge.rig.origin.headers.set('/hls/ch1/now', { 'CMSD-Static': 'ot=v', Age: '3' })
    const at = `${new URL(judge.root).pathname}now`
    const { headers } = await judge.rig.get(at, { method: 'HEAD', headers: { Origin: 'http://p' } })
    const exposed = headers.get('access-control-expose-headers')?.toLowerCase().split(', ')
    for (const name of ['date', 'age', 'cmsd-static']) {
      expect(headers.get(name), name).not.toBeNull()
      expect(exposed, name).toContain(name)
    }
  })

  test('in Latin-1, under another status or with a word that is no coding', async () => {
    const body = Buffer.from('#EXTM3U\n#EXT-X-TARGETDURATION:1\ncaf\u00e9.ts\n', 'latin1')
    for (const [name, status, encoding] of [
      ['latin.m3u8', 200, 'none'],
      ['proxied.m3u8', 203, 'utf-8'],
      ['whole.m3u8', 206, 'identity'],
    ] as const) {
      judge.rig.origin.files.set(`/hls/ch1/${name}`, { type: HLS, body, status })
      judge.rig.origin.encodings.set(`/hls/ch1/${name}`, encoding)
      const url = `${judge.root}${name}`
      const answer = await judge.rig.get(new URL(url).pathname)
      expect(answer.status, name).toBe(200)
      const line = answer.text.split('\n')[2] ?? ''
      expect(await judge.asked(new URL(line, url).href), name).toBe('/hls/ch1/caf%E9.ts')
    }
  })

  test.each([300, 305, 306, 399])('under status %i, which leads nowhere', async (status) => {
    const name = judge.fresh('strange§')
    for (const file of [`${name}.m3u8`, `${name}.ts`]) {
      judge.rig.origin.files.set(`/hls/ch1/${file}`, { type: HLS, body: '#EXTM3U\n', status })
      const answer = await judge.rig.get(`${new URL(judge.root).pathname}${file}`)
      expect([answer.status, answer.reason], file).toEqual([502, 'origin.redirect'])
    }
  })

  test('a page in place of a manifest is not handed on', async () => {
    const body = '<!doctype html><p>account user-of-the-provider has expired'
    judge.rig.origin.files.set('/hls/ch1/page.m3u8', { type: 'text/html', body })
    const answer = await judge.rig.get(`${new URL(judge.root).pathname}page.m3u8`)
    expect([answer.status, answer.reason]).toEqual([502, 'origin.unreadable'])
    expect(answer.headers.get('content-type')).toBe('text/plain')
    expect(answer.text).not.toContain('provider')
  })

  test('manifests are asked for with gzip alone; what cannot be unpacked is refused, clearly', async () => {
    judge.rig.origin.files.set('/hls/ch1/br.m3u8', {
      type: HLS,
      body: Buffer.from([0x8b, 0x02, 0x80]),
    })
    judge.rig.origin.encodings.set('/hls/ch1/br.m3u8', 'br')
    judge.rig.origin.files.set('/hls/ch1/bad.m3u8', { type: HLS, body: 'no gzip' })
    judge.rig.origin.encodings.set('/hls/ch1/bad.m3u8', 'gzip')
    for (const name of ['br.m3u8', 'bad.m3u8']) {
      const answer = await judge.rig.get(`${new URL(judge.root).pathname}${name}`, {
        headers: { 'Accept-Encoding': 'br, gzip' },
      })
      expect([answer.status, answer.reason]).toEqual([502, 'origin.unreadable'])
      expect(judge.rig.origin.seen.at(-1)?.headers['accept-encoding']).toBe('gzip')
    }
  })
})
