import { countingSlots, type Held } from './count.ts'
import { admitted, hasRoom, refuseForRoom, release, slotOf } from './seat.ts'
import { isLeft, isLikelyOver } from './spare.ts'
import {
  type AccountState,
  CLOCKS,
  type Claim,
  type Effects,
  KEPT,
  type Slot,
  type Verdict,
} from './types.ts'

/** Key of a rival: a second player that looks the same on a channel. */
const rivalKey = (channel: string, kin: string): string => `${channel}|${kin}`

/** What an opening looks like apart from its playback id. */
const kinOf = (claim: Claim): string => claim.kin ?? claim.dev

/** Whether an opening belongs to a session: same device, ticket and channel; where only a backend knows the token, Flussonic's session key (channel, address, token). */
const isSamePlay = (slot: Slot, claim: Claim): boolean => {
  if (slot.ch !== claim.ch || slot.net !== claim.net) return false
  return claim.tok ? slot.tok === claim.tok : slot.dev === claim.dev && slot.dl === claim.dl
}

const byAge = (a: Held, b: Held): number =>
  a.slot.opened - b.slot.opened || (a.key < b.key ? -1 : 1)

/** Whether an opening has another playback id than a session: both players give each playback its own. */
const isOtherPlayback = (slot: Slot, claim: Claim): boolean =>
  slot.dev !== claim.dev && slot.dev !== slot.kin && claim.dev !== kinOf(claim)

/**
 * Whether a session was opened a moment ago with the same ticket and has no media yet: some players probe with one User-Agent and play with another. Of two
 * playback ids the second takes the place of the first, where that refuses nobody.
 */
const isFirstLook = (state: AccountState, slot: Slot, claim: Claim, now: number): boolean => {
  if (slot.started > 0 || now - slot.asked >= CLOCKS.look) return false
  if (state.limits.limitation === 'replace' && isOtherPlayback(slot, claim)) return false
  if (slot.ch !== claim.ch || slot.net !== claim.net) return false
  if (claim.tok) return slot.tok === claim.tok
  return claim.dl !== '' && slot.dl === claim.dl
}

/** Whether one that looks the same was replaced on the channel and went on requesting it: then they are two players, and an opening is not a repeat of the other's. */
export const isRivalOf = (state: AccountState, claim: Claim): boolean =>
  state.rivals[rivalKey(claim.ch, kinOf(claim))] !== undefined

/** Notes that a replaced session is still requested: soon after, it may be the player's last request, later on it is a second player's. */
export const noteReturn = (state: AccountState, slot: Slot, now: number): void => {
  if (now - slot.out >= CLOCKS.overlap)
    state.rivals[rivalKey(slot.ch, slot.kin)] = now + CLOCKS.rival
  const swap = state.swaps[slot.kin]
  if (swap?.from === slot.ch && now - slot.out >= CLOCKS.stray) swap.told = true
}

/** The session that an opening repeats: some players open twice, or at every reload. `undefined` = none. */
export const repeatedOpening = (
  state: AccountState,
  claim: Claim,
  now: number,
): Held | undefined => {
  if (claim.fixed || isRivalOf(state, claim)) return undefined
  const isAgain = ({ slot }: Held) => isSamePlay(slot, claim) && now - slot.asked < CLOCKS.press
  return countingSlots(state)
    .filter((held) => isAgain(held) || isFirstLook(state, held.slot, claim, now))
    .sort(byAge)[0]
}

/** Ends the session of a player that read the manifest under a pass and now requests media below its ticket, so that it has one session. */
export const endFirstLook = (state: AccountState, claim: Claim, now: number, fx: Effects): void => {
  if (!claim.fixed) return
  for (const held of countingSlots(state))
    if (isFirstLook(state, held.slot, claim, now)) endReplaced(held, now, fx)
}

/** The device's earlier session on the channel, which a later opening replaces. */
export const earlierPlay = (state: AccountState, claim: Claim): Held | undefined =>
  countingSlots(state)
    .filter(({ slot }) => isSamePlay(slot, claim))
    .sort(byAge)[0]

