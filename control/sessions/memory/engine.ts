import {
  checkSession,
  endSessions,
  newAccountState,
  newEffects,
  openSession,
  pardonSessions,
  renewSessions,
} from '#domain/limits/limits'
import {
  type AccountState,
  DEFAULT_LIMITS,
  type Effects,
  type Limits,
  type Slot,
} from '#domain/limits/types'
import type { AccountRef } from '#domain/types'
import type { CapEngine, Step } from '../model/cap-engine.ts'
import { accountTag } from '../model/keys.ts'
import { accountOfSlot } from '../model/session-shape.ts'

/** The engine in this process's memory, with what restoring Redis needs. */
export interface MemoryEngine extends CapEngine {
  states(): AccountState[]
  /** Accounts with decisions since the last call. */
  takeChanged(): AccountState[]
  /** Stores a session that Redis has admitted. */
  note(session: { account: AccountRef; limits: Limits; key: string; slot: Slot }): void
  /** Notes a request of a session. */
  noteSeen(tag: string, key: string): void
  forget(tag: string, key: string): void
  /** Stores what Redis refuses from now on. */
  noteRefusals(effects: Effects): void
  size(): number
}

type Act<T> = (state: AccountState, at: number, effects: Effects) => T

/** As a renewal with nothing seen. */
const endSilent: Act<unknown> = (state, at, effects) =>
  renewSessions(state, { edge: '', seen: [], traffic: [], limits: null }, at, effects)

const isEmpty = (state: AccountState, now: number): boolean =>
  [state.slots, state.refused, state.devices, state.pairs].every(
    (record) => Object.keys(record).length === 0,
  ) && Math.max(state.lock, state.tight, state.probation) <= now

const noteIn = (
  stateOf: (account: AccountRef, limits: Limits) => AccountState,
  accounts: Map<string, AccountState>,
  now: () => number,
): Pick<MemoryEngine, 'note' | 'noteSeen' | 'forget' | 'noteRefusals'> => ({
  note({ account, limits, key, slot }) {
    const state = stateOf(account, limits)
    state.limits = limits
    const known = state.slots[key]
    if (known) Object.assign(known, { net: slot.net, dev: slot.dev, gone: 0 })
    else state.slots[key] = slot
  },
  noteSeen(tag, key) {
    const slot = accounts.get(tag)?.slots[key]
    if (!slot) return
    slot.seen = now()
    slot.gone = 0
    if (slot.started === 0) slot.started = slot.seen
  },
  forget(tag, key) {
    const state = accounts.get(tag)
    if (!state) return
    delete state.slots[key]
    if (isEmpty(state, now())) accounts.delete(tag)
  },
  noteRefusals(effects) {
    for (const { account, channel, device, until } of effects.devices) {
      stateOf(account, DEFAULT_LIMITS).devices[`${channel}|${device}`] = until
    }
    for (const { key, until, reason } of effects.kill) {
      const ended = effects.ended.find((one) => one.key === key)
      if (!ended) continue
      const account = accountOfSlot(ended.slot)
      stateOf(account, DEFAULT_LIMITS).refused[key] = { until, reason }
    }
  },
})

/** The same caps by the plain specification: exact within this process. */
export const createMemoryEngine = (now: () => number = Date.now): MemoryEngine => {
  const accounts = new Map<string, AccountState>()
  const changed = new Set<string>()
  const stateOf = (account: AccountRef, limits: Limits): AccountState => {
    const tag = accountTag(account)
    const state = accounts.get(tag) ?? newAccountState(account, limits)
    accounts.set(tag, state)
    return state
  }
  const step = <T>(state: AccountState, act: Act<T>): Step<T> => {
    const effects = newEffects()
    const at = now()
    const answer = act(state, at, effects)
    const tag = accountTag(state.account)
    changed.add(tag)
    if (!isEmpty(state, at)) return { answer, effects }
    accounts.delete(tag)
    changed.delete(tag)
    return { answer, effects }
  }
  const onKnown = <T>(tag: string, unknown: T, act: Act<T>): Step<T> => {
    const state = accounts.get(tag)
    return state === undefined ? { answer: unknown, effects: newEffects() } : step(state, act)
  }
  return {
    ...noteIn(stateOf, accounts, now),
    open: async (account, opening) =>
      step(stateOf(account, opening.limits), (state, at, effects) =>
        openSession(state, opening, at, effects),
      ),
    check: async (account, checking) =>
      step(stateOf(account, checking.limits), (state, at, effects) =>
        checkSession(state, checking, at, effects),
      ),
    renew: async (tag, renewal) =>
      onKnown(tag, { unknown: [...renewal.seen], refused: [] }, (state, at, effects) =>
        renewSessions(state, renewal, at, effects),
      ),
    sweep: async (tags) => tags.map((tag) => onKnown<unknown>(tag, null, endSilent).effects),
    end: async (_tag, ending) =>
      step(stateOf(ending.account, ending.limits), (state, at, effects) =>
        endSessions(state, ending, at, effects),
      ),
    pardon: async (tag, keys, devices) =>
      onKnown(tag, 0, (state, at, effects) =>
        pardonSessions(state, { keys, devices }, at, effects),
      ),
    restore: async (state) => void accounts.set(accountTag(state.account), state),
    read: async (tags) => tags.map((tag) => accounts.get(tag) ?? null),
    states: () => [...accounts.values()],
    takeChanged() {
      const states = [...changed].flatMap((tag) => accounts.get(tag) ?? [])
      changed.clear()
      return states
    },
    size: () => accounts.size,
  }
}
