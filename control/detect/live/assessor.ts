import { setImmediate } from 'node:timers/promises'
import type { AccountRef, PlayRecord } from '#domain/types'
import { isPerson, isPseudoUser } from '#domain/viewer/person'
import type { PlayReader } from '../../store/history/play-reader.ts'
import type { Json, StoredAssessment } from '../../store/tables/records.ts'
import type { Tables } from '../../store/tables/stores.ts'
import { byAccount } from '../by-account.ts'
import type { ChannelCache } from '../household/homes/channel-cache.ts'
import { assessAccount } from '../judge/assess.ts'
import type { Assessment } from '../types.ts'
import { isCountable } from './countable.ts'
import type { FeedbackCache } from './feedback-cache.ts'
import type { RuleCache } from './rule-cache.ts'

export interface AssessorPorts {
  readonly history: Pick<PlayReader, 'playsOf' | 'playsOfEach' | 'accountsWithPlays'>
  readonly assessments: Pick<Tables['assessments'], 'get' | 'put' | 'putAll' | 'list' | 'remove'>
  readonly rules: Pick<RuleCache, 'rules'>
  readonly feedback: Pick<FeedbackCache, 'feedbackOf'>
  readonly now: () => number
  /** What everybody watches; unknown when left out. */
  readonly channels?: Pick<ChannelCache, 'popularity'> | undefined
  /** The time zone of `store.time_zone`. */
  readonly zone?: (() => string | undefined) | undefined
}

/** Computes and stores how likely accounts are shared. */
export interface Assessor {
  /** Assesses one account now; `null` when it has not played in the last 90 days, or stands for viewers who have not signed in. */
  assess(account: AccountRef): Promise<StoredAssessment | null>
  /** The same for several accounts, whose plays are read in one look. */
  assessEach(accounts: readonly AccountRef[]): Promise<void>
  /**
   * Assesses at most `most` due accounts (hourly those that played in the last two days, daily those of the
   * last 30); returns how many were assessed and how many are left.
   */
  round(most?: number): Promise<{ readonly assessed: number; readonly left: number }>
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** What was longer ago counts for little and costs as much. */
const LOOK_BACK_MS = 90 * DAY_MS
const LATELY_MS = 2 * DAY_MS
const MONTH_MS = 30 * DAY_MS
const MOST_A_ROUND = 1000
const SHOWN_FINDINGS = 50
const PAGE = 1000
/** A look at the plays of several accounts costs little more than one at those of one. */
const ACCOUNTS_A_LOOK = 8

const detailOf = ({ contributions, households, findings }: Assessment): Json => {
  const shown = findings.slice(0, SHOWN_FINDINGS)
  const detail: Json = JSON.parse(JSON.stringify({ contributions, households, findings: shown }))
  return detail
}

const nameOf = (plays: readonly PlayRecord[]): string | null =>
  plays.findLast((play) => play.accountName !== null)?.accountName ?? null

/** When each account was assessed last. */
const assessedAt = async ({ assessments }: AssessorPorts): Promise<Map<AccountRef, number>> => {
  const times = new Map<AccountRef, number>()
  let after: string | null = null
  do {
    const page: Awaited<ReturnType<typeof assessments.list>> = await assessments.list({
      limit: PAGE,
      ...(after === null ? {} : { after }),
    })
    for (const { account, at } of page.rows) times.set(account, at)
    after = page.next
  } while (after !== null)
  return times
}

/** Assesses the due accounts that have waited longest. */
const createRound =
  (ports: AssessorPorts, assessEach: Assessor['assessEach']): Assessor['round'] =>
  async (most = MOST_A_ROUND) => {
    const { history, now } = ports
    const at = now()
    const times = await assessedAt(ports)
    // Releases before judged them as accounts.
    for (const account of times.keys())
      if (isPseudoUser(account)) await ports.assessments.remove(account)
    const lately = new Set(await history.accountsWithPlays(at - LATELY_MS, at + 1))
    const played = await history.accountsWithPlays(at - MONTH_MS, at + 1)
    // Accounts that have not played since are assessed daily, since old evidence decays.
    const due = (account: AccountRef): number => at - (lately.has(account) ? HOUR_MS : DAY_MS)
    const before = (account: AccountRef): number => times.get(account) ?? 0
    // The longest waiting come first.
    const waiting = played
      .filter((account) => isPerson(account) && before(account) < due(account))
      .sort((a, b) => before(a) - before(b) || (a < b ? -1 : 1))
    const chosen = waiting.slice(0, most)
    for (let from = 0; from < chosen.length; from += ACCOUNTS_A_LOOK)
      await assessEach(chosen.slice(from, from + ACCOUNTS_A_LOOK))
    return { assessed: chosen.length, left: waiting.length - chosen.length }
  }

/** Creates the assessor; the caller runs `round` on a timer. */
export const createAssessor = (ports: AssessorPorts): Assessor => {
  const { history, assessments, rules, now } = ports
  const judge = (
    account: AccountRef,
    plays: readonly PlayRecord[],
    at: number,
  ): StoredAssessment | null => {
    const counted = isPseudoUser(account) ? [] : plays.filter(isCountable)
    if (counted.length === 0) return null
    const feedback = ports.feedback.feedbackOf(account)
    const judged = assessAccount(counted, {
      now: at,
      feedback,
      rules: rules.rules(),
      zone: ports.zone?.(),
      popularity: ports.channels?.popularity(),
    })
    const stored: StoredAssessment = {
      account,
      name: nameOf(counted),
      confidence: judged.confidence,
      flagged: judged.flagged,
      at,
      plays: judged.plays,
      detail: detailOf(judged),
    }
    return stored
  }
  const assess: Assessor['assess'] = async (account) => {
    const at = now()
    const plays = await history.playsOf(account, at - LOOK_BACK_MS, at + 1)
    const stored = judge(account, plays, at)
    if (stored !== null) await assessments.put(stored)
    return stored
  }
  const assessEach: Assessor['assessEach'] = async (accounts) => {
    const at = now()
    const known = byAccount(await history.playsOfEach(accounts, at - LOOK_BACK_MS, at + 1))
    const judged: StoredAssessment[] = []
    for (const account of accounts) {
      const own = known.get(account)
      // Plays of an account that is not its person's first stand under that one.
      const stored = own === undefined ? await assess(account) : judge(account, own, at)
      if (stored !== null && own !== undefined) judged.push(stored)
      // Requests of viewers go first.
      await setImmediate()
    }
    await assessments.putAll(judged)
  }
  return {
    assess,
    assessEach,
    round: createRound(ports, assessEach),
  }
}
