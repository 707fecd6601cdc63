import type { Checking, Opening, Renewal, RenewalAnswer } from '#domain/limits/limits'
import type { AccountState, Effects, Limits, Verdict } from '#domain/limits/types'
import type { ReasonId } from '#domain/reasons'
import type { AccountRef } from '#domain/types'
import type { IndexEntry } from './session-index.ts'

/** Result of a step with its side effects. */
export interface Step<Answer> {
  readonly answer: Answer
  readonly effects: Effects
}

/** Result of an opening; `isNoted`: the index knows the new session already. */
export interface OpenStep extends Step<Verdict> {
  readonly isNoted?: boolean
}

/** The end of some sessions of one account. */
export interface Ending {
  readonly account: AccountRef
  readonly limits: Limits
  readonly keys: readonly string[]
  readonly reason: ReasonId
  readonly refuseMs: number
  /** Only sessions that nobody has played, or asked for again, since they were opened. */
  readonly isUnused?: boolean
}

/** The cap logic with its state, in Redis or in memory. Accounts are named by tag where only an index knows them. */
export interface CapEngine {
  /** `entry` is where a new session is to be found: an engine that notes it in the index in the same step says so. */
  open(account: AccountRef, opening: Opening, entry: IndexEntry): Promise<OpenStep>
  check(account: AccountRef, checking: Checking): Promise<Step<Verdict>>
  renew(tag: string, renewal: Renewal): Promise<Step<RenewalAnswer>>
  /** Ends what is silent, as `renew` with nothing seen; the effects on each account. */
  sweep(tags: readonly string[]): Promise<readonly Effects[]>
  end(tag: string, ending: Ending): Promise<Step<number>>
  /** Lifts refusals of lease keys and cap bans of `<channel>|<device>`; returns their number. */
  pardon(tag: string, keys: readonly string[], devices: readonly string[]): Promise<Step<number>>
  /** Merges a remembered state into the engine's own. */
  restore(state: AccountState): Promise<void>
  read(tags: readonly string[]): Promise<(AccountState | null)[]>
}
