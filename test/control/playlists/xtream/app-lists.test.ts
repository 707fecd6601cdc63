import { describe, expect, test } from 'vitest'
import { buildCatalogue } from '../../../../control/playlists/catalogue/catalogue.ts'
import { PlaylistReader } from '../../../../control/playlists/m3u/reader.ts'
import {
  formatsOf,
  type LiveStream,
  renderAppList,
} from '../../../../control/playlists/xtream/app-lists.ts'
import { createStreamNumbers } from '../../../../control/playlists/xtream/stream-numbers.ts'
import { appListText } from '../channels.ts'

const M3U = `#EXTM3U
#EXTINF:-1 tvg-id="one" tvg-logo="http://l/1.png" group-title="News;World" catchup="flussonic" catchup-days="3",One @@ "First"
http://o/one/index.m3u8
#EXTINF:-1 radio="true" group-title="News",Radio
http://o/radio/mpegts
#EXTINF:-1 parent-code="1" timeshift="2",Late
http://o/late/index.m3u8
`

const channelsOf = async (text: string) => {
  const reader = new PlaylistReader()
  reader.push(Buffer.from(text))
  const read = reader.finish()
  if (!read.ok) throw new Error(read.problem.reason)
  const { channels } = await buildCatalogue([{ source: 's', playlist: read.playlist }])
  return {
    offered: channels,
    numbers: await createStreamNumbers(null)(channels.map(({ id }) => id)),
  }
}

describe('the lists of apps', () => {
  test('rows have the types that strict parsers ask for', async () => {
    const channels = await channelsOf(M3U)
    const text = await appListText('live-streams', channels)
    expect(text).not.toContain('@@')
    const rows = JSON.parse(text) as LiveStream[]
    expect(rows[0]).toEqual({
      num: 1,
      name: 'One @@ "First"',
      stream_type: 'live',
      stream_id: channels.numbers.get('one'),
      stream_icon: 'http://l/1.png',
      epg_channel_id: 'one',
      added: '0',
      is_adult: 0,
      category_id: expect.stringMatching(/^\d+$/) as string,
      category_ids: [expect.any(Number), expect.any(Number)] as unknown,
      custom_sid: '',
      direct_source: '',
      tv_archive: 1,
      tv_archive_duration: 3,
    })
    expect(rows[1]).toMatchObject({
      stream_type: 'radio_streams',
      epg_channel_id: 'radio',
      tv_archive: 0,
    })
    expect(rows[2]).toMatchObject({ is_adult: 1, tv_archive: 1, tv_archive_duration: 2 })
  })

  test('categories are the titles; each finds its rows, every part of a title too', async () => {
    const channels = await channelsOf(M3U)
    const categories = JSON.parse(await appListText('live-categories', channels)) as {
      category_id: string
      category_name: string
      parent_id: number
    }[]
    expect(categories.map((it) => [it.category_name, it.parent_id])).toEqual([
      ['News', 0],
      ['World', 0],
      ['Other', 0],
    ])
    const namesIn = async (at: number) =>
      (
        JSON.parse(
          await appListText('live-streams', channels, categories[at]?.category_id ?? ''),
        ) as LiveStream[]
      ).map(({ name, num }) => [num, name])
    expect(await namesIn(0)).toEqual([
      [1, 'One @@ "First"'],
      [2, 'Radio'],
    ])
    expect(await namesIn(1)).toEqual([[1, 'One @@ "First"']])
    expect(await appListText('live-streams', channels, '12')).toBe('[]')
  })

  test('a title keeps its number whatever stands beside it', async () => {
    const alone = await appListText('live-categories', await channelsOf(M3U))
    const beside = await appListText(
      'live-categories',
      await channelsOf(`#EXTM3U\n#EXTINF:-1 group-title="A",A\nhttp://o/a/a.ts\n${M3U.slice(8)}`),
    )
    expect((JSON.parse(beside) as unknown[]).slice(1)).toEqual(JSON.parse(alone))
  })

  test('the old form holds everything, with a place for the account', async () => {
    const channels = await channelsOf(M3U)
    const text = await appListText('panel', channels)
    const whole = JSON.parse(text.replace('@@', '"user_info":{"auth":1}')) as {
      user_info: { auth: number }
      categories: { live: unknown[]; movie: unknown[] }
      available_channels: Record<string, LiveStream>
    }
    expect(whole.user_info.auth).toBe(1)
    expect(whole.categories.live).toHaveLength(3)
    expect(Object.keys(whole.available_channels).sort()).toEqual(
      [...channels.numbers.values()].map(String).sort(),
    )
  })

  test('only what works is named', async () => {
    const { offered } = await channelsOf(M3U)
    expect(formatsOf(offered)).toEqual(['ts', 'm3u8'])
    expect(formatsOf(offered.slice(0, 1))).toEqual(['m3u8'])
    expect(formatsOf([])).toEqual([])
  })

  test('20,000 channels come in pieces, whole in their order, in each form', async () => {
    const many = Array.from(
      { length: 20_000 },
      (_, at) =>
        `#EXTINF:-1 tvg-id="c${at}" group-title="G${at % 40}",Channel ${at}\nhttp://o/c${at}/index.m3u8`,
    )
    const channels = await channelsOf(`#EXTM3U\n${many.join('\n')}\n`)
    const longest = { rows: 0 }
    for await (const piece of renderAppList('live-streams', channels))
      longest.rows = Math.max(longest.rows, piece.split('"num":').length - 1)
    expect(longest.rows).toBeLessThanOrEqual(500)
    const rows = JSON.parse(await appListText('live-streams', channels)) as LiveStream[]
    expect(rows.map(({ num }) => num)).toEqual(many.map((_, at) => at + 1))
    expect(new Set(rows.map((row) => row.stream_id)).size).toBe(20_000)
    const panel = JSON.parse((await appListText('panel', channels)).replace('@@,', '')) as {
      available_channels: Record<string, LiveStream>
    }
    expect(Object.values(panel.available_channels)).toHaveLength(20_000)
  })
})
