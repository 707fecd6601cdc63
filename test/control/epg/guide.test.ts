import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { parseXmltv } from '@iptv/xmltv'
import { describe, expect, test } from 'vitest'
import { makeGuide } from '../../../control/epg/build/make-guide.ts'
import { shortListing, tableListing } from '../../../control/epg/model/listings.ts'
import { matchChannels, type WantedChannel } from '../../../control/epg/model/match.ts'
import { mergeProgrammes, type SourceProgramme } from '../../../control/epg/model/programme.ts'
import { groupGuide } from '../../../control/epg/pack/group-guide.ts'
import { GuideService } from '../../../control/epg/service.ts'
import { buildCatalogue } from '../../../control/playlists/catalogue/catalogue.ts'
import { PlaylistReader } from '../../../control/playlists/m3u/reader.ts'
import { tempDir, useCleanup } from '../../support/cleanup.ts'
import { until } from '../../support/programs/port.ts'

const onCleanup = useCleanup()
const NOW = Date.parse('2026-11-29T12:30:00Z')

const channelsOf = async (lines: readonly string[]) => {
  const reader = new PlaylistReader()
  const entries = lines.map((it, at) => `#EXTINF:-1 ${it}\nhttp://o/c${at}/index.m3u8\n`)
  reader.push(Buffer.from(`#EXTM3U\n${entries.join('')}`))
  const read = reader.finish()
  if (!read.ok) throw new Error(read.problem.reason)
  return (await buildCatalogue([{ source: 's', playlist: read.playlist }])).channels
}

const stamp = (hour: number) => {
  const time = new Date(Date.parse('2026-11-29T00:00:00Z') + hour * 3_600_000)
  return `${time.toISOString().slice(0, 19).replace(/\D/g, '')} +0000`
}

const xmltv = (channels: Readonly<Record<string, string>>, hours: readonly number[]) => {
  const ids = Object.keys(channels)
  const programme = (id: string, hour: number) =>
    `<programme start="${stamp(hour)}" stop="${stamp(hour + 1)}" channel="${id}"><title>${id} at ${hour}</title></programme>`
  return `<tv>${ids
    .map((id) => `<channel id="${id}"><display-name>${channels[id]}</display-name></channel>`)
    .join('')}${ids.flatMap((id) => hours.map((hour) => programme(id, hour))).join('')}</tv>`
}

const collect = async (chunks: AsyncIterable<Uint8Array>): Promise<Buffer> => {
  const all: Uint8Array[] = []
  for await (const chunk of chunks) all.push(chunk)
  return Buffer.concat(all)
}

/** A service with `epg.xml` of a folder as its source. */
const serviceIn = (folder: string) => {
  const warnings: string[] = []
  const service = new GuideService({
    stateDir: folder,
    now: () => NOW,
    onChange: () => undefined,
    warn: (message) => warnings.push(message),
    settleMs: 1,
    make: makeGuide,
  })
  const file = join(folder, 'epg.xml')
  const source = { name: 'epg', file, url: undefined, refreshMs: 3_600_000, zone: null }
  const open = async () => {
    await service.configure({ mapping: {}, sources: [source] })
    await service.settled()
  }
  return { service, warnings, open, file }
}

const folderOf = async () => {
  const folder = await tempDir()
  onCleanup(folder.remove)
  return folder.path
}

describe('matching', () => {
  const wanted = (guideId: string, ids: string[], names: string[]): WantedChannel => ({
    guideId,
    ids,
    names,
    shiftMin: 0,
    archiveDays: 0,
  })
  test('by the mapping, the id, the id in any case, the name; one of a source serves several', () => {
    const source = [
      { id: 'one.tv', names: ['Första HD'] },
      { id: 'TWO.tv', names: ['Two'] },
      { id: 'x3', names: ['Third  Channel!'] },
      { id: 'x4', names: [] },
    ]
    const list = [
      wanted('one.tv', ['one.tv'], []),
      wanted('two.tv', ['two.tv'], []),
      wanted('three', ['three'], ['third channel']),
      wanted('four', ['four'], ['one']),
      wanted('again', [], ['forsta hd']),
      wanted('none', ['none'], ['None', '']),
    ]
    const found = matchChannels(list, source, { four: 'x4' })
    expect([...found].map(([id, of]) => [id, of.map((it) => it.guideId)])).toEqual([
      ['one.tv', ['one.tv', 'again']],
      ['TWO.tv', ['two.tv']],
      ['x3', ['three']],
      ['x4', ['four']],
    ])
  })
})

