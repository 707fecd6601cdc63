import type { AccountRef, PlayRecord } from '#domain/types'
import { isPseudoUser } from '#domain/viewer/person'
import type { StoredFinding } from '../../store/tables/records.ts'
import type { Tables } from '../../store/tables/stores.ts'
import { preparePlays } from '../household/prepare-plays.ts'
import type { RuleStep } from '../rules/rule-types.ts'
import { stepFor } from '../rules/rules.ts'
import { confirmFinding, dismissFinding } from '../scoring/trust.ts'
import { type AccountCase, enabledOf, type JudgePorts, loadCases } from './account-case.ts'
import { isCountable } from './countable.ts'
import { judgeLive, reviewStartMs } from './judge-live.ts'
import { isSettled, type LiveFinding, storedFinding } from './live-finding.ts'
import { type Reconciled, reconcile } from './reconcile.ts'
import { loadTrust, saveTrust } from './trust-ledger.ts'

/** A finding without a response yet, and the response step its rule calls for (`null`: none). */
export interface DueResponse {
  readonly found: LiveFinding
  readonly step: RuleStep | null
  /** The number of this finding among those of the rule about the account within the escalation time. */
  readonly occurrence: number
  /** Plays the finding names, as far as they are known. */
  readonly plays: readonly PlayRecord[]
}

/** Ports of judging an account. */
export interface JudgeAndNotifyPorts extends JudgePorts {
  /** Writes the notices of new findings, in the transaction that stores them. */
  readonly announce?: (tables: Tables, due: readonly DueResponse[]) => Promise<void>
}

const HOUR_MS = 3_600_000

/** Result of a judgement. */
interface Judged extends Reconciled {
  readonly found: readonly LiveFinding[]
  readonly due: readonly DueResponse[]
}

/** Stores changed findings, trust and notices in one transaction. */
const commit = async (
  ports: JudgeAndNotifyPorts,
  account: AccountRef,
  { fresh, changed, withdrawn, found, due }: Judged,
): Promise<void> => {
  if (fresh.length + changed.length + withdrawn.length === 0) return
  const now = ports.now()
  await ports.store.atomically(async (nouns) => {
    const { findings, trust } = nouns
    for (const finding of changed) {
      await findings.refresh(finding.id, finding)
      if (finding.state === 'withdrawn') await findings.judge(finding.id, 'open')
    }
    for (const { id } of withdrawn) await findings.judge(id, 'withdrawn')
    const added: StoredFinding[] = []
    for (const finding of fresh) {
      // Another control plane may have stored it meanwhile; its response is kept.
      if ((await findings.get(finding.id)) === null) added.push(finding)
    }
    await findings.putAll(added)
    const ids = new Set(added.map(({ id }) => id))
    await ports.announce?.(
      nouns,
      due.filter((one) => ids.has(one.found.key)),
    )
    const before = await loadTrust(trust, account, now)
    let after = before
    const touched = new Set([...ids, ...changed.map(({ id }) => id)])
    for (const { key: id, finding, isViolation } of found)
      if (touched.has(id))
        after = isViolation
          ? confirmFinding(after, { ...finding, id }, now)
          : dismissFinding(after, id, now)
    for (const { id } of withdrawn) after = dismissFinding(after, id, now)
    await saveTrust(trust, account, before, after)
  })
}

const counts = (finding: StoredFinding): boolean =>
  finding.state === 'open' || finding.state === 'confirmed'

const playsOf = (live: LiveFinding, plays: readonly PlayRecord[]): PlayRecord[] => {
  const named = new Set(live.finding.evidence.sessions.map(({ playId }) => playId))
  return plays.filter(({ id }) => named.has(id))
}

const dueOf = (
  found: readonly LiveFinding[],
  stored: readonly StoredFinding[],
  { withdrawn, plays }: Pick<Reconciled, 'withdrawn'> & { readonly plays: readonly PlayRecord[] },
): DueResponse[] => {
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
      const occurrence = [...all.values()].filter(
        (f) => f.rule === rule.id && f.at > since && f.at <= finding.at,
      ).length
      const step = stepFor(rule, occurrence)
      return { found: live, occurrence, step, plays: playsOf(live, plays) }
    })
}

/** Judges one account, stores findings and trust in one transaction, and returns the responses that are due. */
export const judgeCase = async (
  ports: JudgeAndNotifyPorts,
  one: AccountCase,
): Promise<DueResponse[]> => {
  const { account, plays, since, stored } = one
  const rules = enabledOf(ports)
  if (rules.length === 0) return []
  const feedback = ports.feedback.feedbackOf(account)
  const isReviewed = (finding: StoredFinding): boolean => {
    const rule = rules.find(({ id }) => id === finding.rule)
    return rule !== undefined && finding.at >= reviewStartMs(rule, since)
  }
  const existing = stored.filter((f) => isSettled(f) || (f.state === 'open' && !isReviewed(f)))
  const known = preparePlays(plays.filter(isCountable), ports.now(), { feedback })
  const isFine = feedback.isAccountFine === true || isPseudoUser(account)
  const found = isFine
    ? []
    : judgeLive({ plays: known, rules, since, existing, popularity: ports.channels?.popularity() })
  if (found.length === 0 && stored.length === 0) return []
  const reconciled = reconcile(found, stored, isReviewed)
  const due = dueOf(found, stored, { withdrawn: reconciled.withdrawn, plays: known })
  await commit(ports, account, { ...reconciled, found, due })
  return due
}

/** Loads and judges one account; `updates` are plays just reported, possibly none. */
export const judgeAccount = async (
  ports: JudgeAndNotifyPorts,
  account: AccountRef,
  updates: readonly PlayRecord[],
): Promise<DueResponse[]> => {
  const [one] = await loadCases(ports, [{ account, updates }])
  return one === undefined ? [] : await judgeCase(ports, one)
}
