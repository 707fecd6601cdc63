/** The caps as functions over one account's state; the Lua scripts do the same, and a test runs both against each other. */

import { BAN_REASONS, type ReasonId } from '../reasons.ts'
import { liveSlots } from './count.ts'
import { expire, tidy } from './expire.ts'
import { judge } from './judge.ts'
import { noteReturn } from './replace.ts'
import { mayRoam } from './roam.ts'
import { admitted, reseat, slotOf, touch } from './seat.ts'
import {
  type AccountState,
  CLOCKS,
  type Claim,
  type Effects,
  type Limits,
  type Slot,
  type Verdict,
} from './types.ts'

export { endSessions, pardonSessions } from './end.ts'
export { newAccountState, newEffects } from './expire.ts'
export { type Opening, openSession } from './open.ts'

/** A check of a valid pass that its edge has no lease for, or whose network has changed. */
export interface Checking {
  readonly claim: Claim
  /** Limits of an account without state; one with state keeps those of its last opening. */
  readonly limits: Limits
  readonly cloneKey: string
  /** Milliseconds since the last request at the asking edge; -1 = it has no lease. */
  readonly silentMs: number
}

/** Lease key, bytes and requests since the last report; with `isTotal`, the bytes are those of the whole session. */
export type TrafficRow = readonly [key: string, bytes: number, requests: number, isTotal?: boolean]

/** An edge's report of one account's sessions. */
export interface Renewal {
  readonly edge: string
  readonly seen: readonly string[]
  readonly traffic: readonly TrafficRow[]
  readonly limits: Limits | null
}

/** The answer to a renewal. */
export interface RenewalAnswer {
  readonly unknown: string[]
  readonly refused: { key: string; until: number; reason: ReasonId }[]
}

const isV6 = (net: string): boolean => net.includes(':')

/** Pairs an IPv4 and an IPv6 network that alternate within seconds in one session as one home; each network has one partner. Returns whether they are paired. */
const pairUp = (state: AccountState, slot: Slot, claim: Claim, now: number): boolean => {
  if (isV6(slot.net) === isV6(claim.net) || slot.player !== claim.player) return false
  const [six, four] = isV6(claim.net) ? [claim.net, slot.net] : [slot.net, claim.net]
  const known = state.pairs[six]
  if (known && known.net !== four) return false
  if (!known && Object.values(state.pairs).some((pair) => pair.net === four)) return false
  state.pairs[six] = { net: four, until: now + CLOCKS.pair }
  return true
}

const silenceOf = (slot: Slot, checking: Checking, now: number): number =>
  checking.silentMs >= 0 && slot.edge === checking.claim.edge
    ? checking.silentMs
    : now - slot.seen - CLOCKS.report

/** Decides about a pass used from another network than its session's. */
const fromElsewhere = (
  state: AccountState,
  slot: Slot,
  step: { readonly checking: Checking; readonly now: number; readonly fx: Effects },
): Verdict => {
  const { checking, now, fx } = step
  const { claim, cloneKey } = checking
  const clone = state.slots[cloneKey]
  if (clone && clone.gone === 0) {
    touch(state, clone, claim.edge, now)
    return admitted(cloneKey, clone, true)
  }
  const refused = state.refused[cloneKey]
  if (refused) return { outcome: 'refused', ...refused }
  const isSilent = silenceOf(slot, checking, now) >= state.limits.takeoverMs
  if (isSilent || mayRoam(state, slot, claim, now)) {
    Object.assign(slot, {
      net: claim.net,
      dev: claim.dev,
      kin: claim.kin ?? claim.dev,
      info: claim.info,
    })
    touch(state, slot, claim.edge, now)
    fx.drop.push(claim.key)
    return admitted(claim.key, slot, true)
  }
  pairUp(state, slot, claim, now)
  const verdict = reseat(state, cloneKey, slotOf(claim, now), now)
  if (verdict.outcome !== 'refused' || verdict.reason === BAN_REASONS.device) return verdict
  return { ...verdict, reason: 'session.cloned' }
}

/** Decides about a pass whose session its own device has replaced. */
const returnOfReplaced = (state: AccountState, slot: Slot, claim: Claim, now: number): Verdict => {
  noteReturn(state, slot, now)
  const verdict = reseat(state, claim.key, slotOf(claim, now), now)
  return verdict.outcome === 'refused' && verdict.reason === 'cap.streams'
    ? { ...verdict, reason: 'session.superseded' }
    : verdict
}

const decideCheck = (
  state: AccountState,
  checking: Checking,
  now: number,
  fx: Effects,
): Verdict => {
  const { claim } = checking
  const refused = state.refused[claim.key]
  if (refused) return { outcome: 'refused', ...refused }
  const slot = state.slots[claim.key]
  if (slot && slot.out > 0) return returnOfReplaced(state, slot, claim, now)
  if (!slot || slot.gone > 0) return reseat(state, claim.key, slotOf(claim, now), now)
  if (slot.net !== claim.net) return fromElsewhere(state, slot, { checking, now, fx })
  touch(state, slot, claim.edge, now)
  return admitted(claim.key, slot, true)
}

/** Decides about a pass that an edge cannot decide about alone. Changes the given state. */
export const checkSession = (
  state: AccountState,
  checking: Checking,
  now: number,
  fx: Effects,
): Verdict => {
  expire(state, now, fx)
  const verdict = decideCheck(state, checking, now, fx)
  judge(state, now, fx)
  tidy(state, now, fx)
  return verdict
}

/** Lets a device with only one session supersede it again. */
const relax = (state: AccountState) => {
  const live = liveSlots(state)
  for (const { key, slot } of live) {
    const isAlone = !live.some((other) => other.key !== key && other.slot.dev === slot.dev)
    if (isAlone) slot.firm = 0
  }
}

/**
 * Renews the sessions an edge has seen, counts their traffic, and ends those beyond the caps. Changes the
 * given state.
 */
export const renewSessions = (
  state: AccountState,
  renewal: Renewal,
  now: number,
  fx: Effects,
): RenewalAnswer => {
  const answer: RenewalAnswer = { unknown: [], refused: [] }
  if (renewal.limits) state.limits = renewal.limits
  expire(state, now, fx)
  for (const [key, bytes, requests, isTotal] of renewal.traffic) {
    const slot = state.slots[key]
    if (!slot) continue
    slot.bytes = isTotal === true ? Math.max(slot.bytes, bytes) : slot.bytes + bytes
    slot.reqs += requests
    slot.used = now
  }
  for (const key of renewal.seen) {
    const slot = state.slots[key]
    const refused = state.refused[key]
    if (refused) answer.refused.push({ key, ...refused })
    else if (!slot) answer.unknown.push(key)
    else if (slot.gone === 0) touch(state, slot, renewal.edge, now)
    else {
      const verdict = reseat(state, key, { ...slot, edge: renewal.edge }, now)
      if (verdict.outcome !== 'refused') continue
      answer.refused.push({ key, until: verdict.until, reason: verdict.reason })
    }
  }
  judge(state, now, fx)
  relax(state)
  tidy(state, now, fx)
  return answer
}
