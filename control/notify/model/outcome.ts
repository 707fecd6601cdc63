import type { RuleAction } from '../../detect/rules/rule-types.ts'

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
  /** A media server took the request, and the stream still runs: its player may ignore it. */
  'asked',
  /** A media server did not take the request. */
  'refused',
  /** Nothing there can do it: an edge shows no words, a server has no such command. */
  'impossible',
] as const

export type Outcome = (typeof OUTCOMES)[number]

/** How a finding shows what was done about it: `end:done`, `ban:dry_run`. */
export const actedText = (action: RuleAction, outcome: Outcome): string => `${action}:${outcome}`
