import { newAccountState, newEffects } from '#domain/limits/limits'
import { slotOf } from '#domain/limits/seat'
import type { AccountState, Claim, Effects, Limits } from '#domain/limits/types'
import type { AccountRef } from '#domain/types'

/** Before a state that was not touched since its account's first opening. */
const UNTOUCHED = ' '

/**
 * The state of an account with one session, as `lua/includes/fresh.lua` takes it: the time of its reservation comes first, and those of its slot, which Redis
 * has yet to say, would come last.
 */
export const freshState = (account: AccountRef, limits: Limits, claim: Claim): string => {
  const { slots: _none, limits: own, ...state } = newAccountState(account, limits)
  const { reserveMs, ...others } = own
  const { opened: _opened, asked: _asked, seen: _seen, gone: _gone, ...slot } = slotOf(claim, 0)
  const ordered = { reserveMs, ...others }
  const text = JSON.stringify({ limits: ordered, ...state, slots: { [claim.key]: slot } })
  return `${UNTOUCHED}${text.slice(0, -3)},`
}

/** What has ended with the one session of an untouched state; `null` where the text is none. */
export const endOfFresh = (text: string): Effects | null => {
  if (!text.startsWith(UNTOUCHED)) return null
  const { slots }: AccountState = JSON.parse(text)
  const ended = Object.entries(slots).map(([key, slot]) => ({
    key,
    slot,
    reason: 'session.unstarted' as const,
  }))
  return { ...newEffects(), ended }
}
