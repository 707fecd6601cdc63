import { slotOf } from '#domain/limits/seat'
import type { AccountState, Effects } from '#domain/limits/types'
import type { CapEngine } from '../model/cap-engine.ts'
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
}

/** Copies the accounts of sessions that memory does not know. */
const learn = async (
  { engine, index, source }: SessionMirrorOptions,
  strangers: readonly string[],
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
      if (!isNew) engine.note({ account, limits, key, slot })
      await index.put(entryOfSlot(key, slot), endOfSlot(slot, limits.reserveMs))
    }
  }
  for (const [at, state] of states.entries()) if (state) await take(state, mine[at] === null)
}

/** Creates the mirror, which follows the decisions of Redis. */
export const createSessionMirror = (options: SessionMirrorOptions): SessionMirror => ({
  ...createNotes(options),
  async renewed(request, result) {
    const { engine, index, now, onError } = options
    const lost = new Set([...result.drop, ...result.kill.map(({ key }) => key)])
    const kept = request.seen.filter((key) => !lost.has(key))
    const known = await index.find(kept)
    for (const { tag, key } of known.values()) engine.noteSeen(tag, key)
    index.touch([...known.values()], now())
    const strangers = kept.filter((key) => !known.has(key))
    if (strangers.length > 0) await learn(options, strangers).catch(onError)
  },
})

const createNotes = ({
  engine,
  index,
  now,
}: SessionMirrorOptions): Omit<SessionMirror, 'renewed'> => ({
  admitted(claim, requestId, admission) {
    if (admission.outcome !== 'admitted') return
    const { account, limits } = claim
    const { key, isKnown } = admission
    const slot = slotOf(claimOf(claim, requestId), now())
    if (isKnown) slot.started = now()
    engine.note({ account, limits, key, slot })
    void index.put(entryOf(claim, key), now() + (isKnown ? claim.idleMs : limits.reserveMs))
  },
  changed(effects) {
    engine.noteRefusals(effects)
    for (const { key, slot, reason } of effects.ended) {
      const entry = entryOfSlot(key, slot)
      // An idle session may be seen again; its own clock ends it here too.
      if (reason !== 'session.idle') engine.forget(entry.tag, key)
      index.remove(entry)
    }
  },
})
