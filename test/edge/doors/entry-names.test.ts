import { afterAll, beforeAll, expect, test } from 'vitest'
import { askedFor, openFolder } from '../rig/folder.ts'
import { type Rig, startRig } from '../rig/rig.ts'
import { channelRows, group } from '../rig/tables.ts'

/*
 * What a manifest names beside itself under the name of its channel's entry, or under a name that the edge gives that, is not the entry: the origin is asked for what
 * it wrote, arguments and all (RFC 3986, section 5.2.2).
 */

const HLS = 'application/vnd.apple.mpegurl'
const DASH = 'application/dash+xml'
const CHANNELS = {
  list: ['list.m3u8', 'token=OF-THE-PROVIDER&n=1', HLS],
  script: ['get.php', 'id=7', HLS],
  bare: ['play.php', '', HLS],
  film: ['film.mpd', 'token=OF-THE-PROVIDER', DASH],
  feed: ['feed.php', 'id=7', DASH],
} as const
type Name = keyof typeof CHANNELS

let rig: Rig
const roots = new Map<string, string>()
beforeAll(async () => {
  rig = await startRig((stub, origin) => {
    stub.policy = { ...stub.policy, groups: [group('all', { isDefault: true })] }
    origin.files.set('*', { type: 'video/mp4', body: 'there' })
    const rows = Object.entries(CHANNELS).map(([name, [entry, query, type]]) => [
      name,
      {
        origin: origin.url,
        base: `/${name}/`,
        entry,
        query,
        protocol: type === DASH ? ('dash' as const) : ('hls' as const),
      },
    ])
    stub.tables.channels.rows = channelRows(Object.fromEntries(rows))
  })
  for (const name of Object.keys(CHANNELS)) roots.set(name, await openFolder(rig, name))
})
afterAll(() => rig?.stop())

/** The manifest of a channel through the edge, and its addresses there and at the origin. */
const through = async (name: Name, body: string) => {
  const [entry, query, type] = CHANNELS[name]
  rig.origin.files.set(`/${name}/${entry}`, { type, body })
  const page = type === HLS ? 'index.m3u8' : 'manifest.mpd'
  const file = /\.(?:m3u8|mpd)$/.test(entry) ? entry : page
  // Each case has a copy of its own.
  const url = new URL(`${file}?case=${encodeURIComponent(body)}`, roots.get(name))
  const { status, text } = await rig.get(url.href.slice(rig.url.length))
  expect(status).toBe(200)
  const direct = new URL(`/${name}/${entry}?${query}`, rig.origin.url)
  return { url, direct, text }
}

const decode = (text: string) => text.replaceAll('&amp;', '&')
const encode = (text: string) => text.replaceAll('&', '&amp;')

const WRITTEN = [
  '?seg=§',
  '?id=7&seg=§',
  'list.m3u8?seg=§',
  './list.m3u8?token=OF-THE-PROVIDER&n=1&seg=§',
  'list.m3u8',
  'get.php?seg=§',
  'get.php?id=7&seg=§',
  'get.php',
  'play.php?seg=§',
  'film.mpd?seg=§',
  'feed.php?id=7&seg=§',
  'index.m3u8',
  'index.m3u8?a=§',
  'manifest.mpd?a=§',
  'in/get.php?id=7',
]

let count = 0
/** The references, with numbers that were not there yet: what is at hand, or was none of a manifest a moment ago, is not asked for again. */
const fresh = (): string[] => WRITTEN.map((it) => it.replace('§', String((count += 1))))
const before = new Set<string>()

const fill = (template: string) => template.replace('$Number$', '5')

/** Compares what the origin is asked for, in a list of references as they were written and as they come through the edge. */
const compare = async (
  { url, direct }: { readonly url: URL; readonly direct: URL },
  pairs: readonly (readonly [string, string])[],
) => {
  before.add(direct.href)
  for (const [reference, written] of pairs) {
    const wanted = new URL(fill(reference), direct)
    const asked = await askedFor(rig, new URL(fill(written), url))
    if (asked !== '' || !before.has(wanted.href))
      expect(asked, `${reference} as ${written}`).toBe(wanted.pathname + wanted.search)
    before.add(wanted.href)
  }
}

