import type { AppList } from '#domain/apps/xtream'
import { archiveDays } from '../catalogue/archive.ts'
import type { Channel } from '../catalogue/channel.ts'
import { yieldEvery } from '../catalogue/yield-to-event-loop.ts'
import { guideIdOf } from '../lists/guide-id.ts'
import { logoOf, type SealPicture, sealNone } from '../lists/pictures.ts'
import { attributeOf, parseInfoLine } from '../m3u/info-line.ts'
import { categoriesOf, titlesOf } from './categories.ts'

/** A row of `get_live_streams`. */
export interface LiveStream {
  readonly num: number
  readonly name: string
  readonly stream_type: 'live' | 'radio_streams'
  readonly stream_id: number
  readonly stream_icon: string
  readonly epg_channel_id: string
  readonly added: string
  readonly is_adult: 0 | 1
  readonly category_id: string
  readonly category_ids: readonly number[]
  readonly custom_sid: ''
  readonly direct_source: ''
  readonly tv_archive: 0 | 1
  readonly tv_archive_duration: number
}

/** What a list for apps is made from. */
export interface AppChannels {
  /** The channels a group is offered now, in its order. */
  readonly offered: readonly Channel[]
  /** Numbers by channel id. */
  readonly numbers: ReadonlyMap<string, number>
  /** Names pictures that come through the edge; none do where it is not set. */
  readonly sealPicture?: SealPicture
}

const categoryRow = ({ number, name }: { readonly number: number; readonly name: string }) => ({
  category_id: String(number),
  category_name: name,
  parent_id: 0,
})

/** The rows of a list, one after the other; only those of a category where one is named. */
async function* rowsOf(
  { offered, numbers, sealPicture = sealNone }: AppChannels,
  category: string | null,
): AsyncGenerator<LiveStream> {
  const categories = categoriesOf(offered)
  for (const [index, channel] of offered.entries()) {
    await yieldEvery(index)
    const own = titlesOf(channel).map((title) => categories.get(title)?.number ?? 0)
    if (category !== null && !own.includes(Number(category))) continue
    const attributes = parseInfoLine(channel.item.info ?? '').attributes
    const days = archiveDays(channel)
    yield {
      num: index + 1,
      name: channel.name,
      stream_type: /^(?:true|1|yes)$/i.test(attributeOf(attributes, 'radio'))
        ? 'radio_streams'
        : 'live',
      stream_id: numbers.get(channel.id) ?? 0,
      stream_icon: logoOf(channel, sealPicture),
      epg_channel_id: guideIdOf(channel),
      added: '0',
      is_adult: attributeOf(attributes, 'parent-code') === '' ? 0 : 1,
      category_id: String(own[0] ?? 0),
      category_ids: own,
      custom_sid: '',
      direct_source: '',
      tv_archive: days === 0 ? 0 : 1,
      tv_archive_duration: days,
    }
  }
}

/** Whether a category of that number stands in a list. */
export const hasCategory = (offered: readonly Channel[], category: string): boolean =>
  [...categoriesOf(offered).values()].some(({ number }) => number === Number(category))

/** In a list of apps the edge puts the account's part in place of `@@`, and its own address before the name of a picture; in texts of a source neither must stand. */
const disarm = (json: string): string =>
  json.replaceAll('@@', '@\\u0040').replace(/@pictures@(?!\/~)/g, '@\\u0070ictures@')

/** Rows in one piece of an answer. */
const ROWS_A_PIECE = 500

/** Texts with commas between them, in pieces. */
async function* joined<T>(items: AsyncIterable<T>, textOf: (item: T) => string) {
  let piece: string[] = []
  let isFirst = true
  const take = (): string => {
    const text = `${isFirst ? '' : ','}${piece.join(',')}`
    isFirst = false
    piece = []
    return text
  }
  for await (const item of items) if (piece.push(textOf(item)) === ROWS_A_PIECE) yield take()
  if (piece.length > 0) yield take()
}

/** Renders one of the lists for apps as JSON, in pieces that others get a turn between. `category`: rows of that one only. */
export async function* renderAppList(
  list: AppList,
  channels: AppChannels,
  category: string | null = null,
): AsyncGenerator<string> {
  const json = (value: unknown): string => disarm(JSON.stringify(value))
  const categories = [...categoriesOf(channels.offered).values()].map(categoryRow)
  const rows = rowsOf(channels, category)
  if (list === 'live-categories') yield json(categories)
  else if (list === 'live-streams') {
    yield '['
    yield* joined(rows, json)
    yield ']'
  } else {
    const live = { live: categories, movie: [], series: [] }
    yield `{@@,"categories":${json(live)},"available_channels":{`
    yield* joined(rows, (row) => `"${row.stream_id}":${json(row)}`)
    yield '}}'
  }
}

const FORMATS = { mpegts: 'ts', hls: 'm3u8', dash: 'mpd' } as const

/** What apps may ask for: a form that no channel has would not play. DASH is no form of the Xtream kind. */
export const formatsOf = (offered: readonly Pick<Channel, 'protocol'>[]): string[] => {
  const found = new Set<string>(offered.map(({ protocol }) => FORMATS[protocol]))
  return ['ts', 'm3u8'].filter((format) => found.has(format))
}
