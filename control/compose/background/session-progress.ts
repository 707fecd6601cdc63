import { LIVE_SHARDS } from '../../sessions/model/keys.ts'
import type { Parts } from '../parts.ts'

const MINUTE = 60_000
/** Steps per shard, to spread the load. */
const STEPS = 15
/** Milliseconds between two steps, so that every running session is published once a minute. */
export const PROGRESS_STEP_MS = MINUTE / LIVE_SHARDS / STEPS
/** Milliseconds the lock stays with one control plane after its last step. */
const KEEP_MS = MINUTE / 4
/** Accounts read from Redis at once. */
const BATCH = 100
/** Clocks of two control planes may differ by so much. */
const SLACK_MS = 5_000

/** What session progress needs of the control plane. */
export type SessionProgressParts = {
  readonly sessions: { readonly view: Pick<Parts['sessions']['view'], 'accountsIn' | 'ofAccounts'> }
  readonly recorder: Pick<Parts['recorder'], 'updated'>
  readonly lock: Parts['lock']
  readonly now: () => number
}

/**
 * Publishes an update of every running session with new traffic once a minute; each call does one step, so
 * that the load is even.
 */
export const createSessionProgress = (parts: SessionProgressParts): (() => Promise<void>) => {
  const { recorder, lock, now } = parts
  const { view } = parts.sessions
  /** When each shard was last begun; sessions without traffic since have no update. */
  const begunAt = Array.from({ length: LIVE_SHARDS }, () => 0)
  let shard = -1
  let step = STEPS
  let tags: readonly string[] = []
  let since = 0

  const begin = async (): Promise<void> => {
    shard = (shard + 1) % LIVE_SHARDS
    step = 0
    tags = []
    if (!(await lock.owns('running-sessions', KEEP_MS))) return
    const at = now()
    tags = await view.accountsIn(shard)
    since = begunAt[shard] ?? 0
    begunAt[shard] = at
  }
  const publishUpdates = async (some: readonly string[]): Promise<void> => {
    for (let at = 0; at < some.length; at += BATCH) {
      for (const session of await view.ofAccounts(some.slice(at, at + BATCH))) {
        // Of one that has not started its opening told all there is.
        const hasStarted = session.startedAt > 0
        if (hasStarted && session.lastSeenAt >= since - SLACK_MS) recorder.updated(session)
      }
    }
  }
  return async () => {
    if (step >= STEPS) await begin()
    const from = Math.floor((tags.length * step) / STEPS)
    step += 1
    try {
      await publishUpdates(tags.slice(from, Math.floor((tags.length * step) / STEPS)))
    } catch (error) {
      // A session that could not be read is published in the next round, changed or not.
      begunAt[shard] = 0
      throw error
    }
  }
}
