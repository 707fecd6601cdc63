import { BAN_REASONS } from '../reasons.ts'
import { countingSlots, type Held, liveSlots, slotsOf, tally, tokenKey } from './count.ts'
import { expire, tidy } from './expire.ts'
import { judge } from './judge.ts'
import {
  earlierPlay,
  endFirstLook,
  endReplaced,
  isRivalOf,
  openReplacing,
  repeatedOpening,
} from './replace.ts'
import { admitted, hasRoom, refuseForRoom, release, slotOf, touch } from './seat.ts'
import { isExemptFromBan } from './spare.ts'
import {
  type AccountState,
  CLOCKS,
  type Claim,
  type Effects,
  type Limits,
  type Slot,
  type Verdict,
} from './types.ts'

/** An opening; `hasWaited` where it is repeated after the outcome `settle`. */
export interface Opening {
  readonly claim: Claim
  readonly limits: Limits
  readonly hasWaited: boolean
}

const refuseHard = (state: AccountState, opening: Opening, now: number, fx: Effects): Verdict => {
  const { claim } = opening
  const candidate = slotOf(claim, now)
  const verdict = refuseForRoom(state, candidate, now)
  if (verdict.outcome !== 'refused') return verdict
  // The device's own last session is still ending: no ban.
  const own = countingSlots(state).filter(({ slot }) => slot.dev === claim.dev)
  if (own.length > 0 && hasRoom(state, candidate, own, now)) {
    if (!opening.hasWaited) return { outcome: 'settle', waitMs: CLOCKS.traffic }
    return { ...verdict, until: now + CLOCKS.traffic }
  }
  if (isExemptFromBan(state, candidate, now)) return { ...verdict, until: now + CLOCKS.traffic }
  const until = now + state.limits.banMs
  state.devices[`${candidate.ch}|${candidate.dev}`] = until
  if (claim.tok) state.devices[tokenKey(claim)] = until
  const { ch: channel, dev: device } = candidate
  fx.devices.push({ account: state.account, channel, device, until, reason: verdict.reason })
  return { ...verdict, until }
}

const firstReserved = (state: AccountState, device: string): Held | undefined => {
  const held = countingSlots(state).filter(({ slot }) => slot.dev === device && slot.started === 0)
  held.sort((a, b) => a.slot.opened - b.slot.opened || (a.key < b.key ? -1 : 1))
  return held[0]
}

/** The device's next opening takes over its reservation; of openings that race for it, all but one are refused. */
const raceFor = (state: AccountState, held: Held, opening: Opening, now: number) => {
  const { dev, req } = opening.claim
  const before = state.rush[dev]
  const isSame = before !== undefined && before.req === req
  const n = before ? before.n + (isSame ? 0 : 1) : 1
  state.rush[dev] = { n, at: now, req }
  if (n > 1) return 'lost'
  return opening.hasWaited || now - held.slot.opened >= CLOCKS.settle ? 'won' : 'settle'
}

/** With `victim: oldest`: replaces the device's own sessions, else ends and bans the oldest session of another device. */
const openOver = (state: AccountState, opening: Opening, now: number, fx: Effects): Verdict => {
  const { claim } = opening
  const candidate = slotOf(claim, now)
  const own = countingSlots(state).filter(({ slot }) => slot.dev === claim.dev)
  own.sort((a, b) => a.slot.opened - b.slot.opened || (a.key < b.key ? -1 : 1))
  for (const held of own) {
    if (hasRoom(state, candidate, [], now)) break
    endReplaced(held, now, fx)
  }
  state.slots[claim.key] = candidate
  return admitted(claim.key, candidate, false)
}

