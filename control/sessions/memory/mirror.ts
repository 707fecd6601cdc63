import { slotOf } from '#domain/limits/seat'
import type { AccountState, Effects } from '#domain/limits/types'
import type { CapEngine } from '../model/cap-engine.ts'
import type { LeaseKey } from '../model/live-session.ts'
import type { SessionIndex } from '../model/session-index.ts'
import { claimOf, endOfSlot, entryOf, entryOfSlot } from '../model/session-shape.ts'
import type { Admission, RenewRequest, RenewResult, SessionClaim } from '../model/session-store.ts'
import type { MemoryEngine } from './engine.ts'

export interface SessionMirrorOptions {
  readonly engine: MemoryEngine
  readonly index: SessionIndex
  readonly now: () => number
  /** Redis, to read sessions that another process has admitted, or this one before a restart. */
  readonly source: () => { readonly engine: CapEngine; readonly index: SessionIndex }
  readonly onError: (error: unknown) => void
}

/**
 * Copy in memory of the sessions this process has handled, used while Redis is unavailable or after it lost
 * its data.
 */
export interface SessionMirror {
  admitted(claim: SessionClaim, requestId: string, admission: Admission): void
  renewed(request: RenewRequest, result: RenewResult): Promise<void>
  changed(effects: Effects): void
  /** Copies what is new, before memory is asked in place of Redis. */
  settle(): void
}

/** A session of which nothing is known but its opening. */
interface Fresh {
  readonly claim: SessionClaim
  readonly requestId: string
  readonly at: number
}

/** Copies the accounts of sessions that memory does not know. */
const learn = async (
  { engine, index, source }: SessionMirrorOptions,
  strangers: readonly string[],
  took: (key: LeaseKey) => void,
): Promise<void> => {
  const found = await source().index.find(strangers)
  const tags = [...new Set([...found.values()].map(({ tag }) => tag))]
  if (tags.length === 0) return
  const [states, mine] = [await source().engine.read(tags), await engine.read(tags)]
  const take = async (state: AccountState, isNew: boolean): Promise<void> => {
    const { account, limits } = state
    if (isNew) await engine.restore(state)
    for (const [key, slot] of Object.entries(state.slots)) {
      if (slot.gone > 0) continue
      took(key)
      if (!isNew) engine.note({ account, limits, key, slot })
      await index.put(entryOfSlot(key, slot), endOfSlot(slot, limits.reserveMs))
    }
  }
  for (const [at, state] of states.entries()) if (state) await take(state, mine[at] === null)
}

/** Creates the mirror, which follows the decisions of Redis. */
export const createSessionMirror = (options: SessionMirrorOptions): SessionMirror => {
  const fresh = createFresh(options)
  return {
    ...createNotes(options, fresh),
    settle: () => fresh.settle(),
    async renewed(request, result) {
      const { engine, index, now, onError } = options
      const lost = new Set([...result.drop, ...result.kill.map(({ key }) => key)])
      const kept = request.seen.filter((key) => !lost.has(key))
      for (const key of kept) fresh.settleOne(key)
      const known = await index.find(kept)
      for (const { tag, key } of known.values()) engine.noteSeen(tag, key)
      index.touch([...known.values()], now())
      const strangers = kept.filter((key) => !known.has(key))
      if (strangers.length > 0) await learn(options, strangers, fresh.drop).catch(onError)
    },
  }
}

/** Sessions that were opened a moment ago. Many end without a request: what they would take in memory is made once they go on, or memory is asked. */
const createFresh = ({ engine, index, now }: SessionMirrorOptions) => {
  const fresh = new Map<LeaseKey, Fresh>()
  const endOf = ({ claim, at }: Fresh): number => at + claim.limits.reserveMs
  const note = (key: LeaseKey, one: Fresh): void => {
    const { claim, requestId, at } = one
    const { account, limits } = claim
    // Its time is over, and Redis is asked should it be seen all the same.
    if (endOf(one) <= now()) return
    engine.note({ account, limits, key, slot: slotOf(claimOf(claim, requestId), at) })
    void index.put(entryOf(claim, key), endOf(one))
  }
  return {
    add(key: LeaseKey, one: Fresh): void {
      for (const [known, { claim, at }] of fresh) {
        if (at + 2 * claim.limits.reserveMs > one.at) break
        fresh.delete(known)
      }
      fresh.set(key, one)
    },
    drop: (key: LeaseKey): boolean => fresh.delete(key),
    settleOne(key: LeaseKey): void {
      const one = fresh.get(key)
      if (one === undefined) return
      fresh.delete(key)
      note(key, one)
    },
    settle(): void {
      for (const [key, one] of fresh) note(key, one)
      fresh.clear()
    },
  }
}

const createNotes = (
  { engine, index, now }: SessionMirrorOptions,
  fresh: ReturnType<typeof createFresh>,
): Pick<SessionMirror, 'admitted' | 'changed'> => ({
  admitted(claim, requestId, admission) {
    if (admission.outcome !== 'admitted') return
    const { account, limits } = claim
    const { key, isKnown } = admission
    if (!isKnown) return fresh.add(key, { claim, requestId, at: now() })
    fresh.settleOne(key)
    const slot = slotOf(claimOf(claim, requestId), now())
    slot.started = now()
    engine.note({ account, limits, key, slot })
    void index.put(entryOf(claim, key), now() + claim.idleMs)
  },
  changed(effects) {
    engine.noteRefusals(effects)
    for (const { key, slot, reason } of effects.ended) {
      if (reason === 'session.idle') fresh.settleOne(key)
      else if (fresh.drop(key)) continue
      const entry = entryOfSlot(key, slot)
      // An idle session may be seen again; its own clock ends it here too.
      if (reason !== 'session.idle') engine.forget(entry.tag, key)
      index.remove(entry)
    }
  },
})
