import { BAN_REASONS, type ReasonId } from '../reasons.ts'
import {
  countingSlots,
  fits,
  type Held,
  isWithinCaps,
  liveSlots,
  requestedAt,
  slotsOf,
  type Tally,
  tally,
} from './count.ts'
import { makeGhost } from './expire.ts'
import {
  type AccountState,
  CLOCKS,
  type Claim,
  type Effects,
  KEPT,
  type Slot,
  type Verdict,
} from './types.ts'

/** The slot of a claim. What Redis has to say, its times, comes last. */
export const slotOf = (claim: Claim, now: number): Slot => ({
  sid: claim.sid,
  req: claim.req,
  ch: claim.ch,
  dev: claim.dev,
  kin: claim.kin ?? claim.dev,
  player: claim.player,
  net: claim.net,
  dl: claim.dl,
  tok: claim.tok ?? '',
  started: 0,
  idle: claim.idle,
  sup: 0,
  firm: 0,
  out: 0,
  edge: claim.edge,
  bytes: 0,
  reqs: 0,
  used: 0,
  info: claim.info,
  opened: now,
  asked: now,
  seen: now,
  gone: 0,
})

/** The verdict of an admitted session. */
export const admitted = (key: string, slot: Slot, isKnown: boolean): Verdict => ({
  outcome: 'admitted',
  sid: slot.sid,
  key,
  leaseMs: slot.idle,
  isKnown,
  openedMs: slot.opened,
})

/** Notes a request of a session: it has started, and where superseded, counts again after its grace. */
export const touch = (state: AccountState, slot: Slot, edge: string, now: number) => {
  slot.seen = Math.max(slot.seen, now)
  if (slot.started === 0) slot.started = now
  slot.edge = edge
  if (slot.sup === 0 || now - slot.sup < state.limits.supersedeMs) return
  const since = slot.sup
  slot.sup = 0
  slot.firm = since
  if (state.over > 0 || isWithinCaps(state)) return
  // The account has exceeded its cap since the opening that superseded it.
  const others = slotsOf(countingSlots(state)).filter(({ dev }) => dev !== slot.dev)
  state.over = Math.max(since, ...others.map(({ opened }) => opened))
}

/** Whether a soft limitation tolerates a session above the cap for a while. */
const isTolerated = (state: AccountState, count: Tally, now: number): boolean => {
  const { maxStreams, maxNetworks, supersedeMs } = state.limits
  if (state.probation > now) return false
  if (state.over === 0 || now - state.over < supersedeMs) {
    const isFew = maxStreams === 0 || count.streams <= 2 * maxStreams
    return isFew && (maxNetworks === 0 || count.networks <= 2 * maxNetworks)
  }
  const before = tally(state, slotsOf(countingSlots(state)))
  return count.streams <= before.streams && count.networks <= before.networks
}

/** Whether a superseded session certainly plays on beside its device's later one. */
const isConfirmed = (state: AccountState, slot: Slot, now: number): boolean => {
  const { confirmMs, supersedeMs } = state.limits
  return slot.firm > 0 && requestedAt(slot) >= Math.max(slot.firm + confirmMs, now - supersedeMs)
}

/** Whether an opening is a change of channels: of a device that no excess was attributed to, and that does not request its former session. */
const isZapping = (state: AccountState, candidate: Slot, now: number): boolean => {
  // Longer than a lock: the excess was attributed to one player.
  if (state.tight - now > CLOCKS.lock) return false
  if (Object.keys(state.devices).some((key) => key.endsWith(`|${candidate.dev}`))) return false
  const own = slotsOf(liveSlots(state)).filter(({ dev }) => dev === candidate.dev)
  const isAsked = (slot: Slot) => requestedAt(slot) > slot.sup + CLOCKS.traffic
  const present = own.filter((slot) => slot.sup === 0 || isAsked(slot))
  return present.length === 1 && present[0]?.sup === 0 && present[0].firm === 0
}

const hasSoftRoom = (state: AccountState, count: Tally, candidate: Slot, now: number): boolean => {
  const { maxStreams, supersedeMs } = state.limits
  const live = slotsOf(liveSlots(state))
  const left = isZapping(state, candidate, now) ? candidate.dev : null
  const served = tally(state, [...live.filter(({ dev }) => dev !== left), candidate]).streams
  const isBeyond = (extra: number) => maxStreams > 0 && served > maxStreams + extra
  if (state.lock > now && isBeyond(0)) return false
  if (state.tight > now && isBeyond(1)) return false
  if (fits(state, count)) return true
  const isStale = state.over > 0 && now - state.over >= supersedeMs
  const isBeside = (slot: Slot) => slot.dev === candidate.dev && isConfirmed(state, slot, now)
  if (isStale && live.some(isBeside) && isBeyond(1)) return false
  return isTolerated(state, count, now)
}

/** Whether `candidate` may play when the `leaving` sessions no longer count. */
export const hasRoom = (
  state: AccountState,
  candidate: Slot,
  leaving: readonly Held[],
  now: number,
): boolean => {
  if (liveSlots(state).length >= KEPT.live) return false
  const after = countingSlots(state)
    .filter((held) => !leaving.some((one) => one.key === held.key))
    .map(({ slot }) => slot)
  after.push(candidate)
  if (state.limits.limitation !== 'soft') return fits(state, tally(state, after))
  return hasSoftRoom(state, tally(state, after), candidate, now)
}

/** The verdict at the cap; edges cache it only briefly, and not at all where a soft limitation may admit soon. */
export const refuseForRoom = (state: AccountState, candidate: Slot, now: number): Verdict => {
  const { maxStreams } = state.limits
  const after = [...countingSlots(state).map(({ slot }) => slot), candidate]
  if (state.limits.limitation === 'soft' && state.probation > now) {
    state.probation = now + CLOCKS.probation
  }
  const isStreams = maxStreams > 0 && tally(state, after).streams > maxStreams
  const isNetworks = !isStreams && !fits(state, tally(state, after))
  const reason = isNetworks ? 'cap.networks' : 'cap.streams'
  return { outcome: 'refused', reason, until: now + CLOCKS.retry }
}

/** Gives a slot to a session that plays already: after a lost lease, a late renewal, or of a second player of one pass. */
export const reseat = (state: AccountState, key: string, candidate: Slot, now: number): Verdict => {
  const banned = state.devices[`${candidate.ch}|${candidate.dev}`]
  if (banned) return { outcome: 'refused', reason: BAN_REASONS.device, until: banned }
  const ghost = state.slots[key]
  if (!hasRoom(state, candidate, [], now)) return refuseForRoom(state, candidate, now)
  const firm = ghost ? Math.max(ghost.sup, ghost.firm, 0) : 0
  const slot: Slot = { ...candidate, started: now, seen: now, sup: 0, firm, gone: 0, out: 0 }
  if (ghost) {
    slot.opened = ghost.opened
    slot.bytes = ghost.bytes
    slot.reqs = ghost.reqs
    slot.used = ghost.used
    if (ghost.started > 0) slot.started = ghost.started
  }
  state.slots[key] = slot
  return admitted(key, slot, ghost !== undefined)
}

/** Ends a session, so that its device's next opening has its slot. */
export const release = (held: Held, reason: ReasonId, now: number, fx: Effects) => {
  makeGhost(held, reason, now, fx)
  fx.drop.push(held.key)
}
