import { sortedKeys } from './count.ts'
import { type AccountState, CLOCKS, type Claim, type Slot } from './types.ts'

/**
 * Whether a pass that is asked for from another network by a player that looks the same moves there at once, as a phone does that leaves its Wi-Fi. Only
 * in `replace`, and within a minute of the last try only once, and once back to where it was: where the first player still asks it has its session
 * back, and someone who copied the pass does not.
 */
export const mayRoam = (state: AccountState, slot: Slot, claim: Claim, now: number): boolean => {
  if (state.limits.limitation !== 'replace' || slot.player !== claim.player) return false
  const { rivals } = state
  const begin = `${claim.key}|from|`
  const back = `${claim.key}|back`
  const until = now + CLOCKS.rival
  const mark = sortedKeys(rivals).find((name) => name.startsWith(begin))
  rivals[mark ?? begin + slot.net] = until
  if (mark === undefined) return true
  const isHome = mark === begin + claim.net && rivals[back] === undefined
  if (isHome || rivals[back] !== undefined) rivals[back] = until
  return isHome
}
