import { countingSlots, type Held } from './count.ts'
import { admitted, hasRoom, refuseForRoom, release, slotOf } from './seat.ts'
import { isFading, isLeft } from './spare.ts'
import {
  type AccountState,
  CLOCKS,
  type Claim,
  type Effects,
  KEPT,
  type Slot,
  type Verdict,
} from './types.ts'

/** What a second player that looks the same is known by. */
export const rivalKey = (channel: string, device: string): string => `${channel}|${device}`

/** One device with one ticket on one channel; where only a backend knows the token, Flussonic's (channel, address, token). */
const isSamePlay = (slot: Slot, claim: Claim): boolean => {
  if (slot.ch !== claim.ch || slot.net !== claim.net) return false
  return claim.tok ? slot.tok === claim.tok : slot.dev === claim.dev && slot.dl === claim.dl
}

const byAge = (a: Held, b: Held): number =>
  a.slot.opened - b.slot.opened || (a.key < b.key ? -1 : 1)

/** A session without media yet, opened a moment ago with the same ticket: some players look with one agent and play with another. */
const isFirstLook = (slot: Slot, claim: Claim, now: number): boolean => {
  if (slot.started > 0 || now - slot.asked >= CLOCKS.look) return false
  if (slot.ch !== claim.ch || slot.net !== claim.net) return false
  if (claim.tok) return slot.tok === claim.tok
  return claim.dl !== '' && slot.dl === claim.dl
}

/** Whether somebody who looks like this device was put out on the channel and still asked for it: two players are no press of one button. */
export const isRivalOf = (state: AccountState, claim: Claim): boolean =>
  state.rivals[rivalKey(claim.ch, claim.dev)] !== undefined

/** The session that this opening asks for once more: players open twice, and some at every reload. */
export const samePress = (state: AccountState, claim: Claim, now: number): Held | undefined => {
  if (claim.fixed || isRivalOf(state, claim)) return undefined
  const isAgain = ({ slot }: Held) => isSamePlay(slot, claim) && now - slot.asked < CLOCKS.press
  return countingSlots(state)
    .filter((held) => isAgain(held) || isFirstLook(held.slot, claim, now))
    .sort(byAge)[0]
}

/** A player that read the list under a pass and asks for the media below its ticket has one session, not two. */
export const leaveFirstLook = (
  state: AccountState,
  claim: Claim,
  now: number,
  fx: Effects,
): void => {
  if (!claim.fixed) return
  for (const held of countingSlots(state))
    if (isFirstLook(held.slot, claim, now)) giveUp(held, now, fx)
}

/** The device's earlier session on the channel, whose place a later opening takes. */
export const earlierPlay = (state: AccountState, claim: Claim): Held | undefined =>
  countingSlots(state)
    .filter(({ slot }) => isSamePlay(slot, claim))
    .sort(byAge)[0]

/** Ends a session because its own device wants the place. */
export const giveUp = (held: Held, now: number, fx: Effects): void => {
  held.slot.out = now
  release(held, 'session.superseded', now, fx)
}

/** Two channels of one device that take the place from each other time and again are two players. */
const isTakingTurns = (state: AccountState, from: Slot, to: string, now: number): boolean => {
  const before = state.swaps[from.dev]
  const isBack = before !== undefined && before.from === to && before.to === from.ch
  const n = isBack ? before.n + 1 : 1
  if (n > KEPT.turns) return true
  state.swaps[from.dev] = { from: from.ch, to, n, at: now }
  return false
}

/** Marks a rival that opened anew, which no player does that was only left for another channel. */
const AGAIN = '|again'

/** Two others that look the same and keep opening what was taken from them: no viewer who zaps, but a house or a mirror of many players. */
const isCrowd = (state: AccountState, claim: Claim): boolean => {
  const own = `${rivalKey(claim.ch, claim.dev)}${AGAIN}`
  const others = Object.keys(state.rivals).filter(
    (key) => key !== own && key.endsWith(`|${claim.dev}${AGAIN}`),
  )
  return others.length >= KEPT.crowd
}

/** What may give its place: the device's own sessions, those first that never showed a picture, then of others what is a probe or was left for another channel. */
const givers = (state: AccountState, claim: Claim, now: number): Held[] => {
  const rank = ({ slot }: Held): number => {
    if (slot.dev !== claim.dev) return 2
    return slot.started === 0 ? 0 : 1
  }
  const counting = countingSlots(state)
  const isOver = (held: Held) =>
    held.slot.started === 0 ? isFading(held, now) : isLeft(held, counting, now)
  return counting
    .filter((held) => held.slot.dev === claim.dev || isOver(held))
    .sort((a, b) => rank(a) - rank(b) || byAge(a, b))
}

/** As few as make room; none where even all of them do not. */
const leaversFor = (state: AccountState, claim: Claim, now: number): Held[] | null => {
  const candidate = slotOf(claim, now)
  const leaving: Held[] = []
  for (const held of givers(state, claim, now)) {
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

/** A device's new opening takes the place of its own session at once; for any other device the cap is the cap. */
export const openReplacing = (
  state: AccountState,
  claim: Claim,
  now: number,
  fx: Effects,
): Verdict => {
  const candidate = slotOf(claim, now)
  if (!hasRoom(state, candidate, [], now)) {
    const rival = rivalKey(claim.ch, claim.dev)
    const leaving = leaversFor(state, claim, now)
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
      else giveUp(held, now, fx)
    }
  }
  state.slots[claim.key] = candidate
  return admitted(claim.key, candidate, false)
}
