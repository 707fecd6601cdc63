import { KEYS, shardOf } from '../model/keys.ts'
import { type IndexEntry, memberOf } from '../model/session-index.ts'
import type { RunScript } from './scripts.ts'

/** An entry and the Unix ms its slot ends at if nothing happens. */
export type Scored = readonly [IndexEntry, number]

/** What {@link createSessionWriter} puts into the string of a lease key. */
export const encodeEntry = (entry: IndexEntry): string =>
  JSON.stringify([entry.tag, entry.sid, entry.channel, entry.network, entry.download, entry.idleMs])

const rowOf = ([entry, until]: Scored): readonly (string | number)[] => [
  KEYS.lease.key(entry.key),
  encodeEntry(entry),
  KEYS.session.key(entry.sid),
  memberOf(entry),
  until,
  KEYS.live.key(shardOf(entry.tag)),
  KEYS.channel.key(entry.channel),
  entry.channel,
  KEYS.network.key(entry.network),
  entry.download === '' ? '' : KEYS.download.key(entry.download),
]

/** The order of `lua/includes/note.lua`. */
export const noteOrder = (sessions: readonly Scored[], now: number): string =>
  JSON.stringify({
    now,
    leaseMs: KEYS.lease.ttlMs,
    sessionMs: KEYS.session.ttlMs,
    setMs: KEYS.network.ttlMs,
    liveMs: KEYS.live.ttlMs,
    channels: KEYS.channels.key,
    sessions: sessions.map(rowOf),
  })

const MOST_AT_ONCE = 200

interface Waiting {
  readonly scored: Scored
  readonly done: () => void
  readonly fail: (error: unknown) => void
}

/**
 * Notes sessions in Redis by one script for all that come within a turn of the event loop: alone each would cost a dozen commands. Resolves when
 * it is noted; rejects where Redis refuses.
 */
export const createSessionWriter = (
  run: RunScript,
  now: () => number,
): ((scored: Scored) => Promise<void>) => {
  let waiting: Waiting[] = []
  const send = (batch: readonly Waiting[]): void => {
    const order = noteOrder(
      batch.map(({ scored }) => scored),
      now(),
    )
    run('index', [], [order]).then(
      () => {
        for (const { done } of batch) done()
      },
      (error: unknown) => {
        for (const { fail } of batch) fail(error)
      },
    )
  }
  const flush = (): void => {
    const all = waiting
    waiting = []
    for (let at = 0; at < all.length; at += MOST_AT_ONCE) send(all.slice(at, at + MOST_AT_ONCE))
  }
  return async (scored) => {
    await new Promise<void>((done, fail) => {
      if (waiting.length === 0) setImmediate(flush)
      waiting.push({ scored, done, fail })
    })
  }
}
