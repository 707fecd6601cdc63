import { countingSlots, type Held, requestedAt } from './count.ts'
import { hasRoom } from './seat.ts'
import { type AccountState, CLOCKS, type Slot } from './types.ts'

/** Whether a session is likely over and its slot only waits for its clock: it shows no media, or is asked no more. */
export const isFading = ({ slot }: Held, now: number): boolean =>
  slot.started === 0 ? now - slot.opened >= CLOCKS.probe : now - requestedAt(slot) >= CLOCKS.quiet

/** Whether its device went on to another channel and asks for this one no more. */
export const isLeft = (held: Held, all: readonly Held[], now: number): boolean => {
  const { slot } = held
  if (slot.started === 0 || !isFading(held, now)) return false
  const isNewer = (other: Slot) =>
    other.dev === slot.dev &&
    other.opened > slot.opened &&
    requestedAt(slot) <= other.opened + CLOCKS.overlap
  return all.some((other) => isNewer(other.slot))
}

/** Whether the device was banned on another channel a moment ago: a refused player walks down its whole list. */
const isWalking = (state: AccountState, candidate: Slot, now: number): boolean =>
  Object.entries(state.devices).some(
    ([key, until]) =>
      key.endsWith(`|${candidate.dev}`) && until - state.limits.banMs > now - CLOCKS.walk,
  )

/**
 * Whether a hard refusal bans nobody: the slot that is missing was being given back, or the player merely walks down its list after the refusal that was
 * its viewer's.
 */
export const isSpared = (state: AccountState, candidate: Slot, now: number): boolean => {
  if (isWalking(state, candidate, now)) return true
  const fading = countingSlots(state).filter(
    (held) => held.slot.dev === candidate.dev || isFading(held, now),
  )
  return fading.length > 0 && hasRoom(state, candidate, fading, now)
}
