import { setImmediate } from 'node:timers/promises'
import type { AccountRef, PlayRecord } from '#domain/types'
import { isPerson } from '#domain/viewer/person'
import type { PeopleView } from '../../people/people.ts'
import { playsByPerson } from '../../people/people-reader.ts'
import type { PlayReader } from '../../store/history/play-reader.ts'
import type { StoredFinding } from '../../store/tables/records.ts'
import type { FindingStore } from '../../store/tables/stores.ts'
import type { ChannelCache } from '../household/homes/channel-cache.ts'
import { preparePlays } from '../household/prepare-plays.ts'
import { longestWindowMs } from '../judge/inspect-event.ts'
import { inspectPlays } from '../judge/inspect-plays.ts'
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
  readonly history: Pick<PlayReader, 'playsByAccountOf' | 'accountsOfSources'>
  readonly findings: Pick<FindingStore, 'known' | 'putAll'>
  readonly assessor: Pick<Assessor, 'assessEach'>
  readonly rules: Pick<RuleCache, 'rules'>
  readonly feedback: Pick<FeedbackCache, 'feedbackOf'>
  readonly channels?: Pick<ChannelCache, 'popularity'> | undefined
  readonly people: PeopleView
  readonly now: () => number
}

/** What the rules find in one person's imported plays, as rows that are not stored yet. */
const pastFindings = (
  ports: JudgePastPorts,
  plays: readonly PlayRecord[],
  { from }: ImportedPast,
): StoredFinding[] => {
  const account = plays[0]?.account
  if (account === undefined) return []
  const rules = ports.rules.rules().filter(({ enabled }) => enabled)
  const feedback = ports.feedback.feedbackOf(account)
  if (rules.length === 0 || feedback.isAccountFine === true) return []
  const known = preparePlays(plays.filter(isCountable), ports.now(), { feedback })
  const byId = new Map(rules.map((rule) => [rule.id, rule]))
  const found: StoredFinding[] = []
  const popularity = ports.channels?.popularity()
  for (const { rule: id, finding, play } of inspectPlays(known, rules, { popularity })) {
    const rule = byId.get(id)
    if (rule === undefined || finding.at < from) continue
    const key = findingKey(id, play)
    found.push({
      ...storedFinding({ key, rule, event: play, finding, isViolation: false }),
      acted: PAST,
    })
  }
  return found
}

/** A look goes over the whole history, and the database sorts what it finds: so many plays with long texts take 20 MB. */
const PLAYS_A_LOOK = 25_000
const MOST_ACCOUNTS = 5000

/** How many accounts to look at next, by how many plays those of the last look had. */
const sizeOfNext = (accounts: number, plays: number): number => {
  const fitting = Math.floor((accounts * PLAYS_A_LOOK) / Math.max(1, plays))
  return Math.max(1, Math.min(MOST_ACCOUNTS, 8 * accounts, fitting))
}

/** Accounts assessed at once, whose plays of the last months are held in memory. */
const ASSESSED_AT_ONCE = 20
/** Findings written at once. */
const FINDINGS_A_BATCH = 500

/** Keeps findings that are not known yet; answers how many. */
const keepFindings = async (
  { findings }: Pick<JudgePastPorts, 'findings'>,
  found: readonly StoredFinding[],
): Promise<number> => {
  const stored = await findings.known(found.map(({ id }) => id))
  const fresh = found.filter(({ id }) => !stored.has(id))
  await findings.putAll(fresh)
  return fresh.length
}

/** Findings in the imported plays of some people, by the account that speaks for each; answers how many plays were looked at, and findings added. */
const judgeSome = async (
  ports: JudgePastPorts,
  accounts: readonly AccountRef[],
  { past, since }: { readonly past: ImportedPast; readonly since: number },
): Promise<{ readonly plays: number; readonly findings: number }> => {
  let [read, added] = [0, 0]
  let found: StoredFinding[] = []
  const { history, people } = ports
  const members = accounts.flatMap((account) => people.membersOf(account))
  const known = history.playsByAccountOf(members, since, past.to + 1)
  for await (const plays of playsByPerson(known, people)) {
    read += plays.length
    found.push(...pastFindings(ports, plays, past))
    if (found.length >= FINDINGS_A_BATCH) {
      added += await keepFindings(ports, found)
      found = []
    }
    // Requests of viewers go first.
    await setImmediate()
  }
  return { plays: read, findings: added + (await keepFindings(ports, found)) }
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
  const { primaryOf } = ports.people
  const accounts = [...new Set(everybody.filter(isPerson).map((account) => primaryOf(account)))]
  const since = past.from - longestWindowMs(ports.rules.rules())
  let findings = 0
  let [at, size] = [0, 1]
  while (at < accounts.length) {
    const some = accounts.slice(at, at + size)
    const judged = await judgeSome(ports, some, { past, since })
    findings += judged.findings
    at += some.length
    size = sizeOfNext(some.length, judged.plays)
    for (let first = 0; first < some.length; first += ASSESSED_AT_ONCE)
      await ports.assessor.assessEach(some.slice(first, first + ASSESSED_AT_ONCE))
  }
  return { accounts: accounts.length, findings }
}
