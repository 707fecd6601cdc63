import { describe, expect, test } from 'vitest'
import { fillArchive } from '#domain/addresses/archive'
import { fillTimes } from '#domain/addresses/archive-times'
import { archiveDays, archiveOf } from '../../../../control/playlists/catalogue/archive.ts'
import { buildCatalogue } from '../../../../control/playlists/catalogue/catalogue.ts'
import { buildChannelTable } from '../../../../control/playlists/catalogue/channel-table.ts'
import { leadsToArchive } from '../../../../control/playlists/catalogue/leads-to-archive.ts'
import { PlaylistReader } from '../../../../control/playlists/m3u/reader.ts'

const START = Date.UTC(2026, 10, 29, 20, 15) / 1000
const SPAN = { start: START, durationSec: 3600, now: START + 7200 }

const channelOf = async (attributes: string, url: string, ...beside: string[]) => {
  const reader = new PlaylistReader()
  const others = beside.map((it) => `#EXTINF:-1,Other\n${it}\n`).join('')
  reader.push(Buffer.from(`#EXTM3U\n#EXTINF:-1 tvg-id="one" ${attributes},One\n${url}\n${others}`))
  const read = reader.finish()
  if (!read.ok) throw new Error(read.problem.reason)
  const { channels } = await buildCatalogue([{ source: 's', playlist: read.playlist }])
  const [channel] = channels
  if (channel === undefined) throw new Error('no channel')
  return channel
}

const HLS = 'http://o/one/index.m3u8'
const TS = 'http://o/one/mpegts'
const PANEL = 'http://panel/live/USER/PASS/78.ts'

describe('what an archive lies behind the clock', () => {
  test.each([
    ['catchup="shift" catchup-correction="1.5"', '5400'],
    ['catchup="shift" catchup-correction="-2" tvg-shift="1"', '-3600'],
    ['catchup="shift" tvg-shift="-0,5"', '-1800'],
    ['catchup="shift" catchup-correction="soon"', undefined],
    ['catchup="shift" catchup-correction="2" tvg-shift="-2"', undefined],
    ['catchup-correction="2"', undefined],
  ])('%s', async (attributes, wanted) => {
    const table = await buildChannelTable([await channelOf(attributes, HLS)], [])
    expect(table.get('^one')).toBe(wanted)
  })
})