/** Ends a session that an opening of its own device replaces. */
export const endReplaced = (held: Held, now: number, fx: Effects): void => {
  held.slot.out = now
  release(held, 'session.superseded', now, fx)
}

/** Whether two channels of one kin keep replacing each other: then they are two players. A player that goes back and forth is silent on what it left. */
const isTakingTurns = (state: AccountState, from: Slot, to: string, now: number): boolean => {
  const before = state.swaps[from.kin]
  const isBack = before !== undefined && before.from === to && before.to === from.ch
  const n = isBack ? before.n + (before.told ? KEPT.contested : 1) : 1
  if (n > KEPT.turns) return true
  state.swaps[from.kin] = { from: from.ch, to, n, at: now }
  return false
}

/** Suffix of a rival's key that marks that it has opened again, as no player does that changed channels. */
const AGAIN = '|again'

/** Whether several rivals keep opening what was replaced: many players look the same, as behind a proxy, and none replaces another's session. */
const isCrowd = (state: AccountState, claim: Claim): boolean => {
  const own = `${rivalKey(claim.ch, kinOf(claim))}${AGAIN}`
  const others = Object.keys(state.rivals).filter(
    (key) => key !== own && key.endsWith(`|${kinOf(claim)}${AGAIN}`),
  )
  return others.length >= KEPT.crowd
}

/** Sessions that may be replaced: the device's own, those without media first, then of other devices probes and sessions left for another channel. */
const replaceable = (state: AccountState, claim: Claim, now: number): Held[] => {
  const rank = ({ slot }: Held): number => {
    if (slot.kin !== kinOf(claim)) return 2
    return slot.started === 0 ? 0 : 1
  }
  const counting = countingSlots(state)
  const isOver = (held: Held) =>
    held.slot.started === 0 ? isLikelyOver(held, now) : isLeft(held, counting, now)
  return counting
    .filter((held) => held.slot.kin === kinOf(claim) || isOver(held))
    .sort((a, b) => rank(a) - rank(b) || byAge(a, b))
}

/** The fewest sessions whose replacement makes room; `null` where even all of them would not. */
const sessionsToReplace = (state: AccountState, claim: Claim, now: number): Held[] | null => {
  const candidate = slotOf(claim, now)
  const leaving: Held[] = []
  for (const held of replaceable(state, claim, now)) {
    leaving.push(held)
    if (!hasRoom(state, candidate, leaving, now)) continue
    const isNeeded = (one: Held) =>
      !hasRoom(
        state,
        candidate,
        leaving.filter((other) => other !== one),
        now,
      )
    return leaving.filter((one) => one === held || isNeeded(one))
  }
  return null
}

/** Whether an opening may not replace its own kin's session, since they are two players. */
const mayNotReplace = (state: AccountState, own: Slot, claim: Claim, now: number): boolean => {
  if (isRivalOf(state, claim)) return true
  if (own.ch === claim.ch && own.dev === claim.dev) return false
  return isCrowd(state, claim) || isTakingTurns(state, own, claim.ch, now)
}

/** `limitation: replace`: an opening replaces the device's own session at once; one of any other device is refused at the cap. */
export const openReplacing = (
  state: AccountState,
  claim: Claim,
  now: number,
  fx: Effects,
): Verdict => {
  const candidate = slotOf(claim, now)
  if (!hasRoom(state, candidate, [], now)) {
    const kin = kinOf(claim)
    const leaving = sessionsToReplace(state, claim, now)
    const own = leaving?.find(({ slot }) => slot.kin === kin)?.slot
    const isRival = own !== undefined && mayNotReplace(state, own, claim, now)
    if (isRival) {
      const rival = rivalKey(claim.ch, kin)
      state.rivals[rival] = now + CLOCKS.rival
      state.rivals[`${rival}${AGAIN}`] = now + CLOCKS.rival
    }
    if (leaving === null || isRival) return refuseForRoom(state, candidate, now)
    for (const held of leaving) {
      const isProbe = held.slot.kin !== kin && held.slot.started === 0
      if (isProbe) release(held, 'session.unstarted', now, fx)
      else endReplaced(held, now, fx)
    }
  }
  state.slots[claim.key] = candidate
  return admitted(claim.key, candidate, false)
}
