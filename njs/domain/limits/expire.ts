import type { ReasonId } from '../reasons.ts'
import { liveSlots } from './count.ts'
import {
  type AccountState,
  CLOCKS,
  DEFAULT_LIMITS,
  type Effects,
  KEPT,
  type Limits,
  type Slot,
} from './types.ts'

/** The state of an account without sessions. */
export const newAccountState = (
  account: string,
  limits: Limits = DEFAULT_LIMITS,
): AccountState => ({
  account,
  limits,
  slots: {},
  refused: {},
  devices: {},
  pairs: {},
  rush: {},
  rivals: {},
  swaps: {},
  over: 0,
  lock: 0,
  tight: 0,
  probation: 0,
})

/** An empty record of effects to fill. */
export const newEffects = (): Effects => ({ ended: [], kill: [], drop: [], devices: [] })

/** When a slot expires without requests (Unix ms). */
export const deadlineOf = (slot: Slot, limits: Limits): number =>
  slot.started > 0 ? slot.seen + slot.idle : slot.opened + limits.reserveMs

/** Ends a live session, but keeps it for a late renewal. */
export const makeGhost = (
  held: { key: string; slot: Slot },
  reason: ReasonId,
  now: number,
  fx: Effects,
) => {
  fx.ended.push({ key: held.key, slot: { ...held.slot }, reason })
  held.slot.gone = now
}

/** Removes the oldest entries (of equal time by key) until `keep` are left. */
const trim = <T>(record: Record<string, T>, keep: number, timeOf: (entry: T) => number) => {
  const entries = Object.entries(record)
  if (entries.length <= keep) return
  entries.sort(([a, x], [b, y]) => timeOf(x) - timeOf(y) || (a < b ? -1 : 1))
  for (const [key] of entries.slice(0, entries.length - keep)) delete record[key]
}

const purge = <T>(record: Record<string, T>, now: number, untilOf: (entry: T) => number) => {
  for (const [key, entry] of Object.entries(record)) {
    if (untilOf(entry) <= now) delete record[key]
  }
}

const trimGhosts = (state: AccountState, now: number) => {
  const ghosts: Record<string, Slot> = {}
  for (const key of Object.keys(state.slots)) {
    const slot = state.slots[key]
    if (!slot || slot.gone === 0) continue
    delete state.slots[key]
    if (slot.gone + CLOCKS.ghost > now) ghosts[key] = slot
  }
  trim(ghosts, KEPT.ghosts, (slot) => slot.gone)
  Object.assign(state.slots, ghosts)
}

/** Expires silent sessions, and removes refusals, bans and marks that have run out. First part of every step. */
export const expire = (state: AccountState, now: number, fx: Effects) => {
  for (const held of liveSlots(state)) {
    if (now < deadlineOf(held.slot, state.limits)) continue
    makeGhost(held, held.slot.started > 0 ? 'session.idle' : 'session.unstarted', now, fx)
  }
  purge(state.refused, now, (entry) => entry.until)
  purge(state.devices, now, (until) => until)
  purge(state.pairs, now, (entry) => entry.until)
  purge(state.rush, now, (entry) => entry.at + CLOCKS.rush)
  purge(state.rivals, now, (until) => until)
  purge(state.swaps, now, (entry) => entry.at + (entry.told ? CLOCKS.rival : CLOCKS.press))
}

/** Keeps only the latest superseded sessions of a device. */
const trimSuperseded = (state: AccountState, now: number, fx: Effects) => {
  const held = liveSlots(state).filter(({ slot }) => slot.sup > 0)
  held.sort((a, b) => a.slot.sup - b.slot.sup || (a.key < b.key ? -1 : 1))
  const excess = Math.max(0, held.length - KEPT.superseded)
  for (const one of held.slice(0, excess)) makeGhost(one, 'session.superseded', now, fx)
}

/** Drops the lease of superseded sessions with traffic late in their grace, so that control is asked about their next request. */
const probe = (state: AccountState, now: number, fx: Effects) => {
  const { supersedeMs } = state.limits
  for (const { key, slot } of liveSlots(state)) {
    const isDue = slot.sup > 0 && now - slot.sup >= supersedeMs
    if (!isDue || slot.firm !== 0 || slot.used - slot.sup < supersedeMs / 2) continue
    slot.firm = -1
    fx.drop.push(key)
  }
}

/** Limits the size of the account's state (`KEPT`). Last part of every step. */
export const tidy = (state: AccountState, now: number, fx: Effects) => {
  probe(state, now, fx)
  trimSuperseded(state, now, fx)
  trimGhosts(state, now)
  trim(state.refused, KEPT.refused, (entry) => entry.until)
  trim(state.devices, KEPT.devices, (until) => until)
  trim(state.pairs, KEPT.pairs, (entry) => entry.until)
  trim(state.rivals, KEPT.rivals, (until) => until)
  trim(state.swaps, KEPT.swaps, (entry) => entry.at)
}