const EXTINF = '#EXTINF:2,'
const VARIANT = '#EXT-X-STREAM-INF:BANDWIDTH=1'

test.each(
  (['list', 'script', 'bare'] as const).flatMap((name) =>
    [EXTINF, VARIANT].map((tag) => [name, tag] as const),
  ),
)('HLS: %s, %s', async (name, tag) => {
  const references = fresh()
  const found = await through(
    name,
    `#EXTM3U\n${references.map((it) => `${tag}\n${it}\n`).join('')}`,
  )
  const written = found.text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  expect(written).toHaveLength(references.length)
  await compare(
    found,
    references.map((it, at) => [it, written[at] ?? '']),
  )
  if (name === 'list') expect(found.text).not.toContain('OF-THE-PROVIDER')
})

test.each(['film', 'feed'] as const)('DASH: %s', async (name) => {
  for (const reference of fresh()) {
    const media = `${reference}${reference.includes('?') ? '&' : '?'}n=$Number$`
    const body = `<MPD><Location>${encode(reference)}</Location><Period><AdaptationSet><SegmentTemplate initialization="${encode(reference)}" media="${encode(media)}"/><Representation id="r"/></AdaptationSet></Period></MPD>`
    const found = await through(name, body)
    const written = (pattern: RegExp) => decode(pattern.exec(found.text)?.[1] ?? '')
    await compare(found, [
      [reference, written(/initialization="([^"]*)/)],
      [media, written(/media="([^"]*)/)],
      [reference, written(/<Location>([^<]*)/)],
    ])
    if (name === 'film') expect(found.text).not.toContain('OF-THE-PROVIDER')
  }
})

test('what a script answers is had by the arguments that a manifest names, and by no others', async () => {
  const refused = async (url: URL) => {
    const { status, reason } = await rig.get(url.href.slice(rig.url.length))
    expect([status, reason], url.pathname + url.search).toEqual([403, 'path.outside'])
  }
  count += 1
  const reference = `get.php?id=7&seg=${count}`
  const { url, text } = await through('script', `#EXTM3U\n${EXTINF}\n${reference}\n`)
  const segment = new URL(text.split('\n')[2] ?? '', url)
  expect([segment.pathname, segment.search]).toEqual([
    expect.stringMatching(/\/@\/~[^/]+\/file\.php$/),
    '',
  ])
  rig.origin.files.set('/script/get.php', { type: 'video/mp2t', body: 'there' })
  // Players add CMCD to any address (CTA-5004).
  expect(await askedFor(rig, new URL('?id=8&CMCD=br%3D1', segment))).toBe(
    `/script/${reference}&CMCD=br%3D1`,
  )
  const changed = ['get.php', 'file.ts', 'index.m3u8', './', 'file.php/x']
  const open = ['get.php', 'get.php?id=8', 'get.php/x?id=8', 'get%2Ephp?id=8', '%67et.php?']
  for (const name of changed) await refused(new URL(name, segment))
  for (const name of open) await refused(new URL(name, roots.get('script')))

  // ffmpeg takes a segment by its ending, that of the arguments included.
  const ended = ['a.ts', 'a.mp4', 'a.m3u8', 'a.MPD', '1.5']
  const named = await through(
    'script',
    `#EXTM3U\n${ended.map((it) => `${EXTINF}\nget.php?f=${it}\n`).join('')}`,
  )
  expect(Array.from(named.text.matchAll(/\/(file[^/\n]*)\n/g), ([, name]) => name)).toEqual([
    'file.ts',
    'file.mp4',
    'file.php',
    'file.php',
    'file.php',
  ])

  // Alternatives are folders under seal, the channel's own too.
  const bases = '<BaseURL>./</BaseURL><BaseURL>b/</BaseURL>'
  const found = await through(
    'feed',
    `<MPD>${bases}<Period><AdaptationSet><SegmentTemplate media="v-$Number$.m4s"/><Representation id="r"/></AdaptationSet></Period></MPD>`,
  )
  const folder = new URL(/<BaseURL>([^<]*)/.exec(found.text)?.[1] ?? '', found.url)
  expect(await askedFor(rig, new URL('v-1.m4s', folder))).toBe('/feed/v-1.m4s')
  for (const name of ['feed.php', 'feed.php?id=8', 'feed.php/x', 'feed%2Ephp?id=8'])
    await refused(new URL(name, folder))
})

