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

/** A claim as the slot it would become. */
export const slotOf = (claim: Claim, now: number): Slot => ({
  sid: claim.sid,
  req: claim.req,
  ch: claim.ch,
  dev: claim.dev,
  player: claim.player,
  net: claim.net,
  dl: claim.dl,
  tok: claim.tok ?? '',
  opened: now,
  asked: now,
  started: 0,
  seen: now,
  idle: claim.idle,
  sup: 0,
  firm: 0,
  gone: 0,
  out: 0,
  edge: claim.edge,
  bytes: 0,
  reqs: 0,
  used: 0,
  info: claim.info,
})

/** The answer for a slot that is held. */
export const admitted = (key: string, slot: Slot, isKnown: boolean): Verdict => ({
  outcome: 'admitted',
  sid: slot.sid,
  key,
  leaseMs: slot.idle,
  isKnown,
  openedMs: slot.opened,
})

/** The session was requested: it has started, and counts again when its grace is over. */
export const touch = (state: AccountState, slot: Slot, edge: string, now: number) => {
  slot.seen = Math.max(slot.seen, now)
  if (slot.started === 0) slot.started = now
  slot.edge = edge
  if (slot.sup === 0 || now - slot.sup < state.limits.supersedeMs) return
  const since = slot.sup
  slot.sup = 0
  slot.firm = since
  if (state.over > 0 || isWithinCaps(state)) return
  // It was too much from the opening on that should have replaced it.
  const others = slotsOf(countingSlots(state)).filter(({ dev }) => dev !== slot.dev)
  state.over = Math.max(since, ...others.map(({ opened }) => opened))
}

/** Above the cap a soft limitation looks on for a while, unless it has seen too much already. */
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

/** Its device opened something else and it plays on beside that, no doubt any more. */
const isConfirmed = (state: AccountState, slot: Slot, now: number): boolean => {
  const { confirmMs, supersedeMs } = state.limits
  return slot.firm > 0 && requestedAt(slot) >= Math.max(slot.firm + confirmMs, now - supersedeMs)
}

/** A player no excess was ever laid on that only goes from one channel to the next, and leaves the old one alone. */
const isZapping = (state: AccountState, candidate: Slot, now: number): boolean => {
  // Longer than a lock: its excess was one player's.
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

/** A refusal for want of room, which a soft limitation soon asks again. */
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

/** Seats a session that is already played: a lost lease, a late renewal, a second player of one pass. */
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

/** Frees a slot so that its device's next opening has it. */
export const release = (held: Held, reason: ReasonId, now: number, fx: Effects) => {
  makeGhost(held, reason, now, fx)
  fx.drop.push(held.key)
}
