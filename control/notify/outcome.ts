import type { RuleAction } from '../detect/rules/rule-types.ts'

/** Result of an action. */
export const OUTCOMES = [
  /** It was done. */
  'done',
  /** The rule only says what it would do. */
  'dry_run',
  /** The sessions are over, or in conflict no more. */
  'stale',
  /** The finding was too old to act upon. */
  'late',
  /** Not possible on Gatehouse's own edges. */
  'impossible',
] as const

export type Outcome = (typeof OUTCOMES)[number]

/** How a finding shows what was done about it: `end:done`, `ban:dry_run`. */
export const actedText = (action: RuleAction, outcome: Outcome): string => `${action}:${outcome}`
