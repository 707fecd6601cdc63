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

/** Key of a rival: a second player with the same device id on a channel. */
export const rivalKey = (channel: string, device: string): string => `${channel}|${device}`

/** Whether an opening belongs to a session: same device, ticket and channel; where only a backend knows the token, Flussonic's session key (channel, address, token). */
const isSamePlay = (slot: Slot, claim: Claim): boolean => {
  if (slot.ch !== claim.ch || slot.net !== claim.net) return false
  return claim.tok ? slot.tok === claim.tok : slot.dev === claim.dev && slot.dl === claim.dl
}

const byAge = (a: Held, b: Held): number =>
  a.slot.opened - b.slot.opened || (a.key < b.key ? -1 : 1)

/** Whether a session was opened a moment ago with the same ticket and has no media yet: some players probe with one User-Agent and play with another. */
const isFirstLook = (slot: Slot, claim: Claim, now: number): boolean => {
  if (slot.started > 0 || now - slot.asked >= CLOCKS.look) return false
  if (slot.ch !== claim.ch || slot.net !== claim.net) return false
  if (claim.tok) return slot.tok === claim.tok
  return claim.dl !== '' && slot.dl === claim.dl
}

/** Whether this device id was replaced on the channel and went on requesting it: then two players share the id, and an opening is not a repeat of the other's. */
export const isRivalOf = (state: AccountState, claim: Claim): boolean =>
  state.rivals[rivalKey(claim.ch, claim.dev)] !== undefined

/** The session that an opening repeats: some players open twice, or at every reload. `undefined` = none. */
export const repeatedOpening = (
  state: AccountState,
  claim: Claim,
  now: number,
): Held | undefined => {
  if (claim.fixed || isRivalOf(state, claim)) return undefined
  const isAgain = ({ slot }: Held) => isSamePlay(slot, claim) && now - slot.asked < CLOCKS.press
  return countingSlots(state)
    .filter((held) => isAgain(held) || isFirstLook(held.slot, claim, now))
    .sort(byAge)[0]
}

/** Ends the session of a player that read the manifest under a pass and now requests media below its ticket, so that it has one session. */
export const endFirstLook = (state: AccountState, claim: Claim, now: number, fx: Effects): void => {
  if (!claim.fixed) return
  for (const held of countingSlots(state))
    if (isFirstLook(held.slot, claim, now)) endReplaced(held, now, fx)
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

/** Whether two channels of one device id keep replacing each other: then they are two players. */
const isTakingTurns = (state: AccountState, from: Slot, to: string, now: number): boolean => {
  const before = state.swaps[from.dev]
  const isBack = before !== undefined && before.from === to && before.to === from.ch
  const n = isBack ? before.n + 1 : 1
  if (n > KEPT.turns) return true
  state.swaps[from.dev] = { from: from.ch, to, n, at: now }
  return false
}

/** Suffix of a rival's key that marks that it has opened again, as no player does that changed channels. */
const AGAIN = '|again'

/** Whether several rivals keep opening what was replaced: many players share the device id, as behind a proxy, and none replaces another's session. */
const isCrowd = (state: AccountState, claim: Claim): boolean => {
  const own = `${rivalKey(claim.ch, claim.dev)}${AGAIN}`
  const others = Object.keys(state.rivals).filter(
    (key) => key !== own && key.endsWith(`|${claim.dev}${AGAIN}`),
  )
  return others.length >= KEPT.crowd
}

/** Sessions that may be replaced: the device's own, those without media first, then of other devices probes and sessions left for another channel. */
const replaceable = (state: AccountState, claim: Claim, now: number): Held[] => {
  const rank = ({ slot }: Held): number => {
    if (slot.dev !== claim.dev) return 2
    return slot.started === 0 ? 0 : 1
  }
  const counting = countingSlots(state)
  const isOver = (held: Held) =>
    held.slot.started === 0 ? isLikelyOver(held, now) : isLeft(held, counting, now)
  return counting
    .filter((held) => held.slot.dev === claim.dev || isOver(held))
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

/** `limitation: replace`: an opening replaces the device's own session at once; one of any other device is refused at the cap. */
export const openReplacing = (
  state: AccountState,
  claim: Claim,
  now: number,
  fx: Effects,
): Verdict => {
  const candidate = slotOf(claim, now)
  if (!hasRoom(state, candidate, [], now)) {
    const rival = rivalKey(claim.ch, claim.dev)
    const leaving = sessionsToReplace(state, claim, now)
    const own = leaving?.find(({ slot }) => slot.dev === claim.dev)?.slot
    const isRival =
      own !== undefined &&
      (isRivalOf(state, claim) ||
        (own.ch !== claim.ch &&
          (isCrowd(state, claim) || isTakingTurns(state, own, claim.ch, now))))
    if (isRival) {
      state.rivals[rival] = now + CLOCKS.rival
      state.rivals[`${rival}${AGAIN}`] = now + CLOCKS.rival
    }
    if (leaving === null || isRival) return refuseForRoom(state, candidate, now)
    for (const held of leaving) {
      const isProbe = held.slot.dev !== claim.dev && held.slot.started === 0
      if (isProbe) release(held, 'session.unstarted', now, fx)
      else endReplaced(held, now, fx)
    }
  }
  state.slots[claim.key] = candidate
  return admitted(claim.key, candidate, false)
}
