import type { GeoPlace, GroupWonBy } from '#domain/types'
import type { History } from '../store/history/history.ts'
import type { Download } from '../store/tables/records.ts'
import type { DownloadStore } from '../store/tables/stores.ts'
import { type EventReader, type EventReaderOptions, startEventReader } from './event-reader.ts'
import type { PlayEvent } from './play-event.ts'
import { locatedPlayOfEvent } from './play-of-event.ts'
import { trimStreams } from './trim-streams.ts'

/** The part of the store that the historian writes to. */
export interface HistorianStore {
  readonly history: Pick<History, 'upsertPlays'>
  readonly downloads: Pick<DownloadStore, 'recordUses'>
}

export interface HistorianOptions extends EventReaderOptions {
  readonly store: HistorianStore
  /** Looks up the place of an address, for events without a place. */
  readonly locate?: (address: string) => GeoPlace | null
  /** Milliseconds between trimmings of the streams (entries that all groups have read). */
  readonly trimEveryMs?: number
}

/** Redis consumer group of the historian. */
export const HISTORIAN_GROUP = 'historian'

/**
 * Milliseconds to collect a batch: a transaction costs nearly the same for one event as for hundreds.
 */
const LINGER_MS = 1000
/** The same where many come at once: 250 plays cost 48 ms, 1,000 cost 69. */
const BUSY_LINGER_MS = 4000
/**
 * An opening among many waits for its play's next event, and is written with it: a viewer who does not start has his end ten to fourteen seconds later, and
 * the row would be written twice. A fifth less where others are written anyway.
 */
const HOLD_MS = 20_000
/** Events of a shard in memory, read and not written yet. */
const AHEAD = 10_000
/** Most events of a batch, opening and end of two thousand plays: building rows blocks the event loop. */
const ENOUGH = 4000

/** Starts the historian: reads the streams and commits plays to SQL; an entry is acknowledged after its commit. */
export function createHistorian(options: HistorianOptions): EventReader {
  const { redis, store, trimEveryMs = 30_000, onFailure } = options
  const reader = startEventReader(options, {
    group: HISTORIAN_GROUP,
    write: (events) => writeEvents(store, events, options.locate),
    lingerMs: LINGER_MS,
    busyLingerMs: BUSY_LINGER_MS,
    holdMs: HOLD_MS,
    ahead: AHEAD,
    maxEvents: ENOUGH,
  })
  const trimmer = setInterval(() => {
    trimStreams(redis).catch((error: unknown) => onFailure?.(error))
  }, trimEveryMs).unref()
  return {
    ...reader,
    async stop() {
      clearInterval(trimmer)
      await reader.stop()
    },
  }
}

async function writeEvents(
  store: HistorianStore,
  events: readonly PlayEvent[],
  locate: HistorianOptions['locate'],
): Promise<void> {
  const plays = events.filter(({ type }) => type !== 'download')
  await store.history.upsertPlays(plays.map((event) => locatedPlayOfEvent(event, locate)))
  const uses = events.filter(({ type }) => type === 'download')
  await store.downloads.recordUses(uses.map(usedCopy))
}

const WON_BY: readonly GroupWonBy[] = ['network', 'country', 'account', 'default']

/** The playlist download that an event records. */
const usedCopy = (event: PlayEvent): Download => ({
  id: event.download ?? event.id,
  account: event.account,
  group: event.group ?? '',
  wonBy: WON_BY.find((way) => way === event.wonBy) ?? 'default',
  issuedAt: event.issuedAt ?? event.at,
  firstUsedAt: event.at,
  firstNetwork: event.network ?? null,
  firstAddress: event.address ?? null,
  userAgent: event.client ?? null,
  revokedAt: null,
})
