import type { TrafficRow } from '#domain/limits/limits'
import {
  CLOCKS,
  DEFAULT_LIMITS,
  type Effects,
  type Limits,
  type Verdict,
} from '#domain/limits/types'
import type { ReasonId } from '#domain/reasons'
import type { AccountRef } from '#domain/types'
import type { CapEngine, Ending, OpenStep } from './cap-engine.ts'
import { accountTag } from './keys.ts'
import type { LeaseKey } from './live-session.ts'
import type { IndexEntry, SessionIndex } from './session-index.ts'
import { claimOf, entryOf, sessionsOf } from './session-shape.ts'
import type {
  Admission,
  CheckRequest,
  OpenRequest,
  RenewRequest,
  RenewResult,
  SessionClaim,
  SessionStore,
} from './session-store.ts'

export interface CappedStoreOptions {
  readonly engine: CapEngine
  readonly index: SessionIndex
  readonly now: () => number
  readonly wait: (ms: number) => Promise<void>
  /** Side effects of a step: sessions that ended, keys to refuse or forget, device bans. */
  readonly onEffects: (effects: Effects) => void
}

/** The caps on one engine and its index, without knowing where either keeps its state. */
export type CappedStore = Omit<SessionStore, 'isDegraded'>

const refusedAs = (reason: ReasonId, denyUntil: number): Admission => ({
  outcome: 'refused',
  reason,
  denyUntil,
})

const admissionOf = (verdict: Verdict): Admission => {
  if (verdict.outcome === 'refused') return refusedAs(verdict.reason, verdict.until)
  if (verdict.outcome === 'settle') return refusedAs('cap.streams', 0)
  return verdict
}

/** Interval at which a waiting opening is tried again, in milliseconds. */
const SETTLE_STEP_MS = 250

const distinct = (keys: readonly LeaseKey[]): LeaseKey[] => [...new Set(keys)]

interface Batch {
  readonly seen: IndexEntry[]
  readonly traffic: TrafficRow[]
}

/** An edge's report, by account. */
const batchesOf = (request: RenewRequest, known: ReadonlyMap<string, IndexEntry>) => {
  const batches = new Map<string, Batch>()
  const batchOf = (tag: string): Batch => {
    const batch = batches.get(tag) ?? { seen: [], traffic: [] }
    batches.set(tag, batch)
    return batch
  }
  for (const key of distinct(request.seen)) {
    const entry = known.get(key)
    if (entry) batchOf(entry.tag).seen.push(entry)
  }
  for (const row of request.traffic ?? []) {
    const entry = known.get(row[0])
    if (entry) batchOf(entry.tag).traffic.push(row)
  }
  return batches
}

const createAdmitting = ({ engine, index, wait, now, onEffects }: CappedStoreOptions) => {
  const settle = async (claim: SessionClaim, { answer: verdict, effects, isNoted }: OpenStep) => {
    onEffects(effects)
    const admission = admissionOf(verdict)
    if (admission.outcome === 'refused') return admission
    const graceMs = admission.isKnown ? claim.idleMs : claim.limits.reserveMs
    const entry = entryOf({ ...claim, sid: admission.sid }, admission.key)
    await index.put(entry, now() + graceMs, isNoted)
    return effects.drop.length === 0 ? admission : { ...admission, replaced: effects.drop }
  }
  return {
    async open(request: OpenRequest): Promise<Admission> {
      const { account, limits } = request
      const claim = claimOf(request, request.requestId)
      const entry = entryOf(request, request.key)
      let leftMs = Number.POSITIVE_INFINITY
      for (;;) {
        const opening = { claim, limits, hasWaited: leftMs <= 0 }
        const step = await engine.open(account, opening, entry)
        const { answer } = step
        if (answer.outcome !== 'settle' || leftMs <= 0) return await settle(request, step)
        onEffects(step.effects)
        leftMs = Math.min(leftMs, answer.waitMs)
        const stepMs = Math.min(leftMs, SETTLE_STEP_MS)
        await wait(stepMs)
        leftMs -= stepMs
      }
    },
    async check(request: CheckRequest): Promise<Admission> {
      const { account, limits, cloneKey, silentMs } = request
      const claim = claimOf(request, '')
      const step = await engine.check(account, { claim, limits, cloneKey, silentMs })
      return await settle(request, step)
    },
  }
}