describe('merging', () => {
  const programme = (start: number, stop: number | null, title: string): SourceProgramme => ({
    start,
    stop,
    title,
    lang: '',
    description: '',
    inner: '',
  })
  test('an end that is missing is the next beginning; of a further source only what fills a gap', () => {
    const merged = mergeProgrammes([
      [programme(200, null, 'b'), programme(100, null, 'a'), programme(500, 600, 'd')],
      [
        programme(0, 100, 'x'),
        programme(50, 150, 'y'),
        programme(7600, 7700, 'z'),
        programme(150, 250, 'w'),
      ],
    ])
    expect(merged.map(({ start, stop, title }) => [start, stop, title])).toEqual([
      [0, 100, 'x'],
      [100, 200, 'a'],
      [200, 500, 'b'],
      [500, 600, 'd'],
      [7600, 7700, 'z'],
    ])
  })
})

describe('a group’s guide', () => {
  test('holds its channels first, then their programmes, the past as far as the archive reaches', async () => {
    const folder = await folderOf()
    const { service, open, file } = serviceIn(folder)
    const names = { one: 'One', two: 'Two', three: 'Three' }
    await writeFile(file, xmltv(names, [-60, 0, 11, 12, 13]))
    const channels = await channelsOf([
      'tvg-id="one" tvg-logo="http://l/1.png",One & only',
      'tvg-id="two" catchup="shift" catchup-days="1",Two',
      'tvg-id="three",Three',
      'tvg-id="two" tvg-shift="+1",Two an hour later',
      ',Nobody knows me',
    ])
    service.follow(channels)
    await open()
    const offered = channels.filter(({ name }) => name !== 'Three')
    const text = gunzipSync(await collect(groupGuide(offered, service.pack()))).toString()
    expect(text.lastIndexOf('<channel ')).toBeLessThan(text.indexOf('<programme '))
    expect(text).not.toContain('three')
    const read = parseXmltv(text)
    const ids = ['one', 'two', 'two-an-hour-later', 'nobody-knows-me']
    expect(read.channels?.map(({ id }) => id)).toEqual(ids)
    const shown = (id: string) =>
      (read.programmes ?? [])
        .filter(({ channel }) => channel === id)
        .map(({ start }) => start.toISOString().slice(5, 13))
    expect(shown('one')).toEqual(['11-29T12', '11-29T13'])
    expect(shown('two')).toEqual(['11-29T00', '11-29T11', '11-29T12', '11-29T13'])
    expect(shown('two-an-hour-later')).toEqual(['11-29T12', '11-29T13', '11-29T14'])
    expect(service.status()).toMatchObject({ unmatched: ['nobody-knows-me'], channels: 4 })
    const empty = gunzipSync(await collect(groupGuide(offered, null))).toString()
    expect(parseXmltv(empty).channels).toHaveLength(4)
    await service.stop()
  })

  test('a bad file leaves the last good one, also after a restart; new channels find their programmes', async () => {
    const folder = await folderOf()
    const first = serviceIn(folder)
    await writeFile(first.file, xmltv({ one: 'One', two: 'Two' }, [12]))
    first.service.follow(await channelsOf(['tvg-id="one",One']))
    await first.open()
    const version = first.service.version()
    await writeFile(first.file, '<tv><channel id="one">')
    await first.service.refresh()
    expect(first.service.status().sources[0]).toMatchObject({ ok: false })
    expect(first.warnings.join('\n')).toMatch(/guide epg: .*the copy before stays/)
    expect(first.service.version()).toBe(version)
    await first.service.stop()
    const second = serviceIn(folder)
    second.service.follow(await channelsOf(['tvg-id="one",One']))
    await second.open()
    expect(second.service.version()).toBe(version)
    second.service.follow(await channelsOf(['tvg-id="one",One', 'tvg-id="two",Two']))
    await until('a guide of both', () => Promise.resolve(second.service.status().channels === 2))
    await second.service.stop()
  })
})

