import type { AccountRef, PlayRecord } from '#domain/types'
import { isPseudoUser } from '#domain/viewer/person'
import type { ChannelPopularity } from '../household/homes/channel-popularity.ts'
import { type HomeHints, preparePlays } from '../household/prepare-plays.ts'
import type { DetectionRule, RuleAction } from '../rules/rule-types.ts'
import { stepFor } from '../rules/rules.ts'
import { inspectPlays, type RuleFinding, windowMsOf } from './inspect-plays.ts'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000

/** The plays of one account. */
export interface AccountPlays {
  readonly account: AccountRef
  readonly name: string | null
  readonly plays: readonly PlayRecord[]
  readonly hints?: HomeHints | undefined
}

/** What the draft rules would have found in one account. */
export interface AccountBacktest {
  readonly account: AccountRef
  readonly name: string | null
  readonly findings: readonly RuleFinding[]
}

/** What one rule would have done. */
export interface RuleBacktest {
  readonly rule: string
  readonly findings: number
  readonly accounts: number
  readonly perDay: number
  /** Accounts that would have reached each action. */
  readonly actions: Readonly<Partial<Record<RuleAction, number>>>
}

/** What a draft rule set would have found, compared with the rules in force. */
export interface BacktestResult {
  readonly accounts: number
  readonly plays: number
  readonly days: number
  readonly rules: readonly RuleBacktest[]
  /** Accounts with findings, the most findings first. */
  readonly found: readonly AccountBacktest[]
  readonly comparison: {
    /** Accounts only the draft finds. */
    readonly onlyDraft: readonly AccountRef[]
    /** Accounts only the present rules find. */
    readonly onlyPresent: readonly AccountRef[]
    readonly both: readonly AccountRef[]
    /** Of the accounts above, those that have one. */
    readonly names: Readonly<Record<AccountRef, string>>
    readonly presentFindings: number
  }
}

/** Options of a backtest. */
export interface BacktestOptions {
  readonly rules: readonly DetectionRule[]
  /** The rules in force; none when left out. */
  readonly present?: readonly DetectionRule[]
  readonly now: number
  readonly days: number
  /** What everybody watches; unknown when left out. */
  readonly popularity?: ChannelPopularity | undefined
}

interface Tally {
  findings: number
  readonly accounts: Set<AccountRef>
  readonly actions: Map<RuleAction, Set<AccountRef>>
}

const newTally = (): Tally => ({ findings: 0, accounts: new Set(), actions: new Map() })

const note = (
  tallies: Map<string, Tally>,
  rules: ReadonlyMap<string, DetectionRule>,
  account: AccountRef,
  findings: readonly RuleFinding[],
): void => {
  for (const [i, { rule: id, finding }] of findings.entries()) {
    const rule = rules.get(id)
    if (!rule) continue
    const tally = tallies.get(id) ?? newTally()
    tallies.set(id, tally)
    tally.findings += 1
    tally.accounts.add(account)
    const since = finding.at - rule.escalation_hours * HOUR_MS
    const nth = findings.slice(0, i + 1).filter((f) => f.rule === id && f.finding.at > since).length
    const step = stepFor(rule, nth)
    if (step === null) continue
    const reached = tally.actions.get(step.do) ?? new Set<AccountRef>()
    tally.actions.set(step.do, reached.add(account))
  }
}

const summarise = (rule: DetectionRule, tally: Tally, days: number): RuleBacktest => ({
  rule: rule.id,
  findings: tally.findings,
  accounts: tally.accounts.size,
  perDay: tally.findings / Math.max(1, days),
  actions: Object.fromEntries(
    [...tally.actions].map(([action, reached]) => [action, reached.size]),
  ),
})

/**
 * The range of plays a backtest reads (Unix ms, `to` exclusive): the days asked for, and before them the
 * longest window of any rule.
 */
export const backtestSpan = ({
  rules,
  present = [],
  now,
  days,
}: BacktestOptions): { readonly from: number; readonly to: number } => {
  const windowMs = Math.max(0, ...[...rules, ...present].map(windowMsOf))
  return { from: now - days * DAY_MS - windowMs, to: now + 1 }
}

const inReach = (
  { plays, hints }: AccountPlays,
  options: BacktestOptions,
): readonly PlayRecord[] => {
  const { from } = backtestSpan(options)
  const near = plays.filter((play) => play.startedAt >= from)
  return preparePlays(near, options.now, hints)
}

const sideOf = (isDraft: boolean, isPresent: boolean) => {
  if (isDraft) return isPresent ? 'both' : 'onlyDraft'
  return isPresent ? 'onlyPresent' : null
}

/**
 * Runs a draft rule set over history, one account at a time, and compares it with the rules in force. Findings
 * count from `days` ago; the rules know plays of one window more.
 */
export const backtest = async (
  history: Iterable<AccountPlays> | AsyncIterable<AccountPlays>,
  options: BacktestOptions,
): Promise<BacktestResult> => {
  const { rules, present = [], now, days, popularity } = options
  const since = now - days * DAY_MS
  const byId = new Map(rules.map((rule) => [rule.id, rule]))
  const tallies = new Map<string, Tally>()
  const found: AccountBacktest[] = []
  const seen = { accounts: 0, plays: 0, presentFindings: 0 }
  const sides = {
    both: new Array<AccountRef>(),
    onlyDraft: new Array<AccountRef>(),
    onlyPresent: new Array<AccountRef>(),
  }
  const names: Record<AccountRef, string> = {}
  for await (const one of history) {
    const { account, name, hints } = one
    const known = inReach(one, options)
    const asked = (set: readonly DetectionRule[]): RuleFinding[] =>
      inspectPlays(known, set, { popularity }).filter((f) => f.finding.at >= since)
    const isFine = (hints?.feedback?.isAccountFine ?? false) || isPseudoUser(account)
    const draft = isFine ? [] : asked(rules)
    const current = isFine ? [] : asked(present)
    seen.accounts += 1
    seen.plays += known.length
    seen.presentFindings += current.length
    note(tallies, byId, account, draft)
    if (draft.length > 0) found.push({ account, name, findings: draft })
    if (name !== null && draft.length + current.length > 0) names[account] = name
    const side = sideOf(draft.length > 0, current.length > 0)
    if (side !== null) sides[side].push(account)
  }
  found.sort((a, b) => b.findings.length - a.findings.length || (a.account < b.account ? -1 : 1))
  return {
    accounts: seen.accounts,
    plays: seen.plays,
    days,
    rules: rules.map((rule) => summarise(rule, tallies.get(rule.id) ?? newTally(), days)),
    found,
    comparison: { ...sides, names, presentFindings: seen.presentFindings },
  }
}