/** A refusal for want of room is shorter than this, a ban longer. */
const ROOM_MS = CLOCKS.retry + 1_000

const createRenewing = ({ engine, index, now, onEffects }: CappedStoreOptions) => ({
  async renew(request: RenewRequest): Promise<RenewResult> {
    const { edge, seen, traffic = [] } = request
    const known = await index.find(distinct([...seen, ...traffic.map(([key]) => key)]))
    const result = { kill: new Map<string, RenewResult['kill'][number]>(), drop: new Set<string>() }
    for (const key of seen) if (!known.has(key)) result.drop.add(key)
    const kept: IndexEntry[] = []
    const renewOne = async (tag: string, batch: Batch) => {
      const keys = batch.seen.map(({ key }) => key)
      const renewal = { edge, seen: keys, traffic: batch.traffic, limits: null }
      const { answer, effects } = await engine.renew(tag, renewal)
      for (const ended of [...answer.refused, ...effects.kill]) {
        // A refusal for lack of a free slot is cached briefly: the pass may be good again in a
        // minute.
        if (ended.until - now() > ROOM_MS) result.kill.set(ended.key, ended)
        else result.drop.add(ended.key)
      }
      for (const key of [...answer.unknown, ...effects.drop]) result.drop.add(key)
      const isKept = ({ key }: IndexEntry) => !result.kill.has(key) && !result.drop.has(key)
      kept.push(...batch.seen.filter(isKept))
      onEffects(effects)
    }
    await Promise.all([...batchesOf(request, known)].map(([tag, batch]) => renewOne(tag, batch)))
    index.touch(kept, now())
    return { kill: [...result.kill.values()], drop: [...result.drop] }
  },
})

const createEnding = ({ engine, index, now, onEffects }: CappedStoreOptions) => {
  const endKeys = async (
    keys: readonly LeaseKey[],
    how: Pick<Ending, 'reason' | 'refuseMs' | 'isUnused'>,
  ) => {
    const known = await index.find(distinct(keys))
    const byTag = new Map<string, string[]>()
    for (const [key, { tag }] of known) byTag.set(tag, [...(byTag.get(tag) ?? []), key])
    let found = 0
    const endOne = async ([tag, own]: readonly [string, string[]]) => {
      const [state] = await engine.read([tag])
      if (!state) return
      const { account, limits } = state
      const ending = { account, limits, keys: own, ...how }
      const { answer, effects } = await engine.end(tag, ending)
      found += answer
      onEffects(effects)
    }
    await Promise.all([...byTag].map(endOne))
    return found
  }
  return {
    close: async (keys: readonly LeaseKey[], reason: ReasonId = 'session.closed') => {
      await endKeys(keys, { reason, refuseMs: 0 })
    },
    leave: async (key: LeaseKey) =>
      (await endKeys([key], { reason: 'session.unstarted', refuseMs: 0, isUnused: true })) > 0,
    end: async (key: LeaseKey, reason: ReasonId, refuseMs = DEFAULT_LIMITS.banMs) =>
      (await endKeys([key], { reason, refuseMs })) > 0,
    setLimits: async (account: AccountRef, limits: Limits) => {
      const renewal = { edge: '', seen: [], traffic: [], limits }
      const { effects } = await engine.renew(accountTag(account), renewal)
      onEffects(effects)
    },
    ofAccount: async (account: AccountRef) => {
      const [state] = await engine.read([accountTag(account)])
      return sessionsOf(state ?? null, now())
    },
  }
}

/** Joins engine and index into a store. */
export const createCappedStore = (options: CappedStoreOptions): CappedStore => ({
  ...createAdmitting(options),
  ...createRenewing(options),
  ...createEnding(options),
})
