import type { GroupedPlace, GroupedUser } from '../../sources/model/grouped-history.ts'
import { isTruthy, printed } from '../common/python-text.ts'
import type { CompatAnalysis } from './analysis/analysis.ts'

/** An analysed user, also one that the formula skips. */
export interface AnalysedUser {
  readonly user_id: unknown
  readonly name: string
  readonly analysis: CompatAnalysis
  /** `null` without look-ups. */
  readonly places: ReadonlyMap<string, GroupedPlace> | null
}

/** A user with a score. */
export interface JudgedUser extends AnalysedUser {
  readonly score: number
}

/** The filter of users to show. */
export interface FlagRule {
  readonly minScore: number
  readonly concurrentOnly: boolean
}

/** The name in progress output. */
export const shownName = (user: GroupedUser): string => {
  if (isTruthy(user.friendly_name)) return printed(user.friendly_name)
  return isTruthy(user.username) ? printed(user.username) : '?'
}

/** The name in the report; the user id where there is none. */
export const reportName = (user: GroupedUser): string =>
  isTruthy(user.friendly_name) || isTruthy(user.username) ? shownName(user) : printed(user.user_id)

/** Whether a user has this name, without regard to case. */
export const isNamed = (user: GroupedUser, name: string): boolean =>
  [user.friendly_name, user.username].some(
    (own) => (isTruthy(own) ? printed(own) : '').toLowerCase() === name.toLowerCase(),
  )

/** Whether the score reaches the threshold, and sessions overlap where the rule requires it. */
export const isFlagged = (user: AnalysedUser, rule: FlagRule): boolean =>
  user.analysis.score !== null &&
  user.analysis.score >= rule.minScore &&
  (!rule.concurrentOnly || user.analysis.overlaps > 0)

/** Flagged users, highest score first; of equal scores in the server's order. */
export const flaggedOf = (users: readonly AnalysedUser[], rule: FlagRule): JudgedUser[] =>
  users
    .filter((user) => isFlagged(user, rule))
    .map((user) => ({ ...user, score: user.analysis.score ?? 0 }))
    .toSorted((a, b) => b.score - a.score)
