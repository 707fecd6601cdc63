import type { PlayRecord } from '#domain/types'
import { agentModel } from '../devices/agent-model.ts'
import { type EnrichedPlay, enrichPlays } from '../enriched-play.ts'
import { hasDerivedDevice } from '../guards.ts'
import { decayAt } from '../scoring/decay.ts'
import type { Contribution, Finding } from '../types.ts'
import { confidenceOf, explainConfidence, guestDaysToClear } from './confidence.ts'
import {
  compareHomes,
  evidenceAt,
  type HouseholdComparison,
  type HouseholdEvidence,
} from './evidence/evidence.ts'
import { RETURN_DAYS } from './evidence/returned-to.ts'
import { type AccountFeatures, accountFeatures, type Weights } from './features.ts'
import { type ChannelPopularity, UNKNOWN_POPULARITY } from './homes/channel-popularity.ts'
import { type Home, homesOf } from './homes/homes.ts'
import { factsOf } from './household-facts.ts'
import { explainFeature } from './household-text.ts'
import { isOneHousehold } from './one-household.ts'
import { DEFAULT_THRESHOLD, weightsFor } from './weights.ts'

/** Confidence and features of one account, from its households and findings. */
export interface Judgement {
  readonly homes: readonly Home[]
  readonly features: AccountFeatures
  readonly confidence: number
  /** What makes the confidence, computed when it is asked for. */
  readonly reasons: () => readonly Contribution[]
  readonly isLikely: boolean
  /** On how many more days a device of one home would have to play in the other to clear the account; `null` where that does not. */
  readonly guestDaysToClear: number | null
}

/** Options of a judgement. */
export interface JudgementOptions {
  readonly now: number
  readonly threshold?: number | undefined
  readonly weights?: Weights | undefined
  readonly findings?: readonly Finding[] | undefined
  /** Time zone of the household's days (IANA); by the sun where most was played when left out. */
  readonly zone?: string | undefined
  /** What everybody watches; unknown when left out. */
  readonly popularity?: ChannelPopularity | undefined
}

/** Whether a home is the server's own or was marked as fine, and so does not count against the account. */
const isTrusted = (home: Home): boolean =>
  2 * home.ownPlays.filter((play) => play.play.isLan && play.line !== null).length >
  home.ownPlays.length

// So much of what was watched in working hours, and never on a television, is a workplace's.
const WORKPLACE_SHARE = 0.8

const isWorkplace = ({ home, workHoursShare }: HouseholdComparison): boolean =>
  home.televisions.size === 0 && workHoursShare >= WORKPLACE_SHARE

// Within so many days, and so long before the last play at home, it was a stay and no home.
const STAY_DAYS = 21
const SINCE_DAYS = 7

/** What a device is known by elsewhere: an edge's, which may be updated on the way, by its model. */
const namesIn = (plays: readonly EnrichedPlay[]): ReadonlySet<string> =>
  new Set(plays.map(({ play, device }) => (hasDerivedDevice(play) ? agentModel(play) : device)))

/** Whether it was a stay, as in a hospital, with devices that are seen in the main home too: a few weeks, over by now, without a television. */
const isStay = ({ main, home, fading: { own } }: HouseholdComparison): boolean => {
  if (home.televisions.size > 0) return false
  const days = [...own].sort((a, b) => a - b)
  const [first, last] = [days[0], days.at(-1)]
  if (first === undefined || last === undefined || last - first >= STAY_DAYS) return false
  const isAround = main.ownPlays.some(({ day }) => day >= last + SINCE_DAYS)
  if (!isAround) return false
  const known = namesIn(main.plays)
  return [...namesIn(home.ownPlays)].every((name) => known.has(name))
}

/** Compares each household with the main one; `homes` as `homesOf` gives them, the main one first. Workplaces are left out. */
const comparisonsOf = (
  homes: readonly Home[],
  popularity: ChannelPopularity,
): HouseholdComparison[] => {
  const [main, ...rest] = homes
  if (!main) return []
  return rest
    .filter((home) => !isTrusted(home))
    .map((home) => compareHomes(main, home, popularity))
    .filter((comparison) => !isWorkplace(comparison) && !isStay(comparison))
}

