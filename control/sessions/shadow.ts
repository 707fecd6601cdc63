import { slotOf } from '#domain/limits-seat'
import type { Effects } from '#domain/limits-types'
import type { MemoryEngine } from './memory-engine.ts'
import type { SessionIndex } from './session-index.ts'
import { claimOf, entryOf, entryOfSlot } from './session-shape.ts'
import type { Admission, RenewRequest, RenewResult, SessionClaim } from './session-store.ts'

export interface ShadowOptions {
  readonly engine: MemoryEngine
  readonly index: SessionIndex
  readonly now: () => number
}

/** What this process remembers of the sessions it met, for the time when Redis is away or empty. */
export interface Shadow {
  admitted(claim: SessionClaim, requestId: string, admission: Admission): void
  renewed(request: RenewRequest, result: RenewResult): Promise<void>
  changed(effects: Effects): void
}

/** Keeps memory in step with what Redis has decided. */
export const createShadow = ({ engine, index, now }: ShadowOptions): Shadow => ({
  admitted(claim, requestId, admission) {
    if (admission.outcome !== 'admitted') return
    const { account, limits } = claim
    const { key, isKnown } = admission
    const slot = slotOf(claimOf(claim, requestId), now())
    if (isKnown) slot.started = now()
    engine.note({ account, limits, key, slot })
    void index.put(entryOf(claim, key), now() + (isKnown ? claim.idleMs : limits.reserveMs))
  },
  async renewed(request, result) {
    const lost = new Set([...result.drop, ...result.kill.map(({ key }) => key)])
    const kept = request.seen.filter((key) => !lost.has(key))
    const known = await index.find(kept)
    for (const { tag, key } of known.values()) engine.noteSeen(tag, key)
    index.touch([...known.values()], now())
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
