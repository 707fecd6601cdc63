import type { AccountRef, PlayRecord } from '#domain/types'
import type { StoredFinding } from '../../store/tables/records.ts'
import { knownPlays } from '../household/at-home.ts'
import type { RuleStep } from '../rules/rule-types.ts'
import { stepFor } from '../rules/rules.ts'
import { applyFinding, dismissFinding, reinstateFinding } from '../scoring/trust.ts'
import type { Finding, Severity } from '../types.ts'
import { type AccountCase, type JudgePorts, openCases } from './account-case.ts'
import { isCountable } from './countable.ts'
import { judgeLive, reviewedFrom } from './judge-live.ts'
import { isSettled, type LiveFinding, storedFinding } from './live-finding.ts'
import { type Reconciled, reconcile } from './reconcile.ts'
import { loadTrust, saveTrust } from './trust-ledger.ts'

/** A finding about which nothing was done yet, and the step its rule has come to. */
export interface Due {
  readonly live: LiveFinding
  readonly step: RuleStep | null
  /** The how manieth finding of the rule about the account within the escalation time. */
  readonly nth: number
}

const HOUR_MS = 3_600_000

const severityOf = (finding: StoredFinding): Severity =>
  finding.severity === 'high' || finding.severity === 'low' ? finding.severity : 'warning'

const kindOf = (found: readonly LiveFinding[], id: string): Finding['kind'] =>
  found.find(({ key }) => key === id)?.finding.kind ?? 'concurrent_streams'

/** Writes what changed, and what it does to trust, in one transaction. */
const commit = async (
  ports: JudgePorts,
  account: AccountRef,
  found: readonly LiveFinding[],
  { fresh, changed, withdrawn }: Reconciled,
): Promise<void> => {
  if (fresh.length + changed.length + withdrawn.length === 0) return
  const now = ports.now()
  await ports.store.atomically(async ({ findings, trust }) => {
    for (const finding of changed) {
      await findings.refresh(finding.id, finding)
      if (finding.state === 'withdrawn') await findings.judge(finding.id, 'open')
    }
    for (const { id } of withdrawn) await findings.judge(id, 'withdrawn')
    const added: StoredFinding[] = []
    for (const finding of fresh) {
      // Another control plane may have been faster; what it did about it stays.
      if ((await findings.get(finding.id)) === null) added.push(finding)
    }
    await findings.putAll(added)
    const before = await loadTrust(trust, account, now)
    let after = before
    for (const finding of added) {
      const told = {
        id: finding.id,
        severity: severityOf(finding),
        kind: kindOf(found, finding.id),
      }
      after = applyFinding(after, told, now)
    }
    for (const { id, state } of changed) {
      if (state === 'withdrawn') after = reinstateFinding(after, id, now)
    }
    for (const { id } of withdrawn) after = dismissFinding(after, id, now)
    await saveTrust(trust, account, before, after)
  })
}

const counts = (finding: StoredFinding): boolean =>
  finding.state === 'open' || finding.state === 'confirmed'

const dueOf = (
  found: readonly LiveFinding[],
  stored: readonly StoredFinding[],
  withdrawn: readonly StoredFinding[],
): Due[] => {
  const before = new Map(stored.map((finding) => [finding.id, finding]))
  const gone = new Set(withdrawn.map(({ id }) => id))
  const all = new Map([
    ...stored.filter((f) => counts(f) && !gone.has(f.id)).map((f) => [f.id, f] as const),
    ...found.map((live) => [live.key, storedFinding(live)] as const),
  ])
  return found
    .filter(({ key }) => (before.get(key)?.acted ?? null) === null)
    .map((live) => {
      const { rule, finding } = live
      const since = finding.at - rule.escalation_hours * HOUR_MS
      const nth = [...all.values()].filter(
        (f) => f.rule === rule.id && f.at > since && f.at <= finding.at,
      ).length
      return { live, nth, step: stepFor(rule, nth) }
    })
}

/** Judges one account, writes what was found, and says what is due to be done. */
export const judgeCase = async (ports: JudgePorts, one: AccountCase): Promise<Due[]> => {
  const { account, plays, since, stored } = one
  const rules = ports.rules.rules().filter((rule) => rule.enabled)
  if (rules.length === 0) return []
  const feedback = ports.knowledge.feedbackOf(account)
  const byId = new Map(rules.map((rule) => [rule.id, rule]))
  const isReviewed = (finding: StoredFinding): boolean => {
    const rule = byId.get(finding.rule)
    return rule !== undefined && finding.at >= reviewedFrom(rule, since)
  }
  const marks = stored.filter((f) => isSettled(f) || (f.state === 'open' && !isReviewed(f)))
  const known = knownPlays(plays.filter(isCountable), ports.now(), { feedback })
  const found =
    feedback.isAccountFine === true ? [] : judgeLive({ plays: known, rules, since, marks })
  const reconciled = reconcile(found, stored, isReviewed)
  await commit(ports, account, found, reconciled)
  return dueOf(found, stored, reconciled.withdrawn)
}

/** Judges one account after news of some of its plays, or of none. */
export const judgeAccount = async (
  ports: JudgePorts,
  account: AccountRef,
  told: readonly PlayRecord[],
): Promise<Due[]> => {
  const [one] = await openCases(ports, [{ account, told }])
  return one === undefined ? [] : await judgeCase(ports, one)
}