/** Evidence for each household beside the main one; `homes` as `homesOf` gives them, the main one first. Workplaces are none. */
export const householdEvidence = (
  homes: readonly Home[],
  now: number,
  popularity: ChannelPopularity = UNKNOWN_POPULARITY,
): HouseholdEvidence[] =>
  comparisonsOf(homes, popularity).map((comparison) => evidenceAt(comparison, now))

/**
 * Whether the evidence is enough to call an account shared, whatever the confidence: another home used on separate
 * days, restreaming, or a burst of unknown devices.
 */
export const hasEnoughEvidence = ({ strongest, values }: AccountFeatures): boolean =>
  (strongest?.settledDays ?? 0) >= RETURN_DAYS || values.restreaming > 0 || values.strangers > 0

/** Whether an account is called shared. */
export const isShared = (
  { features, confidence }: Weighed,
  threshold: number = DEFAULT_THRESHOLD,
): boolean => hasEnoughEvidence(features) && confidence >= threshold

/** The households of plays, compared. */
interface Households {
  readonly homes: readonly Home[]
  readonly comparisons: readonly HouseholdComparison[]
}

/** Households of plays that were judged a moment ago: alarms ask for them before the judgement does. */
const known = new WeakMap<
  readonly PlayRecord[],
  Households & { readonly zone: string | undefined; readonly popularity: ChannelPopularity }
>()

const householdsOf = (
  plays: readonly PlayRecord[],
  { zone, popularity = UNKNOWN_POPULARITY }: Pick<JudgementOptions, 'zone' | 'popularity'>,
): Households => {
  const before = known.get(plays)
  if (before?.zone === zone && before?.popularity === popularity) return before
  const homes = homesOf(enrichPlays(plays, zone), popularity)
  const found = { zone, popularity, homes, comparisons: comparisonsOf(homes, popularity) }
  known.set(plays, found)
  return found
}

/** A judgement without its homes and reasons. */
export type Weighed = Pick<Judgement, 'features' | 'confidence'>

const featuresAt = (
  comparisons: readonly HouseholdComparison[],
  { now, findings = [] }: JudgementOptions,
  weights: Weights,
): AccountFeatures => {
  const evidence = comparisons.map((comparison) => evidenceAt(comparison, now))
  return accountFeatures(evidence, weights, findings, decayAt(now))
}

/** Scores the evidence for a second household; plays must be prepared by `preparePlays`. */
export const weighHouseholds = (
  plays: readonly PlayRecord[],
  options: JudgementOptions,
): Weighed => {
  const weights = options.weights ?? weightsFor(plays)
  const comparisons = isOneHousehold(plays) ? [] : householdsOf(plays, options).comparisons
  const features = featuresAt(comparisons, options, weights)
  return { features, confidence: confidenceOf(features, weights) }
}

/** Clusters plays into households; the same with the reasons of the confidence, and what would clear the account. */
export const judgeHouseholds = (
  plays: readonly PlayRecord[],
  options: JudgementOptions,
): Judgement => {
  const weights = options.weights ?? weightsFor(plays)
  const { homes, comparisons } = householdsOf(plays, options)
  const features = featuresAt(comparisons, options, weights)
  const confidence = confidenceOf(features, weights)
  const reasons = (): Contribution[] =>
    explainConfidence(features, weights, explainFeature).contributions.map((one) => ({
      ...one,
      facts: factsOf(one.id, features),
    }))
  const threshold = options.threshold ?? DEFAULT_THRESHOLD
  // All homes are returned where the caller asks for them.
  const isLikely = threshold <= 0 || isShared({ features, confidence }, threshold)
  const toClear = guestDaysToClear(features, weights, [confidence, threshold])
  return { homes, features, confidence, reasons, isLikely, guestDaysToClear: toClear }
}
