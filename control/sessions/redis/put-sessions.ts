import { KEYS, shardOf } from '../model/keys.ts'
import { type IndexEntry, memberOf } from '../model/session-index.ts'
import type { RunScript } from './scripts.ts'

/** An entry and the Unix ms its slot ends at if nothing happens. */
export type Scored = readonly [IndexEntry, number]

/** What {@link createSessionWriter} puts into the string of a lease key. */
export const encodeEntry = (entry: IndexEntry): string =>
  JSON.stringify([entry.tag, entry.sid, entry.channel, entry.network, entry.download, entry.idleMs])

const EXPIRE_MS = 10 * 60_000
const ACTIVE_MS = 5_000
const MOST_SETS = 10_000

/** What the sets of the index were told lately, so that not every session tells them again. */
export const createSetMemory = () => {
  const told = new Map<string, number>()
  const isDue = (name: string, everyMs: number, now: number): boolean => {
    if (now - (told.get(name) ?? 0) < everyMs) return false
    if (told.size > MOST_SETS) told.clear()
    told.set(name, now)
    return true
  }
  return {
    /** Whether a set's expiry, which is a day, is to be set again. */
    isToBeKept: (set: string, now: number): boolean => isDue(set, EXPIRE_MS, now),
    /** Whether a channel is to be noted as active again. */
    isToBeNoted: (channel: string, now: number): boolean =>
      isDue(`${KEYS.channels.key} ${channel}`, ACTIVE_MS, now),
    /** Notes that a set may be deleted with its last member, so that its expiry is set again. */
    lost(sets: readonly string[]): void {
      for (const set of sets) told.delete(set)
    },
    clear: (): void => told.clear(),
  }
}

export type SetMemory = ReturnType<typeof createSetMemory>

const rowOf = (
  [entry, until]: Scored,
  { live, channel, isNoted }: { live: string; channel: string; isNoted: boolean },
): readonly string[] => [
  KEYS.lease.key(entry.key),
  encodeEntry(entry),
  KEYS.session.key(entry.sid),
  memberOf(entry),
  String(Math.round(until)),
  live,
  channel,
  isNoted ? entry.channel : '',
  KEYS.network.key(entry.network),
  entry.download === '' ? '' : KEYS.download.key(entry.download),
]

const LIFETIMES = [KEYS.lease, KEYS.session, KEYS.network, KEYS.live].map(({ ttlMs }) =>
  String(ttlMs),
)

/** The arguments of `lua/includes/note.lua`. */
export const noteOrder = (sessions: readonly Scored[], sets: SetMemory, now: number): string[] => {
  const keep: string[] = []
  const rows: string[] = []
  for (const scored of sessions) {
    const [entry] = scored
    const [live, channel] = [KEYS.live.key(shardOf(entry.tag)), KEYS.channel.key(entry.channel)]
    const isNoted = sets.isToBeNoted(entry.channel, now)
    for (const set of [live, channel, KEYS.channels.key])
      if (sets.isToBeKept(set, now)) keep.push(set)
    rows.push(...rowOf(scored, { live, channel, isNoted }))
  }
  const at = String(Math.round(now))
  return [at, ...LIFETIMES, KEYS.channels.key, String(keep.length), ...keep, ...rows]
}

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
  sets: SetMemory,
  now: () => number,
): ((scored: Scored) => Promise<void>) => {
  let waiting: Waiting[] = []
  const send = (batch: readonly Waiting[]): void => {
    const order = noteOrder(
      batch.map(({ scored }) => scored),
      sets,
      now(),
    )
    run('index', [], order).then(
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