describe('the archive by time, in each form of Kodi', () => {
  test.each([
    ['catchup="flussonic" catchup-days="3"', HLS, `index-${START}-3600.m3u8`],
    ['catchup="fs"', 'http://o/one/video.m3u8', `video-${START}-3600.m3u8`],
    ['catchup-type="flussonic-ts"', TS, `archive-${START}-3600.ts`],
    ['catchup="shift"', HLS, `index.m3u8?utc=${START}&lutc=${START + 7200}`],
    ['timeshift="2"', TS, `stream.ts?utc=${START}&lutc=${START + 7200}`],
    [
      'catchup="append" catchup-source="?utc=${start}&lutc=${timestamp}"',
      HLS,
      `index.m3u8?utc=${START}&lutc=${START + 7200}`,
    ],
    ['catchup="append" catchup-source="&from={utc}"', HLS, `index.m3u8?from=${START}`],
    [
      'catchup="default" catchup-source="http://o/one/dvr-{utc}-{duration}.m3u8"',
      HLS,
      `dvr-${START}-3600.m3u8`,
    ],
  ])('%s of %s', async (attributes, url, wanted) => {
    const channel = await channelOf(attributes, url)
    expect(fillTimes(archiveOf(channel)?.asked ?? '', SPAN)).toBe(wanted)
    expect(archiveDays(channel)).toBeGreaterThan(0)
    const table = await buildChannelTable([channel], [])
    expect(table.get('~one')).toBe(archiveOf(channel)?.asked)
  })

  test.each([
    ['catchup="xc"', PANEL, 'http://panel/timeshift/USER/PASS/60/2026-11-29:20-15/78.ts'],
    [
      'catchup="default" catchup-source="http://far/a.php?d={utc:Y-m-d}&t={duration:60}&key=K"',
      HLS,
      'http://far/a.php?d=2026-11-29&t=60&key=K',
    ],
    [
      'catchup="vod" catchup-source="http://far/${(b)yyyyMMddHHmm}.m3u8"',
      HLS,
      'http://far/202611292015.m3u8',
    ],
  ])('%s of %s lies elsewhere, and no login of it shows', async (attributes, url, wanted) => {
    const archive = archiveOf(await channelOf(attributes, url))
    const rest = fillTimes(archive?.asked ?? '', SPAN) ?? ''
    expect(rest).not.toMatch(/USER|PASS|key/)
    const template = archive?.place.kind === 'elsewhere' ? archive.place.template : ''
    const address = fillArchive(template, rest)?.address
    expect(`${address?.origin}${address?.path}${address?.query}`).toBe(wanted)
  })

  test.each([
    ['catchup="flussonic"', 'http://o/one/video.m3u8', `/one/index-${START}-3600.m3u8`],
    ['catchup="fs"', 'http://o/one/mpegts', `/one/index-${START}-3600.m3u8`],
    [
      'catchup="append" catchup-source="-{utc}.m3u8"',
      'http://o/one/b',
      `/one/index.m3u8-${START}.m3u8`,
    ],
    [
      'catchup="default" catchup-source="http://o/one/dvr-{utc}.m3u8"',
      'http://o/one/b.m3u8',
      `/one/dvr-${START}.m3u8`,
    ],
  ])('%s beside %s in one directory leads there', async (attributes, other, wanted) => {
    const channel = await channelOf(attributes, HLS, other)
    expect(channel.isClosed).toBe(true)
    const archive = archiveOf(channel)
    const template = archive?.place.kind === 'elsewhere' ? archive.place.template : ''
    const filled = fillArchive(template, fillTimes(archive?.asked ?? '', SPAN) ?? '')
    expect([filled?.address.path, filled?.isFree]).toEqual([wanted, false])
    expect((await buildChannelTable([channel], [])).get('~one')).toBe(archive?.asked)
  })

  test.each([
    ['catchup="vod" catchup-source="http://o/one/{catchup-id}.m3u8"', 'http://o/one/b.m3u8'],
    ['catchup="append" catchup-source="-{catchup-id}.m3u8"', 'http://o/one/b.m3u8'],
  ])(
    '%s beside %s in one directory has none: others’ files lie there',
    async (attributes, other) => {
      const channel = await channelOf(attributes, HLS, other)
      expect([archiveOf(channel)?.place.kind, archiveDays(channel)]).toEqual(['unusable', 0])
    },
  )

  test('a query alone is asked for at the entry, whoever lies beside it', async () => {
    for (const attributes of ['catchup="shift"', 'catchup="append" catchup-source="?utc={utc}"']) {
      const channel = await channelOf(attributes, HLS, 'http://o/one/b.m3u8')
      expect(archiveOf(channel)?.asked).toMatch(/^index\.m3u8\?utc=/)
    }
  })

  test.each([
    ['', HLS],
    ['catchup="xc"', HLS],
    ['catchup="append"', HLS],
    ['catchup="vod" catchup-source="http://far/{catchup-id}.mp4"', HLS],
    ['catchup="default" catchup-source="rtsp://far/{utc}"', HLS],
  ])('%s of %s has none', async (attributes, url) => {
    const channel = await channelOf(attributes, url)
    expect(archiveDays(channel)).toBe(0)
    expect((await buildChannelTable([channel], [])).has('~one')).toBe(false)
  })
})

describe('what leads into an archive, and counts by its clock', () => {
  const own = 'catchup="default" catchup-source="http://o/one/rec/{Y}/{utc}_{duration}.m3u8"'
  test.each([
    ['catchup="flussonic"', HLS, `index-${START}-3600.m3u8`, ''],
    ['catchup="flussonic"', HLS, `timeshift_abs-${START}.m3u8`, ''],
    ['catchup="shift"', HLS, 'index.m3u8', `utc=${START}&lutc=${START + 60}`],
    ['catchup="append" catchup-source="?from={utc}"', HLS, 'index.m3u8', `from=${START}`],
    ['catchup="xc"', PANEL, `@catchup/60/2026/11/29/20/15/archive-${START}-3600.ts`, ''],
    [own, HLS, `rec/2026/${START}_3600.m3u8`, ''],
    // Also where the list names none: the origin has it all the same.
    ['', HLS, `archive-${START}-3600.m3u8`, ''],
  ])('%s of %s: %s?%s', async (attributes, url, rest, args) => {
    expect(leadsToArchive(await channelOf(attributes, url), rest, args)).toBe(true)
  })

  test.each([
    ['catchup="flussonic"', 'index.m3u8', ''],
    ['catchup="shift"', 'index.m3u8', 'token=x'],
    ['catchup="append" catchup-source="?from={utc}"', 'index.m3u8', 'fromage=1'],
    [own, 'index.m3u8', ''],
    [own, 'rec/2026/now.ts', ''],
    ['', `index-${START}.ts`, ''],
  ])('and what does not: %s, %s?%s', async (attributes, rest, args) => {
    expect(leadsToArchive(await channelOf(attributes, HLS), rest, args)).toBe(false)
  })
})
