import { createServer, type IncomingMessage, type Server } from 'node:http'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildCatalogue } from '../../../../control/playlists/catalogue/catalogue.ts'
import { checkManifests, leadsOf } from '../../../../control/playlists/lists/manifest-checks.ts'
import { readPlaylistText } from '../../../../control/playlists/m3u/reader.ts'

const FILES: Record<string, string> = {
  '/good/index.m3u8': '#EXTM3U\n#EXTINF:2,\n../x/1.ts\n#EXTINF:2,\n/good/2.ts\n',
  '/master/index.m3u8': '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nv/low.m3u8\n',
  '/master/v/low.m3u8': '#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="http://keys.example/k"\n1.ts\n',
  '/known/index.m3u8': '#EXTM3U\n#EXTINF:2,\nhttp://own.example:81/1.ts\nhttp://127.0.0.1:1/2.ts\n',
  '/session/index.m3u8': '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nlow.m3u8?session=COUNT\n',
  '/dated/index.m3u8': '#EXTM3U\n#EXT-X-TARGETDURATION:2\n# COUNT\n#EXTINF:2,\n1.ts\n',
  '/headers/index.m3u8': '#EXTM3U\n#EXTINF:2,\n1.ts\n',
  '/locked/index.m3u8': '#EXTM3U\n#EXTINF:2,\n1.ts\n',
  '/list.php': '#EXTM3U\n#EXTINF:2,\n1.ts\n',
  '/page/index.m3u8': '<html><body>Your subscription has ended</body></html>',
  '/page/list.php': '<html><body>Your subscription has ended</body></html>',
  '/dash/a.mpd': '<MPD><BaseURL>https://cdn.example/d/</BaseURL></MPD>',
}

const MOVED: Record<string, string> = {
  '/near/index.m3u8': '../master/index.m3u8',
  '/far/index.m3u8': 'http://balancer.example/far.m3u8?token=1',
  '/away/stream.ts': 'http://balancer.example/1.ts?token=1',
  '/rtsp/index.m3u8': 'rtsp://cameras.example:554/1?token=1',
  '/round/index.m3u8': '/round/index.m3u8',
  '/login/index.m3u8': 'http://HOST/locked/a',
  '/locked/a': 'index.m3u8',
}

const PACKERS: Record<string, (text: string) => Buffer> = {
  gzip: gzipSync,
  'x-gzip': gzipSync,
  br: brotliCompressSync,
  deflate: deflateSync,
  'gzip, gzip': (text) => gzipSync(gzipSync(text)),
  'br, gzip': (text) => gzipSync(brotliCompressSync(text)),
  'gzip,identity': gzipSync,
  none: gzipSync,
}

/** Requests so far. */
let count = 0
let server: Server
let origin: string

/** Where a path leads; what is locked leads on with the login in the address alone. */
const redirectionOf = ({ url = '', headers }: IncomingMessage): { Location: string } | null => {
  const isLocked = url === '/locked/a' && headers.authorization !== `Basic ${btoa('u:p@')}`
  const moved = isLocked ? undefined : MOVED[url]
  return moved === undefined
    ? null
    : { Location: moved.replace('HOST', `u:p%40@${headers.host ?? ''}`) }
}

