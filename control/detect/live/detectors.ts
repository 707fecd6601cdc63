import { randomBytes } from 'node:crypto'
import type { AccountRef, GeoPlace, PlayRecord } from '#domain/types'
import { type ConsumerStats, consume } from '../../events/consume.ts'
import { HISTORIAN_GROUP } from '../../events/historian.ts'
import type { PlayEvent } from '../../events/play-event.ts'
import type { StreamClient } from '../../events/stream-client.ts'
import { locatedPlay } from '../../events/telling.ts'
import { countWaiting } from '../../events/trim-streams.ts'
import { unwrittenEvents } from '../../events/unwritten-events.ts'
import { isPassing } from '../../store/errors.ts'
import { foldPlays } from '../../store/history/merge-plays.ts'
import { type Due, type JudgePorts, judgeAccount } from './judge-account.ts'

export interface DetectorsOptions extends JudgePorts {
  readonly redis: StreamClient
  /** Does what a rule says about a finding; what it throws is told and tried again with the next news. */
  readonly respond: (due: Due) => Promise<void>
  readonly locate?: (address: string) => GeoPlace | null
  readonly consumer?: string
  readonly batch?: number
  readonly idleMs?: number
  readonly claimAfterMs?: number
  readonly onFailure?: (error: unknown) => void
}

/** The live detectors. */
export interface Detectors {
  stats(): ConsumerStats
  /** Events not judged yet. */
  waiting(): Promise<number>
  stop(): Promise<void>
}

export const DETECTORS_GROUP = 'detectors'

const DAY_MS = 86_400_000

/** Older plays come from imports; reports and backtests judge those. */
const OLDEST_MS = 7 * DAY_MS

const byAccount = (plays: Iterable<PlayRecord>): Map<AccountRef, PlayRecord[]> => {
  const accounts = new Map<AccountRef, PlayRecord[]>()
  for (const play of plays) {
    const known = accounts.get(play.account)
    if (known) known.push(play)
    else accounts.set(play.account, [play])
  }
  return accounts
}

const judgeEvents = async (
  options: DetectorsOptions,
  events: readonly PlayEvent[],
): Promise<void> => {
  const oldest = options.now() - OLDEST_MS
  const told = events
    .filter(({ type, at }) => type !== 'download' && at >= oldest)
    .map((event) => locatedPlay(event, options.locate))
  for (const [account, plays] of byAccount(foldPlays(told).values())) {
    for (const due of await judgeAccount(options, account, plays)) {
      await options.respond(due).catch((error: unknown) => options.onFailure?.(error))
    }
  }
}

/** Puts into memory what the historian has not written yet: with the history it is everything known. */
const recall = async (options: DetectorsOptions): Promise<void> => {
  const events = await unwrittenEvents(options.redis, HISTORIAN_GROUP)
  const told = events
    .filter(({ type }) => type !== 'download')
    .map((event) => locatedPlay(event, options.locate))
  for (const [account, plays] of byAccount(foldPlays(told).values())) {
    await options.window.take(account, plays, OLDEST_MS)
  }
}

/** Reads the streams and judges every account news came of; an entry is acknowledged after its findings are kept. */
export const startDetectors = async (options: DetectorsOptions): Promise<Detectors> => {
  const { redis } = options
  await recall(options).catch((error: unknown) => options.onFailure?.(error))
  const consumer = consume({
    ...options,
    group: DETECTORS_GROUP,
    consumer: options.consumer ?? `${process.pid}-${randomBytes(6).toString('hex')}`,
    isTransient: isPassing,
    handler: async (events) => await judgeEvents(options, events),
  })
  return {
    stats: () => consumer.stats(),
    waiting: async () => await countWaiting(redis, DETECTORS_GROUP),
    stop: async () => await consumer.stop(),
  }
}
