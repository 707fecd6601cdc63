import type { RuleAction } from '../../detect/rules/rule-types.ts'

/** Result of an action. */
export const OUTCOMES = [
  /** It was done. */
  'done',
  /** Not executed, since the rule has `dry_run`. */
  'dry_run',
  /** The sessions have ended, or are no longer in conflict. */
  'stale',
  /** The finding was too old to act upon. */
  'late',
  /** A media server accepted the request, but the stream still runs: its player may ignore it. */
  'asked',
  /** A media server refused the request. */
  'refused',
  /** Not supported: edges show no messages, and some servers lack the command. */
  'impossible',
] as const

export type Outcome = (typeof OUTCOMES)[number]

/** How a finding shows what was done about it: `end:done`, `ban:dry_run`. */
export const actedText = (action: RuleAction, outcome: Outcome): string => `${action}:${outcome}`