test('keys and segments at the manifest’s own name, and names that are no valid path', async () => {
  count += 1
  const number = String(count)
  const odd = [
    `?key=${number}`,
    `list.m3u8?seg=${number}&k`,
    '100%-1.ts',
    'a%zz/2.ts?b=1',
    '50%25-3.ts',
  ]
  const found = await through(
    'list',
    `#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="?own=${number}"\n${odd.map((it) => `${EXTINF}\n${it}\n`).join('')}`,
  )
  const key = /URI="([^"]*)"/.exec(found.text)?.[1] ?? ''
  const written = found.text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  await compare(found, [
    [`?own=${number}`, key],
    ...odd.map((it, at) => [it, written[at] ?? ''] as const),
  ])
  rig.origin.files.set('/list/list.m3u8', { type: 'video/mp2t', body: 'there' })
  for (const address of [key, ...written]) {
    const { pathname, search } = new URL(address, found.url)
    const { status, text } = await rig.get(pathname + search)
    expect([status, text], address).toEqual([200, 'there'])
  }
})

test('DASH: segments at the manifest’s own name come as segments', async () => {
  count += 1
  for (const file of ['', 'film.mpd', './film.mpd']) {
    const found = await through(
      'film',
      `<MPD><Period><AdaptationSet><SegmentTemplate initialization="${file}?init=${count}" media="${file}?case=${count}&amp;n=$Number$"/><Representation id="r"/></AdaptationSet></Period></MPD>`,
    )
    rig.origin.files.set('/film/film.mpd', { type: 'video/mp4', body: 'there' })
    for (const [, written = ''] of found.text.matchAll(/(?:media|initialization)="([^"]*)"/g)) {
      const { pathname, search } = new URL(fill(decode(written)), found.url)
      const { status, text } = await rig.get(pathname + search)
      expect([status, text], written).toEqual([200, 'there'])
    }
  }
})

test('arguments that players take from the manifest’s address reach the origin, under the names they are given', async () => {
  const info = (template: string, more: string) =>
    `<EssentialProperty schemeIdUri="urn:mpeg:dash:urlparam:2014"><up:UrlQueryInfo xmlns:up="urn:mpeg:dash:schema:urlparam:2014" queryTemplate="${template}" ${more}/></EssentialProperty>`
  const found = await through(
    'film',
    `<MPD>${info('$querypart$', "useMPDUrlQuery = 'true'")}${info('t=$query:token$', 'queryString="x=1" useMPDUrlQuery="1"')}${info('$querypart$', 'queryString="y=2"')}<RequestParam queryTemplate="$querypart$" useMPDUrlQuery="true"/><Period/></MPD>`,
  )
  expect(found.text).not.toContain('OF-THE-PROVIDER')
  const queries = [...found.text.matchAll(/queryString=["']([^"']*)/g)].map(([, it = '']) =>
    decode(it),
  )
  expect(found.text.match(/useMPDUrlQuery\s*=\s*["']false["']/g)).toHaveLength(3)
  const [all = '', named = '', own = '', param = ''] = queries.map((it) =>
    it.replace(/&?case=[^&]*/, ''),
  )
  expect(own).toBe('y=2')
  const [, token = ''] = /token=([^&]*)/.exec(named) ?? []
  for (const [sent, wanted] of [
    [all, 'token=OF-THE-PROVIDER'],
    [named, 'token=OF-THE-PROVIDER&x=1'],
    [param, 'token=OF-THE-PROVIDER'],
    [`t=${token}`, 't=OF-THE-PROVIDER'],
  ])
    expect(await askedFor(rig, new URL(`v/1.m4s?${sent}`, found.url))).toBe(
      `/film/v/1.m4s?${wanted}`,
    )
})
