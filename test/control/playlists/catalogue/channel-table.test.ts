import { describe, expect, it } from 'vitest'
import { ownerOf } from '#domain/addresses/owners'
import { parseChannelRecord } from '#domain/channels/channel-table'
import { buildCatalogue } from '../../../../control/playlists/catalogue/catalogue.ts'
import { buildChannelTable } from '../../../../control/playlists/catalogue/channel-table.ts'
import { checkChannels } from '../../../../control/playlists/lists/list-checks.ts'
import { channelsOf, entry, playlistOf, select } from '../channels.ts'

const channels = await channelsOf(
  entry('own', 'http://o:1/own/index.m3u8'),
  entry('outer', 'http://o:1/hls/outer.m3u8'),
  entry('inner', 'http://o:1/hls/inner/index.m3u8?key=a,b%7Cc%25'),
  entry('xt1', 'http://o:1/live/u/p/1.m3u8'),
  entry('xt2', 'http://o:1/live/u/p/2.m3u8'),
  entry('php1', 'http://o:1/play?id=1'),
  entry('php2', 'http://o:1/play?id=2'),
  entry('sport', 'http://o:1/flat/sport.m3u8'),
  entry('sport-17', 'http://o:1/flat/sport-17.m3u8'),
  entry('two-hls', 'http://o:1/flat/two.m3u8'),
  entry('two-dash', 'http://o:1/flat/two.mpd'),
  entry('escaped', 'http://o:1/a b/ü.m3u8'),
  entry('percent', 'http://o:1/100%25/i.m3u8'),
  entry('news', 'http://o:1/tv/News/index.m3u8'),
  entry('lower', 'http://o:1/tv/news/index.m3u8'),
  entry('capital', 'http://o:1/cap/index.m3u8'),
  entry('below', 'http://o:1/Cap//x/index.m3u8'),
  entry('other', 'http://o:2/own/index.m3u8'),
)
const table = await buildChannelTable(channels, [
  { id: 'home', channels, leftOut: [] },
  { id: 'all', channels: channels.slice(0, 2), leftOut: channels.slice(1, 2) },
])
const recordOf = (id: string) => parseChannelRecord(table.get(id) ?? '')
const owner = (path: string, origin = 'http://o:1') =>
  ownerOf((key) => table.get(key), origin, path)

describe('the channel table', () => {
  it('tells edges where a channel lies and which groups have it', () => {
    expect(recordOf('outer')).toEqual({
      origin: 'http://o:1',
      login: '',
      base: '/hls/',
      entry: 'outer.m3u8',
      query: '',
      protocol: 'hls',
      isShared: true,
      isUnsure: false,
      isClosed: false,
      isVod: false,
      archive: '',
      groups: ['home', 'all'],
      surgedFrom: ['all'],
    })
    expect(recordOf('inner')).toMatchObject({
      query: 'key=a,b%7Cc%25',
      isShared: false,
      isClosed: false,
      groups: ['home'],
    })
  })

  it.each([
    ['own', false],
    ['outer', true],
    ['inner', false],
    ['xt1', true],
    ['php1', true],
    ['other', false],
    ['capital', true],
  ])('marks the directory of %s as shared: %s', (id, isShared) => {
    expect(recordOf(id)?.isShared).toBe(isShared)
  })

  it.each([
    ['/own/index.m3u8', 'own'],
    ['/own/sub/seg1.ts', 'own'],
    ['/hls/outer.m3u8', 'outer'],
    ['/hls/outer-1.ts', 'outer'],
    ['/hls/inner/1.ts', 'inner'],
    ['/live/u/p/1.m3u8', 'xt1'],
    ['/live/u/p/2.m3u8', 'xt2'],
    ['/live/u/p/2_17.ts', null],
    ['/live/u/p/2.ts', 'xt2'],
    ['/u/p/2.ts', 'xt2'],
    ['/u/p/2', 'xt2'],
    ['/%6Cive/u/p/2.ts', 'xt2'],
    ['/flat/sport.m3u8', 'sport'],
    ['/flat/sport-9.ts', null],
    ['/flat/sport-17.m3u8', 'sport-17'],
    ['/flat/sport-17.ts', null],
    ['/flat/two.m3u8', 'two-hls'],
    ['/flat/two.mpd', 'two-dash'],
    ['/flat/two.ts', null],
    ['/a b/ü.m3u8', 'escaped'],
    ['/a%20b/seg 1.ts', 'escaped'],
    ['/100%/i.m3u8', 'percent'],
    ['/play', null],
    ['/nobody/1.ts', null],
    ['/HLS/inner/1.ts', 'inner'],
    ['/hls/INNER/1.ts', 'inner'],
    ['/hls//inner/1.ts', 'inner'],
    ['//hls/inner/1.ts', 'inner'],
    ['/hls/inner;x=1/1.ts', 'inner'],
    ['/hls/;x/inner/1.ts', 'inner'],
    ['/hls/inner%2f1.ts', 'inner'],
    ['/hls/inner\\1.ts', 'inner'],
    ['/hls/%2569nner/1.ts', 'inner'],
    ['/hls/inner./1.ts', 'inner'],
    ['/hls/inner%20/1.ts', 'inner'],
    ['/hls/ｉnner/1.ts', 'inner'],
    ['/hls/in%c2%adner%ef%bc%8f1.ts', 'inner'],
    ['/hls/inners/1.ts', 'outer'],
    ['/flat/SPORT-17.m3u8;x', 'sport-17'],
    ['/flat/two.mpd%20', 'two-dash'],
    ['/tv/News/hd/1.ts', 'news'],
    ['/tv/news/hd/1.ts', 'lower'],
    ['/tv/NEWS/hd/1.ts', 'lower'],
    ['/A B/Ü.M3U8', 'escaped'],
  ])('knows the owner of %s: %s', (path, id) => {
    expect(owner(path)).toBe(id)
  })

  it('tells edges, and them alone, where an archive lies elsewhere', async () => {
    const source = 'catchup-source="http://U:P@arc/t|{utc},{duration}.m3u8?k=%7C"'
    const list = await channelsOf(entry('A', 'http://o/a/i.m3u8', source))
    const rows = await buildChannelTable(list, [])
    expect(parseChannelRecord(rows.get('a') ?? '')?.archive).toBe(
      'http://arc/t|{utc},{duration}.m3u8?k=%7C',
    )
    // As an edge of an earlier version wrote and reads it.
    expect(table.get('own')?.split('|')).toHaveLength(8)
  })

  it('keeps origins apart', () => {
    expect(owner('/own/index.m3u8', 'http://o:2')).toBe('other')
  })
})

