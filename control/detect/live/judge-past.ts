import { setImmediate } from 'node:timers/promises'
import type { AccountRef, PlayRecord } from '#domain/types'
import type { PlayReader } from '../../store/history/play-reader.ts'
import type { StoredFinding } from '../../store/tables/records.ts'
import type { FindingStore } from '../../store/tables/stores.ts'
import { byAccount } from '../by-account.ts'
import { preparePlays } from '../household/prepare-plays.ts'
import { longestWindowMs } from '../judge/inspect-event.ts'
import { inspectPlays } from '../judge/inspect-plays.ts'
import { isPerson } from '../person.ts'
import type { Assessor } from './assessor.ts'
import { isCountable } from './countable.ts'
import type { FeedbackCache } from './feedback-cache.ts'
import { findingKey, storedFinding } from './live-finding.ts'
import type { RuleCache } from './rule-cache.ts'

/** What came of a finding about the past: no notice, no action, and trust stays. */
export const PAST = 'past'

/** A stretch of history that was brought in at once, by source; times in Unix milliseconds. */
export interface ImportedPast {
  readonly sources: readonly string[]
  readonly from: number
  readonly to: number
}

export interface JudgePastPorts {
  readonly history: Pick<PlayReader, 'playsOfEach' | 'accountsOfSources'>
  readonly findings: Pick<FindingStore, 'known' | 'putAll'>
  readonly assessor: Pick<Assessor, 'assessEach'>
  readonly rules: Pick<RuleCache, 'rules'>
  readonly feedback: Pick<FeedbackCache, 'feedbackOf'>
  readonly now: () => number
}

/** What the rules find in one account's imported plays, as rows that are not stored yet. */
const pastFindings = async (
  ports: JudgePastPorts,
  account: AccountRef,
  plays: readonly PlayRecord[],
  { from }: ImportedPast,
): Promise<StoredFinding[]> => {
  const rules = ports.rules.rules().filter(({ enabled }) => enabled)
  const feedback = ports.feedback.feedbackOf(account)
  if (rules.length === 0 || feedback.isAccountFine === true) return []
  const known = preparePlays(plays.filter(isCountable), ports.now(), { feedback })
  const byId = new Map(rules.map((rule) => [rule.id, rule]))
  const found: StoredFinding[] = []
  for (const { rule: id, finding, play } of inspectPlays(known, rules)) {
    const rule = byId.get(id)
    if (rule === undefined || finding.at < from) continue
    const key = findingKey(id, play)
    found.push({ ...storedFinding({ key, rule, event: play, finding }), acted: PAST })
  }
  const stored = await ports.findings.known(found.map(({ id }) => id))
  return found.filter(({ id }) => !stored.has(id))
}

/** A look at several accounts costs little more than one at one of them; their plays are held in memory at once. */
const MOST_ACCOUNTS = 20
const PLAYS_A_LOOK = 3000

/** How many accounts to look at next, by how many plays those of the last look had. */
const sizeOfNext = (accounts: number, plays: number): number => {
  const fitting = Math.floor((accounts * PLAYS_A_LOOK) / Math.max(1, plays))
  return Math.max(1, Math.min(MOST_ACCOUNTS, 2 * accounts, fitting))
}

/**
 * Runs detection over an imported past: its findings are stored as past ones, and the accounts are assessed as of now. Nobody
 * is notified and nothing is done about them; once more adds nothing. Answers how many accounts were judged and findings added.
 */
export const judgePast = async (
  ports: JudgePastPorts,
  past: ImportedPast,
): Promise<{ readonly accounts: number; readonly findings: number }> => {
  const everybody = await ports.history.accountsOfSources(past.sources, past.from, past.to + 1)
  const accounts = everybody.filter(isPerson)
  const since = past.from - longestWindowMs(ports.rules.rules())
  let findings = 0
  let [at, size] = [0, 1]
  while (at < accounts.length) {
    const some = accounts.slice(at, at + size)
    const found = await ports.history.playsOfEach(some, since, past.to + 1)
    const plays = byAccount(found)
    at += some.length
    size = sizeOfNext(some.length, found.length)
    for (const account of some) {
      const fresh = await pastFindings(ports, account, plays.get(account) ?? [], past)
      await ports.findings.putAll(fresh)
      findings += fresh.length
      // Requests of viewers go first.
      await setImmediate()
    }
    await ports.assessor.assessEach(some)
  }
  return { accounts: accounts.length, findings }
}