const openHard = (state: AccountState, opening: Opening, now: number, fx: Effects): Verdict => {
  const { claim } = opening
  const candidate = slotOf(claim, now)
  if (state.limits.victim === 'oldest') return openOver(state, opening, now, fx)
  if (!hasRoom(state, candidate, [], now)) {
    const before = isRivalOf(state, claim) ? undefined : earlierPlay(state, claim)
    if (before && hasRoom(state, candidate, [before], now)) {
      endReplaced(before, now, fx)
      state.slots[claim.key] = candidate
      return admitted(claim.key, candidate, false)
    }
    const held = firstReserved(state, claim.dev)
    if (!held || !hasRoom(state, candidate, [held], now)) return refuseHard(state, opening, now, fx)
    const race = raceFor(state, held, opening, now)
    if (race === 'settle') return { outcome: 'settle', waitMs: CLOCKS.settle }
    if (race === 'lost') return refuseHard(state, { ...opening, hasWaited: true }, now, fx)
    delete state.rush[claim.dev]
    release(held, 'session.unstarted', now, fx)
  }
  state.slots[claim.key] = candidate
  return admitted(claim.key, candidate, false)
}

/** Whether this is a further screen while one more than the cap plays already. */
const isBeyondExcess = (
  state: AccountState,
  candidate: Slot,
  leaving: readonly Held[],
  now: number,
): boolean => {
  const { maxStreams } = state.limits
  const isLate = state.over > 0 && now - state.over >= CLOCKS.rally
  if (!isLate || maxStreams === 0 || leaving.length > 0) return false
  return tally(state, [...slotsOf(countingSlots(state)), candidate]).streams > maxStreams + 1
}

const openSoft = (state: AccountState, opening: Opening, now: number): Verdict => {
  const { claim } = opening
  const candidate = slotOf(claim, now)
  const leaving = countingSlots(state).filter(
    ({ slot }) => slot.dev === claim.dev && slot.firm === 0,
  )
  const isRefused =
    isBeyondExcess(state, candidate, leaving, now) || !hasRoom(state, candidate, leaving, now)
  if (isRefused) return refuseForRoom(state, candidate, now)
  for (const { slot } of leaving) slot.sup = now
  state.slots[claim.key] = candidate
  return admitted(claim.key, candidate, false)
}

/** Notes that a session was asked for again, so that who has given up its first opening does not end it. */
const askAgain = (slot: Slot, now: number): void => {
  slot.asked = Math.max(now, slot.opened + 1)
}

const openBy = (state: AccountState, opening: Opening, now: number, fx: Effects): Verdict => {
  const { limitation } = state.limits
  if (limitation === 'soft') return openSoft(state, opening, now)
  if (limitation === 'replace') return openReplacing(state, opening.claim, now, fx)
  return openHard(state, opening, now, fx)
}

/** Opens a session, or returns the reason why not. Changes the given state. */
export const openSession = (
  state: AccountState,
  opening: Opening,
  now: number,
  fx: Effects,
): Verdict => {
  const { claim } = opening
  state.limits = opening.limits
  expire(state, now, fx)
  const known = liveSlots(state).find(({ slot }) => slot.req === claim.req)
  if (known) {
    // Another control plane was asked; under its own key it is the same question, put to Redis twice.
    if (known.key !== claim.key) askAgain(known.slot, now)
    return admitted(known.key, known.slot, true)
  }
  const ended = state.refused[claim.key]
  if (ended) return { outcome: 'refused', ...ended }
  const pressed = repeatedOpening(state, claim, now)
  if (pressed) {
    askAgain(pressed.slot, now)
    return admitted(pressed.key, pressed.slot, true)
  }
  // An inferred session has the same key at every opening.
  const same = state.slots[claim.key]
  if (same && same.gone === 0) {
    touch(state, same, claim.edge, now)
    return admitted(claim.key, same, true)
  }
  const banned = state.devices[`${claim.ch}|${claim.dev}`] ?? state.devices[tokenKey(claim)]
  if (banned) return { outcome: 'refused', reason: BAN_REASONS.device, until: banned }
  endFirstLook(state, claim, now, fx)
  const verdict = openBy(state, opening, now, fx)
  judge(state, now, fx)
  tidy(state, now, fx)
  return verdict
}
