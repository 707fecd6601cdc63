import type { AccountRef, PlayRecord } from '#domain/types'
import type { StoredFinding } from '../../store/tables/records.ts'
import type { FindingStore, Tables } from '../../store/tables/stores.ts'
import { byAccount } from '../by-account.ts'
import type { ChannelCache } from '../household/homes/channel-cache.ts'
import { longestWindowMs } from '../judge/inspect-event.ts'
import type { DetectionRule } from '../rules/rule-types.ts'
import type { AccountWindow } from './account-window.ts'
import type { FeedbackCache } from './feedback-cache.ts'
import { REVIEW_WINDOW_MS } from './judge-live.ts'
import type { RuleCache } from './rule-cache.ts'

export interface JudgePorts {
  readonly store: {
    readonly findings: Pick<FindingStore, 'ofAccounts'>
    readonly atomically: <T>(work: (nouns: Tables) => Promise<T>) => Promise<T>
  }
  readonly window: AccountWindow
  readonly rules: RuleCache
  readonly feedback: FeedbackCache
  readonly channels?: Pick<ChannelCache, 'popularity'> | undefined
  readonly now: () => number
}

const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000
const MOST = 1000
const NONE: readonly StoredFinding[] = []

/** How far back an account's plays are read, in milliseconds. */
const lookBackOf = (rules: readonly DetectionRule[]): number =>
  longestWindowMs(rules.filter((rule) => rule.enabled)) + REVIEW_WINDOW_MS

const lookBackMs = (rules: readonly DetectionRule[]): number =>
  Math.max(
    REVIEW_WINDOW_MS,
    ...rules.map((r) => r.cool_down_minutes * MINUTE_MS),
    ...rules.map((r) => r.escalation_hours * HOUR_MS),
  )

/** Plays of one account that were just reported or changed. */
export interface AccountUpdate {
  readonly account: AccountRef
  readonly updates: readonly PlayRecord[]
}

/** One account to judge: its plays and the findings already stored. */
export interface AccountCase extends AccountUpdate {
  readonly plays: readonly PlayRecord[]
  /** Start of the earliest reported play (Unix ms). */
  readonly since: number
  /** Stored findings that the reported plays may change, the newest first. */
  readonly stored: readonly StoredFinding[]
}

const identityOf = (play: PlayRecord): string => `${play.source}\n${play.id}`

const enabled = new WeakMap<readonly DetectionRule[], readonly DetectionRule[]>()

/** The enabled rules: the same list for all accounts until rules change. */
export const enabledOf = (ports: Pick<JudgePorts, 'rules'>): readonly DetectionRule[] => {
  const all = ports.rules.rules()
  const known = enabled.get(all) ?? all.filter((rule) => rule.enabled)
  enabled.set(all, known)
  return known
}

/** Loads the plays and the stored findings of accounts, each in one SQL query. */
export const loadCases = async (
  ports: JudgePorts,
  accounts: readonly AccountUpdate[],
): Promise<AccountCase[]> => {
  const rules = enabledOf(ports)
  const windowMs = lookBackOf(rules)
  await ports.window.preload(
    accounts.map(({ account }) => account),
    windowMs,
  )
  const cases: AccountCase[] = []
  for (const { account, updates } of accounts) {
    const plays = await ports.window.plays(account, updates, windowMs)
    const identities = new Set(updates.map(identityOf))
    const touched = plays.filter((play) => identities.has(identityOf(play)))
    const since = Math.min(ports.now(), ...[...updates, ...touched].map((play) => play.startedAt))
    cases.push({ account, updates, plays, since, stored: NONE })
  }
  if (rules.length === 0) return cases
  const backMs = lookBackMs(rules)
  const earliest = Math.min(...cases.map(({ since }) => since)) - backMs
  const names = cases.map(({ account }) => account)
  const stored = byAccount(await ports.store.findings.ofAccounts(names, earliest))
  if (stored.size === 0) return cases
  return cases.map((one) => {
    const own = stored.get(one.account)
    if (own === undefined) return one
    return { ...one, stored: own.filter(({ at }) => at >= one.since - backMs).slice(0, MOST) }
  })
}
