import { newAccountState, newEffects } from '#domain/limits/limits'
import { slotOf } from '#domain/limits/seat'
import type { Claim, Effects, Limits, Slot } from '#domain/limits/types'
import type { AccountRef } from '#domain/types'

/** Before a state that was not touched since its account's first opening. */
const UNTOUCHED = ' '
const SLOTS = ',"slots":{'
/** Ends the JSON of a new slot. */
const TIMES = '"opened":0,"asked":0,"seen":0,"gone":0}'

/** All else of an account of which nothing is known. */
const nothingElse = (): string => {
  const { account: _account, limits: _limits, slots: _slots, ...rest } = newAccountState('')
  return JSON.stringify(rest).slice(1, -1)
}
const NOTHING_ELSE = nothingElse()

/**
 * The state of an account with one session, as `lua/includes/fresh.lua` takes it: the time of its reservation comes first, and those of its slot, which Redis
 * has yet to say, would come last. Joined by hand: of an object with a key of its own, the engine keeps a shape of its own.
 */
export const freshState = (account: AccountRef, limits: Limits, claim: Claim): string => {
  const slot = JSON.stringify(slotOf(claim, 0)).slice(0, -TIMES.length)
  const known = `${JSON.stringify(limits)},"account":${JSON.stringify(account)},${NOTHING_ELSE}`
  return `${UNTOUCHED}{"limits":${known}${SLOTS}${JSON.stringify(claim.key)}:${slot}`
}

/** What has ended with the one session of an untouched state; `null` where the text is none. */
export const endOfFresh = (text: string): Effects | null => {
  if (!text.startsWith(UNTOUCHED)) return null
  // In a text of JSON no quote stands without a backslash.
  const key = text.indexOf(SLOTS) + SLOTS.length
  const end = text.indexOf('":{', key) + 1
  const slot: Slot = JSON.parse(text.slice(end + 1, -2))
  const ended = {
    key: JSON.parse(text.slice(key, end)),
    slot,
    reason: 'session.unstarted',
  } as const
  return { ...newEffects(), ended: [ended] }
}
