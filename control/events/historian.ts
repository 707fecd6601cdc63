import type { GeoPlace, GroupWonBy } from '#domain/types'
import type { History } from '../store/history/history.ts'
import type { Download } from '../store/tables/records.ts'
import type { DownloadStore } from '../store/tables/stores.ts'
import { type EventReader, type EventReaderOptions, startEventReader } from './event-reader.ts'
import type { PlayEvent } from './play-event.ts'
import { locatedPlayOfEvent } from './play-of-event.ts'
import { trimStreams } from './trim-streams.ts'

/** What the historian writes to. */
export interface HistorianStore {
  readonly history: Pick<History, 'upsertPlays'>
  readonly downloads: Pick<DownloadStore, 'recordUses'>
}

export interface HistorianOptions extends EventReaderOptions {
  readonly store: HistorianStore
  /** Looks up the place of an address, for events without one. */
  readonly locate?: (address: string) => GeoPlace | null
  /** How often what all groups have read is removed from the streams. */
  readonly trimEveryMs?: number
}

/** Redis consumer group of the historian. */
export const HISTORIAN_GROUP = 'historian'

/**
 * A transaction costs much the same for one event as for hundreds, and readers of the history can wait a second.
 */
const LINGER_MS = 1000
/** More at once would keep viewers waiting while rows are made. */
const ENOUGH = 1000

/** Reads the streams and commits plays to SQL; an entry is acknowledged only after its commit. */
export function createHistorian(options: HistorianOptions): EventReader {
  const { redis, store, trimEveryMs = 30_000, onFailure } = options
  const reader = startEventReader(options, {
    group: HISTORIAN_GROUP,
    write: (events) => writeEvents(store, events, options.locate),
    lingerMs: LINGER_MS,
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

/** The playlist copy whose first use an event records. */
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
