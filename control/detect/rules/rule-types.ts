import type { Static } from 'typebox'
import type { PlayRecord } from '#domain/types'
import type { ChannelPopularity } from '../household/homes/channel-popularity.ts'
import type { Finding, FindingKind } from '../types.ts'
import type { PARAMS } from './rule-params.ts'
import type { ACTIONS, RULE_SCHEMAS } from './rule-schema.ts'

/** The settings of one kind of rule. */
export type ParamsOf<K extends FindingKind> = Static<(typeof PARAMS)[K]>

/** A rule of one kind. */
export type RuleOf<K extends FindingKind> = Omit<
  Static<(typeof RULE_SCHEMAS)[FindingKind]>,
  'kind' | 'params'
> & { readonly kind: K; readonly params: ParamsOf<K> }

/** A rule of any kind; `kind` discriminates. */
export type DetectionRule = { [K in FindingKind]: RuleOf<K> }[FindingKind]

/** What a rule may do to an account, mildest first. */
export type RuleAction = (typeof ACTIONS)[number]

/** One step of a graduated response. */
export type RuleStep = DetectionRule['actions'][number]

/** Whether a rule may find anything at any of an account's plays, which are all in order of start; where it says no, `Inspect` finds nothing at each. */
export type MayFind<K extends FindingKind> = (
  plays: readonly PlayRecord[],
  params: ParamsOf<K>,
) => boolean

/** At most this many of the latest plays within a window are compared with a play, to bound the cost. */
export const MAX_RECENT_PLAYS = 2000

/**
 * Judges one play against those before it: same input, same answer. `recent` holds the account's plays within
 * the window, in order of start, none later than the event.
 */
export type Inspect<K extends FindingKind> = (
  event: PlayRecord,
  recent: readonly PlayRecord[],
  params: ParamsOf<K>,
  popularity?: ChannelPopularity,
) => Finding | null
