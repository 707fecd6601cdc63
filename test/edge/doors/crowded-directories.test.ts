import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { buildChannelTable } from '../../../control/playlists/catalogue/channel-table.ts'
import { channelsOf, entry } from '../../control/playlists/channels.ts'
import { type Rig, startRig } from '../rig/rig.ts'
import { group } from '../rig/tables.ts'

/** A panel's directory, with streams of it that are listed, and others that are not. */
const PANEL = '/live/USER/PASS/'
const MEDIA = 'media.m4s'

let rig: Rig
beforeAll(async () => {
  rig = await startRig(async (stub, { url, files }) => {
    const channels = await channelsOf(
      entry('panel', `${url}${PANEL}80.mpd`),
      entry('other', `${url}${PANEL}78.m3u8`),
      entry('folder', `${url}/dash/own/manifest.mpd`),
      entry('list', `${url}/hls/own/index.m3u8`),
      entry('flat', `${url}/flat/a.m3u8`),
      entry('flat2', `${url}/flat/b.m3u8`),
    )
    stub.policy = { ...stub.policy, groups: [group('all', { isDefault: true })] }
    stub.tables.channels.rows = await buildChannelTable(channels, [
      { id: 'all', channels, leftOut: [] },
    ])
    files.set('*', { type: 'video/mp4', body: 'there' })
  })
})
afterAll(() => rig?.stop())
beforeEach(() => {
  rig.origin.seen.length = 0
})

let turn = 0
/** What a channel's manifest names, behind the edge. */
const named = async (channel: string, path: string, type: string, body: string): Promise<URL> => {
  rig.origin.files.set(path, { type, body })
  const name = path.replace(/^.*\//, '')
  const opened = await rig.get(`/live/${rig.ticket()}/${channel}/${name}`)
  const manifest = new URL(opened.headers.get('location') ?? '', rig.url)
  const { text } = await rig.get(`${manifest.pathname}?turn=${++turn}`)
  expect(text).not.toMatch(/USER|PASS/)
  const base = /<BaseURL>([^<]*)</.exec(text)?.[1] ?? ''
  const reference = / media="([^"]*)"/.exec(text)?.[1] ?? text.trim().split('\n').at(-1) ?? ''
  rig.origin.seen.length = 0
  return new URL(reference, new URL(base, manifest))
}

const ask = async ({ pathname, search }: URL | { pathname: string; search: string }) => {
  rig.origin.seen.length = 0
  const { status, reason } = await rig.get(pathname + search)
  return [status, reason, rig.origin.seen[0]?.url ?? null]
}

const REFUSED = [403, 'path.outside', null]

/** The same address with other names behind its last seal. */
const refuseAll = async (address: URL, names: readonly string[]): Promise<void> => {
  const folder = /^.*\/@\/~[^/]+\//.exec(address.pathname)?.[0]
  expect(folder).toBeDefined()
  for (const name of names)
    expect(await ask({ pathname: folder + name, search: '' }), name).toEqual(REFUSED)
}

const mpd = (media: string, base = ''): string =>
  `<MPD>${base === '' ? '' : `<BaseURL>${base}</BaseURL>`}<Period><AdaptationSet>` +
  `<SegmentTemplate media="${media}"/><Representation id="v1"/></AdaptationSet></Period></MPD>`

const fill = ({ href }: URL): URL =>
  new URL(
    href
      .replace(/(?:\$|%24)RepresentationID(?:\$|%24)/g, 'v1')
      .replace(/(?:\$|%24)Number%05d(?:\$|%24)/g, '00012')
      .replace(/(?:\$|%24)Number%08x(?:\$|%24)/g, '0000001f')
      .replace(/(?:\$|%24)(?:Number|Time|Bandwidth)(?:\$|%24)/g, '12')
      .replace(/(?:\$|%24){2}/g, '$'),
  )

const OTHERS = [
  '999.ts',
  '999.m3u8',
  '78.m3u8',
  '999.mpd',
  '',
  'status',
  'a/b/12.m4s',
  '80_v1_.m4s',
  '80_v1_0x.m4s',
]

