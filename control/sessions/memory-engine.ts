import {
  checkSession,
  endSessions,
  newAccountState,
  newEffects,
  openSession,
  renewSessions,
} from '#domain/limits'
import type { AccountState, Effects, Limits } from '#domain/limits-types'
import type { AccountRef } from '#domain/types'
import type { CapEngine, Step } from './cap-engine.ts'
import { accountTag } from './keys.ts'

/** The engine that counts in this process alone, and what a re-announcement needs of it. */
export interface MemoryEngine extends CapEngine {
  states(): IterableIterator<AccountState>
  /** Takes a state as it is, replacing the account's own. */
  adopt(state: AccountState): void
  clear(): void
}

const isEmpty = (state: AccountState, now: number): boolean =>
  Object.keys(state.slots).length === 0 &&
  Object.keys(state.refused).length === 0 &&
  Object.keys(state.devices).length === 0 &&
  Object.keys(state.pairs).length === 0 &&
  Math.max(state.lock, state.tight, state.probation) <= now

/** The same caps by the plain specification: exact within this process. */
export const createMemoryEngine = (now: () => number = Date.now): MemoryEngine => {
  const accounts = new Map<string, AccountState>()
  const stateOf = (account: AccountRef, limits: Limits): AccountState => {
    const tag = accountTag(account)
    const state = accounts.get(tag) ?? newAccountState(account, limits)
    accounts.set(tag, state)
    return state
  }
  const step = <T>(state: AccountState, act: (at: number, effects: Effects) => T): Step<T> => {
    const effects = newEffects()
    const at = now()
    const answer = act(at, effects)
    if (isEmpty(state, at)) accounts.delete(accountTag(state.account))
    return { answer, effects }
  }
  return {
    async open(account, opening) {
      const state = stateOf(account, opening.limits)
      return step(state, (at, effects) => openSession(state, opening, at, effects))
    },
    async check(account, checking) {
      const state = stateOf(account, checking.limits)
      return step(state, (at, effects) => checkSession(state, checking, at, effects))
    },
    async renew(tag, renewal) {
      const state = accounts.get(tag)
      const unknown = { unknown: [...renewal.seen], refused: [] }
      if (!state) return { answer: unknown, effects: newEffects() }
      return step(state, (at, effects) => renewSessions(state, renewal, at, effects))
    },
    async end(_tag, ending) {
      const state = stateOf(ending.account, ending.limits)
      return step(state, (at, effects) => endSessions(state, ending, at, effects))
    },
    async restore(state) {
      accounts.set(accountTag(state.account), state)
    },
    async read(tags) {
      return tags.map((tag) => accounts.get(tag) ?? null)
    },
    states: () => accounts.values(),
    adopt: (state) => accounts.set(accountTag(state.account), state),
    clear: () => accounts.clear(),
  }
}
