import type { AccountRef, PlayRecord } from '#domain/types'
import type { StoredFinding } from '../../store/tables/records.ts'
import type { FindingStore, Nouns } from '../../store/tables/stores.ts'
import { byAccount } from '../by-account.ts'
import { longestWindowMs } from '../judge/inspect-event.ts'
import type { DetectionRule } from '../rules/rule-types.ts'
import type { AccountWindow } from './account-window.ts'
import { REVIEW_MS } from './judge-live.ts'
import type { KnowledgeBook } from './knowledge-book.ts'
import type { RuleBook } from './rule-book.ts'

export interface JudgePorts {
  readonly store: {
    readonly findings: Pick<FindingStore, 'ofAccounts'>
    readonly atomically: <T>(work: (nouns: Nouns) => Promise<T>) => Promise<T>
  }
  readonly window: AccountWindow
  readonly rules: RuleBook
  readonly knowledge: KnowledgeBook
  readonly now: () => number
}

const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000
const MOST = 1000

/** How far back an account's plays are needed. */
const lookBackOf = (rules: readonly DetectionRule[]): number =>
  longestWindowMs(rules.filter((rule) => rule.enabled)) + REVIEW_MS

const lookBackMs = (rules: readonly DetectionRule[]): number =>
  Math.max(
    REVIEW_MS,
    ...rules.map((r) => r.cool_down_minutes * MINUTE_MS),
    ...rules.map((r) => r.escalation_hours * HOUR_MS),
  )

/** What news came of an account's plays. */
export interface AccountNews {
  readonly account: AccountRef
  readonly told: readonly PlayRecord[]
}

/** An account to be judged, with all that is known of it. */
export interface AccountCase extends AccountNews {
  readonly plays: readonly PlayRecord[]
  /** Start of the earliest play that news came of. */
  readonly since: number
  /** Findings that news may change, the newest first. */
  readonly stored: readonly StoredFinding[]
}

const identityOf = (play: PlayRecord): string => `${play.source}\n${play.id}`

const enabledOf = (ports: JudgePorts): DetectionRule[] =>
  ports.rules.rules().filter((rule) => rule.enabled)

/** Gathers what accounts are judged by: their plays and their findings, each in one look into SQL. */
export const openCases = async (
  ports: JudgePorts,
  news: readonly AccountNews[],
): Promise<AccountCase[]> => {
  const rules = enabledOf(ports)
  const windowMs = lookBackOf(rules)
  await ports.window.prepare(
    news.map(({ account }) => account),
    windowMs,
  )
  const cases: Omit<AccountCase, 'stored'>[] = []
  for (const { account, told } of news) {
    const plays = await ports.window.take(account, told, windowMs)
    const identities = new Set(told.map(identityOf))
    const touched = plays.filter((play) => identities.has(identityOf(play)))
    const since = Math.min(ports.now(), ...[...told, ...touched].map((play) => play.startedAt))
    cases.push({ account, told, plays, since })
  }
  if (rules.length === 0) return cases.map((one) => ({ ...one, stored: [] }))
  const backMs = lookBackMs(rules)
  const earliest = Math.min(...cases.map(({ since }) => since)) - backMs
  const names = cases.map(({ account }) => account)
  const stored = byAccount(await ports.store.findings.ofAccounts(names, earliest))
  return cases.map((one) => {
    const own = stored.get(one.account) ?? []
    return { ...one, stored: own.filter(({ at }) => at >= one.since - backMs).slice(0, MOST) }
  })
}
