import { setImmediate } from 'node:timers/promises'
import type { AccountRef } from '#domain/types'
import type { PlayReader } from '../../store/history/play-reader.ts'
import type { StoredFinding } from '../../store/tables/records.ts'
import type { FindingStore } from '../../store/tables/stores.ts'
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
  readonly history: Pick<PlayReader, 'playsOf' | 'accountsOfSources'>
  readonly findings: Pick<FindingStore, 'known' | 'putAll'>
  readonly assessor: Pick<Assessor, 'assess'>
  readonly rules: Pick<RuleCache, 'rules'>
  readonly feedback: Pick<FeedbackCache, 'feedbackOf'>
  readonly now: () => number
}

/** What the rules find in one account's imported plays, as rows that are not stored yet. */
const pastFindings = async (
  ports: JudgePastPorts,
  account: AccountRef,
  { from, to }: ImportedPast,
): Promise<StoredFinding[]> => {
  const rules = ports.rules.rules().filter(({ enabled }) => enabled)
  const feedback = ports.feedback.feedbackOf(account)
  if (rules.length === 0 || feedback.isAccountFine === true) return []
  const plays = await ports.history.playsOf(account, from - longestWindowMs(rules), to + 1)
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
  let findings = 0
  for (const account of accounts) {
    const fresh = await pastFindings(ports, account, past)
    await ports.findings.putAll(fresh)
    findings += fresh.length
    await ports.assessor.assess(account)
    // Requests of viewers go first.
    await setImmediate()
  }
  return { accounts: accounts.length, findings }
}
