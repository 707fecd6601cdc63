import { countingSlots, type Held, requestedAt } from './count.ts'
import { hasRoom } from './seat.ts'
import { type AccountState, CLOCKS, type Slot } from './types.ts'

/** Whether a session is probably over although not expired: it had no media, or is no longer requested. */
export const isLikelyOver = ({ slot }: Held, now: number): boolean =>
  slot.started === 0 ? now - slot.opened >= CLOCKS.probe : now - requestedAt(slot) >= CLOCKS.quiet

/** Whether its device has opened another channel and no longer requests this one. */
export const isLeft = (held: Held, all: readonly Held[], now: number): boolean => {
  const { slot } = held
  if (slot.started === 0 || !isLikelyOver(held, now)) return false
  const isNewer = (other: Slot) =>
    other.dev === slot.dev &&
    other.opened > slot.opened &&
    requestedAt(slot) <= other.opened + CLOCKS.overlap
  return all.some((other) => isNewer(other.slot))
}

/** Whether the device was banned on another channel a moment ago: some players try the whole playlist after a refusal. */
const isTryingChannels = (state: AccountState, candidate: Slot, now: number): boolean =>
  Object.entries(state.devices).some(
    ([key, until]) =>
      key.endsWith(`|${candidate.dev}`) && until - state.limits.banMs > now - CLOCKS.walk,
  )

/**
 * Whether a refusal by a hard cap sets no ban: a slot is about to be freed, or the player tries the channels of its playlist after the
 * viewer's own opening was refused.
 */
export const isExemptFromBan = (state: AccountState, candidate: Slot, now: number): boolean => {
  if (isTryingChannels(state, candidate, now)) return true
  const fading = countingSlots(state).filter(
    (held) => held.slot.dev === candidate.dev || isLikelyOver(held, now),
  )
  return fading.length > 0 && hasRoom(state, candidate, fading, now)
}