describe('what apps are told of one channel', () => {
  const nowSec = NOW / 1000
  const programmes = [-30, -2, 0, 1, 2].map((hour) => ({
    start: nowSec + hour * 3600 - 1800,
    stop: nowSec + hour * 3600 + 1800,
    title: `Ü ${hour}`,
    lang: 'de',
    description: 'd',
  }))
  const channel = { number: 1_234_567_890, guideId: 'one', archiveDays: 1 }

  test('the short form: what has not ended, in the types of the field', () => {
    const rows = shortListing(programmes, channel, { limit: 2, nowSec })
    expect(rows).toHaveLength(2)
    expect(rows[0]).toEqual({
      id: `1234567890${nowSec - 1800}`,
      epg_id: '1234567890',
      title: Buffer.from('Ü 0').toString('base64'),
      lang: 'de',
      start: '2026-11-29 12:00:00',
      end: '2026-11-29 13:00:00',
      description: 'ZA==',
      channel_id: 'one',
      start_timestamp: String(nowSec - 1800),
      stop_timestamp: String(nowSec + 1800),
      stream_id: '1234567890',
    })
  })

  test('the table: archive only of what has ended and is within reach', () => {
    const rows = tableListing(programmes, channel, nowSec)
    expect(rows.map((row) => [row.now_playing, row.has_archive])).toEqual([
      [0, 0],
      [0, 1],
      [1, 0],
      [0, 0],
      [0, 0],
    ])
    const none = tableListing(programmes, { ...channel, archiveDays: 0 }, nowSec)
    expect(none.every((row) => row.has_archive === 0)).toBe(true)
  })
})

test('no address in a guide shows a login of the provider', async () => {
  const path = await folderOf()
  const file = join(path, 'epg.xml')
  const secret = 'Zx9kQw41'
  const inner = `<title>News</title><desc>see http://panel/live/mikhail77/${secret}/7.ts, or http://n/a.</desc>
<icon src="http://panel/i?a=1&amp;username=u&amp;password=p"/><icon src="http://l/1.png"/><image>//l/${secret}.png</image>
<url>http://panel/i/Zx9k%51w41/7</url><url>http://n/</url><icon src="http://l/?of=http%3A%2F%2Fpanel%2F${secret}%2F"/>`
  await writeFile(
    file,
    `<tv><channel id="a"><display-name>A</display-name></channel><programme start="${stamp(12)}" stop="${stamp(13)}" channel="a">${inner}</programme></tv>`,
  )
  const { service } = serviceIn(path)
  service.follow(await channelsOf(['tvg-id="a",A']))
  await service.configure({
    mapping: {},
    addresses: [`http://panel/get.php?username=mikhail77&password=${secret}`],
    sources: [{ name: 'epg', file, url: undefined, refreshMs: 3_600_000, zone: null }],
  })
  await service.settled()
  const offered = await channelsOf(['tvg-id="a",A'])
  const guide = gunzipSync(await collect(groupGuide(offered, service.pack()))).toString()
  expect(guide).toContain('see  or http://n/a.')
  expect(guide).toMatch(/<icon src="http:\/\/l\/1.png"\s*\/>/)
  expect(guide).toContain('<url>http://n/</url>')
  expect(guide).not.toMatch(/Zx9k|mikhail77|password|<image>/)
  await service.stop()
})
