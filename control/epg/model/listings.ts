import type { Programme } from './programme.ts'

/** A row of `epg_listings`. */
export interface Listing {
  readonly id: string
  readonly epg_id: string
  readonly title: string
  readonly lang: string
  readonly start: string
  readonly end: string
  readonly description: string
  readonly channel_id: string
  readonly start_timestamp: string
  readonly stop_timestamp: string
  readonly stream_id: string
  readonly now_playing?: 0 | 1
  readonly has_archive?: 0 | 1
}

/** The channel that is asked about. */
export interface ListedChannel {
  readonly number: number
  readonly guideId: string
  /** Days its archive reaches back; 0 = none. */
  readonly archiveDays: number
}

const DAY = 86_400

const base64 = (text: string): string => Buffer.from(text).toString('base64')

const clock = (sec: number): string =>
  new Date(sec * 1000).toISOString().slice(0, 19).replace('T', ' ')

const rowOf = (programme: Programme, { number, guideId }: ListedChannel): Listing => ({
  id: `${number}${programme.start}`,
  epg_id: String(number),
  title: base64(programme.title),
  lang: programme.lang,
  start: clock(programme.start),
  end: clock(programme.stop),
  description: base64(programme.description),
  channel_id: guideId,
  start_timestamp: String(programme.start),
  stop_timestamp: String(programme.stop),
  stream_id: String(number),
})

/** Programmes that have not ended, at most `limit` of them: `get_short_epg`. Times are UTC. */
export const shortListing = (
  programmes: readonly Programme[],
  channel: ListedChannel,
  { limit, nowSec }: { readonly limit: number; readonly nowSec: number },
): Listing[] =>
  programmes
    .filter(({ stop }) => stop > nowSec)
    .slice(0, limit)
    .map((programme) => rowOf(programme, channel))

/** All programmes: `get_simple_data_table`. `has_archive` is 1 for what has ended and is within reach of the archive. */
export const tableListing = (
  programmes: readonly Programme[],
  channel: ListedChannel,
  nowSec: number,
): Listing[] =>
  programmes.map((programme) => ({
    ...rowOf(programme, channel),
    now_playing: programme.start <= nowSec && nowSec < programme.stop ? 1 : 0,
    has_archive:
      programme.stop <= nowSec && programme.start >= nowSec - channel.archiveDays * DAY ? 1 : 0,
  }))