describe('checks', () => {
  const groups = [{ id: 'g', channels: select({ titles: ['Nwes'] }) }]
  const warnings = async (list = channels, hasResolver = false) =>
    (await checkChannels(list, groups, { hasResolver })).join('\n')

  it('name shared directories, nested ones, entries that differ by query, and dead selectors', async () => {
    const text = await warnings()
    expect(text).toContain('2 channels lie in folders of panels (http://o:1)\n')
    expect(text).toContain('other channels lie below http://o:1/hls/ of outer')
    expect(text).toContain('php1, php2 differ only in the query of http://o:1/play')
    expect(text).toContain('group g names what no channel answers to: Nwes')
  })

  it('tell the folders of panels in one line, and how many are like those that are spelled out', async () => {
    const panels = [1, 2, 3, 4].map((number) =>
      entry(`P${number}`, `http://o:1/live/u/p${number % 2}/${number}.ts`),
    )
    const doubles = Array.from({ length: 120 }, (_, at) =>
      entry(`D${at}`, `http://o:1/d${at}/i.m3u8`, `tvg-id="d${at >> 1}"`),
    )
    const lines = (await warnings(await channelsOf(...panels, ...doubles), true)).split('\n')
    expect(lines.filter((line) => line.includes('panels'))).toEqual([
      '4 channels lie in folders of panels (http://o:1)',
    ])
    expect(lines.filter((line) => line.startsWith('tvg-id'))).toHaveLength(50)
    expect(lines).toContain('and 10 more like these')
  })

  it('name hosts only where the edge cannot resolve them', async () => {
    const byAddress = await channelsOf(
      entry('a', 'http://127.0.0.1/a/i'),
      entry('b', 'http://[::1]/b/i'),
    )
    expect(await warnings()).toContain('http://o:1 is named by host')
    expect(await warnings(channels, true)).not.toContain('by host')
    expect(await warnings(byAddress)).not.toContain('by host')
  })

  it('name archives that cannot pass the edge, and tvg-ids used twice', async () => {
    const list = await channelsOf(
      entry('A', 'http://o/a/i.m3u8', 'tvg-id="x" catchup-source="rtsp://else/{utc}"'),
      entry('B', 'http://o/b/i.m3u8', 'tvg-id="x" catchup="xc"'),
    )
    const text = await warnings(list, true)
    expect(text).toContain('a: its catchup-source is no address of http')
    expect(text).toContain('b: catchup="xc"')
    expect(text).toContain("tvg-id 'x' means 2 channels (a, b):")
  })

  it('name channels at the address of one that a group leaves out', async () => {
    const list = await channelsOf(
      entry('A', 'http://o/a/i.m3u8?k=1', 'tvg-id="a"'),
      entry('B', 'http://o/a/i.m3u8?k=1', 'tvg-id="b"'),
      entry('C', 'http://o/a/i.m3u8?k=2', 'tvg-id="c"'),
    )
    const told = async (selection: Parameters<typeof select>[0]) =>
      (
        await checkChannels(list, [{ id: 'g', channels: select(selection) }], { hasResolver: true })
      ).filter((text) => text.startsWith('group'))
    expect(await told({ exclude: ['a'] })).toEqual([
      'group g leaves out a, but not b at the same address',
    ])
    expect(await told({ exclude: ['a', 'b'] })).toEqual([])
    expect(await told({ ids: ['b'], exclude: ['c'] })).toEqual([])
  })

  it('name tvg-ids that differ by letters alone, and the lists they come from', async () => {
    const of = (source: string, ...entries: string[]) => ({
      source,
      playlist: playlistOf(`#EXTM3U\n${entries.join('')}`),
    })
    const twice = entry('T', 'http://o/t/i.m3u8', 'tvg-id="two"')
    const { channels: list } = await buildCatalogue([
      of('one', entry('A', 'http://o/a/i.m3u8', 'tvg-id="x"'), twice),
      of('two', entry('B', 'http://o/b/i.m3u8', 'tvg-id="X"'), entry('C', 'http://o/c/i.m3u8')),
      of('three', twice, entry('Two', 'http://o/d/i.m3u8')),
    ])
    const text = await warnings(list, true)
    expect(text).toContain("tvg-id 'x' means 2 channels (x, X) of one, two:")
    expect(text).toMatch(/tvg-id 'two' means 3 channels \(.*two\) of one, three:/)
    expect(text).not.toContain("'c'")
  })
})