beforeAll(async () => {
  server = createServer((request, response) => {
    const redirection = redirectionOf(request)
    count += 1
    const file = FILES[request.url ?? '']?.replaceAll('COUNT', String(count))
    const [, named = ''] = /^\/packed\/([^/]+)\//.exec(request.url ?? '') ?? []
    const coding = decodeURIComponent(named)
    const packed = PACKERS[coding]?.(FILES['/good/index.m3u8'] ?? '')
    if (request.url === '/headers/index.m3u8') response.setHeader('X-Trace', 'x'.repeat(30_000))
    if (packed) response.writeHead(200, { 'Content-Encoding': coding }).end(packed)
    else if (redirection) response.writeHead(302, redirection).end()
    else response.writeHead(file === undefined ? 404 : 200).end(file)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  origin = `http://127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}`
})
afterAll(() => server.close())

const catalogueOf = async (names: readonly string[]) => {
  const list = names.map((name) => `#EXTINF:-1,${name.split('/')[0] ?? ''}\n${origin}/${name}`)
  const read = readPlaylistText(`#EXTM3U\n${list.join('\n')}\n`)
  if (!read.ok) throw new Error(read.problem.reason)
  return await buildCatalogue([{ source: 's', playlist: read.playlist }])
}

describe('the check of manifests', () => {
  it('names origins that write a manifest for each viewer, and are not set to', async () => {
    const { channels } = await catalogueOf(['session/index.m3u8', 'dated/index.m3u8'])
    const warnings = await checkManifests(channels, [], [])
    expect(warnings.map((text) => text.split(',')[0])).toEqual([
      `session: ${origin} writes a manifest for each viewer`,
    ])
    const origins = [{ host: '127.0.0.1', redirects: [], shares: false }]
    expect(await checkManifests(channels, origins, [])).toEqual([])
  })

  it('names what leads past the edge, behind variants and in DASH too', async () => {
    const places = ['good', 'master', 'near', 'far', 'rtsp', 'round', 'gone', 'known', 'login']
    const names = [
      ...places.map((name) => `${name}/index.m3u8`),
      'dash/a.mpd',
      'away/stream.ts',
      'list.php',
    ]
    const { channels } = await catalogueOf(names)
    const warnings = await checkManifests(
      channels,
      [{ host: 'own.example', redirects: [], shares: true }],
      [],
    )
    expect(warnings.map((text) => text.split(',')[0])).toEqual([
      'master: its manifest sends players to http://keys.example',
      'near: its manifest sends players to http://keys.example',
      'far: its origin sends players on to http://balancer.example',
      'rtsp: its origin sends players on to rtsp://cameras.example:554',
      'dash: its manifest sends players to https://cdn.example',
      'away: its origin sends players on to http://balancer.example',
      'list-php: its origin answers with a manifest',
      `round: ${origin} does not answer (it redirects in a circle); see that it runs and that this machine reaches it`,
      `gone: ${origin} answered 404; see that the address in the list`,
    ])
  })

  it('says once what channels of an origin are answered, of streams too', async () => {
    const names = ['1/live.ts', '2/live.ts', '3/index.m3u8', 'page/index.m3u8', 'page/list.php']
    const away = 'http://127.0.0.1:1'
    const list = [...names.map((name) => `${origin}/${name}`), `${away}/a.m3u8`, `${away}/b.m3u8`]
    const text = list.map((address, at) => `#EXTINF:-1,c${at + 1}\n${address}\n`).join('')
    const read = readPlaylistText(`#EXTM3U\n${text}`)
    if (!read.ok) throw new Error(read.problem.reason)
    const { channels } = await buildCatalogue([{ source: 's', playlist: read.playlist }])
    expect(await checkManifests(channels, [], [])).toEqual([
      `c1, c2, c3: ${origin} answered 404; see that the address in the list, and the login in it, are right`,
      `c4: ${origin} answers with something that is no manifest; see that the address in the list is right`,
      `c6, c7: ${away} does not answer (the connection was refused); see that it runs and that this machine reaches it`,
    ])
  })

  it('reads what is packed without being asked for, and behind headers of 30 kB, as edges do', async () => {
    const packed = Object.keys(PACKERS).map(
      (coding) => `packed/${encodeURIComponent(coding)}/index.m3u8`,
    )
    const { channels } = await catalogueOf([...packed, 'headers/index.m3u8', 'page/index.m3u8'])
    expect(await checkManifests(channels, [], [])).toEqual([
      expect.stringMatching(/^page: .* is no manifest/),
    ])
  })

  const past = (manifest: string): readonly string[] =>
    leadsOf(manifest, 'http://a:1/d/m', (one) => one === 'http://a:1').past

  it('counts neither its own origin nor relative addresses as foreign', () => {
    expect(past('#EXTM3U\nhttp://a:1/x.ts\n//b/y.ts\n/z.ts\ndata:1\n')).toEqual(['http://b'])
  })

  it.each([
    ['quotes of either kind', "<SegmentTemplate media = 'https://c/$Number$.m4s'/>", ['https://c']],
    ['CDATA', '<BaseURL><![CDATA[ //c/ ]]></BaseURL>', ['http://c']],
    [
      'a clock',
      '<UTCTiming schemeIdUri="urn:mpeg:dash:utc:http-iso:2014" value="https://t/now"/>',
      ['https://t'],
    ],
    [
      'what is relative to another host',
      '<BaseURL>http://c/</BaseURL><BaseURL>x/</BaseURL>',
      ['http://c'],
    ],
    [
      'no event',
      '<EventStream schemeIdUri="u"><Event><BaseURL>http://ads/</BaseURL></Event></EventStream>',
      [],
    ],
    ['no licence', '<ContentProtection><laurl>http://drm/l</laurl></ContentProtection>', []],
  ])('reads DASH as edges do: %s', (_, inside, origins) => {
    const set = inside.startsWith('<Seg')
      ? `<AdaptationSet>${inside}<Representation id="1"/></AdaptationSet>`
      : inside
    expect(past(`<MPD><Period>${set}</Period></MPD>`)).toEqual(origins)
  })

  it('reads what playlists name beside segments as edges do', () => {
    const text =
      '#EXTM3U\n#EXT-X-DEFINE:NAME="h",VALUE="http://c"\n#EXT-X-DATERANGE:ID="1",X-ASSET-LIST="{$h}/l",X-COM="http://d/"\n'
    expect(past(text)).toEqual(['http://c'])
  })
})