test.each([
  ['80_$RepresentationID$_$Number%05d$.m4s', '', '80_v1_00012.m4s'],
  ['80_$RepresentationID$_$Time$.m4s', './', '80_v1_12.m4s'],
  ['80_$Number%08x$.m4s?b=$Bandwidth$', '', '80_0000001f.m4s?b=12'],
  ['80.m4s?n=$Number$', '', '80.m4s?n=12'],
  ['80$$$Number$.m4s', '', '80$12.m4s'],
])(
  'in a panel’s directory a template opens what it names: %s below "%s"',
  async (media, base, path) => {
    const address = await named('panel', `${PANEL}80.mpd`, 'application/dash+xml', mpd(media, base))
    expect(await ask(fill(address))).toEqual([200, null, PANEL + path])
    await refuseAll(address, OTHERS)
  },
)

test.each([
  ['$RepresentationID$/$Number$.m4s', '/', '/v1/12.m4s'],
  ['/$RepresentationID$/$Number$.m4s', '', '/v1/12.m4s'],
  ['/a$$b/$Number$.m4s', '', '/a$b/12.m4s'],
  ['../$RepresentationID$/$Number$.m4s', '', '/dash/v1/12.m4s'],
  ['$RepresentationID$/$Number$.m4s', '/dash/', '/dash/v1/12.m4s'],
  ['$RepresentationID$/80/$Number$.m4s', '/live/', '/live/v1/80/12.m4s'],
  ['$Number$.m4s', PANEL, `${PANEL}12.m4s`],
  ['$RepresentationID$-$Number$.m4s', '/flat/', '/flat/v1-12.m4s'],
  ['$RepresentationID$-$Number$.m4s', '/hls/own/', '/hls/own/v1-12.m4s'],
])(
  'where others’ files lie, or may, it opens no more: %s below "%s"',
  async (media, base, path) => {
    const manifest = '/dash/own/manifest.mpd'
    const address = await named('folder', manifest, 'application/dash+xml', mpd(media, base))
    expect(await ask(fill(address))).toEqual([200, null, path])
    const hidden = [
      'x/999.ts',
      'hidden/index.m3u8',
      'v1%2fx/12.m4s',
      'v1%252fx/12.m4s',
      'v1/12.m4s/',
    ]
    await refuseAll(address, [...OTHERS, ...hidden])
  },
)

test('a file that lies where a panel’s or several channels’ do opens alone', async () => {
  for (const folder of [
    PANEL,
    '/live/SOMEBODY/ELSE9/',
    '/timeshift/USER/PASS/60/1700000000/',
    '/flat/',
  ]) {
    const body = `#EXTM3U\n#EXTINF:1,\n${folder}78_1.ts\n`
    const address = await named('list', '/hls/own/index.m3u8', 'application/x-mpegurl', body)
    expect(await ask(address)).toEqual([200, null, `${folder}78_1.ts`])
    await refuseAll(address, ['78_2.ts', ...OTHERS])
  }
})

test('a directory that is nobody’s stays under one seal', async () => {
  const body = mpd(`$RepresentationID$/${MEDIA}`, '/store/own/')
  const address = await named('folder', '/dash/own/manifest.mpd', 'application/dash+xml', body)
  expect(await ask(fill(address))).toEqual([200, null, `/store/own/v1/${MEDIA}`])
  expect(address.pathname).toMatch(/\/@\/~[^/]+\/\$/)
  expect(address.pathname.length).toBeLessThan(220)
})

test('a directory under seal does not open itself, but where a manifest names it', async () => {
  const at = (lines: string) =>
    named('list', '/hls/own/index.m3u8', 'application/x-mpegurl', `#EXTM3U\n${lines}\n`)
  const file = await at('/keys/a.ts')
  expect(await ask(file)).toEqual([200, null, '/keys/a.ts'])
  await refuseAll(file, [''])
  const itself = await at('/keys/')
  expect(await ask(itself)).toEqual([200, null, '/keys/'])
  await refuseAll(itself, ['a.ts'])
})
