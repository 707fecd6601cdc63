import type { ReasonId } from '../reasons.ts'
import {
  countingSlots,
  type Held,
  homeOf,
  isWithinCaps,
  liveSlots,
  requestedAt,
  streamOf,
} from './count.ts'
import { makeGhost } from './expire.ts'
import { type AccountState, CLOCKS, type Effects } from './types.ts'

interface Share {
  readonly id: string
  opened: number
  readonly held: Held[]
}

/** Sessions grouped by counted stream, the first to be ended first. */
const sharesOf = (
  state: AccountState,
  held: readonly Held[],
  idOf: (one: Held) => string,
): Share[] => {
  const shares = new Map<string, Share>()
  for (const one of held) {
    const id = idOf(one)
    const share = shares.get(id) ?? { id, opened: one.slot.opened, held: [] }
    share.opened = Math.min(share.opened, one.slot.opened)
    share.held.push(one)
    shares.set(id, share)
  }
  const sign = state.limits.victim === 'newest' ? -1 : 1
  const order = (a: Share, b: Share) => a.opened - b.opened || (a.id < b.id ? -1 : 1)
  return [...shares.values()].sort((a, b) => sign * order(a, b))
}

interface Penalty {
  readonly reason: ReasonId
  readonly until: number
}

/** Ends a session, refuses its key and bans its device on the channel until the ban's end. */
const endAndBan = (state: AccountState, one: Held, penalty: Penalty, fx: Effects) => {
  const { reason, until } = penalty
  const { ch, dev } = one.slot
  fx.ended.push({ key: one.key, slot: one.slot, reason })
  fx.kill.push({ key: one.key, until, reason })
  fx.devices.push({ account: state.account, channel: ch, device: dev, until, reason })
  delete state.slots[one.key]
  state.refused[one.key] = { until, reason }
  state.devices[`${ch}|${dev}`] = until
}

/** After a proven excess of a soft cap: sets what is tolerated from now on, and for how long. */
const recordExcess = (state: AccountState, victims: readonly Held[], now: number, fx: Effects) => {
  const rest = countingSlots(state)
  const isShared = victims.some(({ slot }) => rest.some((other) => other.slot.dev === slot.dev))
  if (isShared || state.probation > now) state.lock = now + CLOCKS.lock
  state.tight = Math.max(state.tight, now + (isShared ? CLOCKS.probation : CLOCKS.lock))
  state.probation = now + CLOCKS.probation
  for (const held of liveSlots(state)) {
    if (held.slot.sup > 0) makeGhost(held, 'session.superseded', now, fx)
  }
}

const excess = (shares: readonly Share[], cap: number): Held[] =>
  cap === 0 ? [] : shares.slice(0, Math.max(0, shares.length - cap)).flatMap((share) => share.held)

/** Sessions that prove an excess: still requested after it has lasted for `confirmMs`; after an earlier excess, at once. */
const provenExcess = (state: AccountState, now: number): Held[] => {
  const { limitation, confirmMs } = state.limits
  const held = countingSlots(state)
  if (limitation !== 'soft') return held
  const isKnown = state.probation > now
  const since = state.over + (isKnown ? -CLOCKS.report : confirmMs)
  return held.filter(({ slot }) => {
    const least = isKnown || slot.firm <= 0 ? since : Math.max(since, slot.firm + confirmMs)
    return slot.started > 0 && requestedAt(slot) >= least
  })
}

/** Detects that an account exceeds its caps, and ends the sessions beyond them once the excess is proven. */
export const judge = (state: AccountState, now: number, fx: Effects) => {
  if (isWithinCaps(state)) {
    state.over = 0
    return
  }
  if (state.over === 0) state.over = now
  const { maxStreams, maxNetworks } = state.limits
  const streams = sharesOf(state, provenExcess(state, now), ({ slot }) => streamOf(state, slot))
  const victims = excess(streams, maxStreams)
  const until = now + state.limits.banMs
  for (const one of victims) endAndBan(state, one, { reason: 'cap.streams', until }, fx)
  const homes = sharesOf(state, provenExcess(state, now), ({ slot }) => homeOf(state, slot.net))
  const strangers = excess(homes, maxNetworks)
  for (const one of strangers) endAndBan(state, one, { reason: 'cap.networks', until }, fx)
  if (victims.length + strangers.length === 0) return
  if (state.limits.limitation === 'soft') recordExcess(state, [...victims, ...strangers], now, fx)
  if (isWithinCaps(state)) state.over = 0
}
