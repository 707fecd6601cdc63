import type { PlayRecord } from '#domain/types'
import {
  type ChannelCache,
  createChannelCache,
} from '../../detect/household/homes/channel-cache.ts'
import { preparePlays } from '../../detect/household/prepare-plays.ts'
import { alarmsOf, isApart } from '../../detect/judge/alarms.ts'
import { inspectPlays } from '../../detect/judge/inspect-plays.ts'
import { createAssessor } from '../../detect/live/assessor.ts'
import { isCountable } from '../../detect/live/countable.ts'
import { PAST } from '../../detect/live/judge-past.ts'
import { findingKey, type LiveFinding, storedFinding } from '../../detect/live/live-finding.ts'
import { readRules, storedRule } from '../../detect/live/rule-cache.ts'
import { saveTrust } from '../../detect/live/trust-ledger.ts'
import type { DetectionRule } from '../../detect/rules/rule-types.ts'
import { stepFor } from '../../detect/rules/rules.ts'
import { applyFinding, fullTrust } from '../../detect/scoring/trust.ts'
import { isViolation } from '../../detect/scoring/violation.ts'
import { noticeOf } from '../../notify/model/finding-notice.ts'
import { storedNotice } from '../../notify/outbox/announcer.ts'
import type { Store } from '../../store/store.ts'
import type { StoredAssessment } from '../../store/tables/records.ts'
import { accountOfPerson } from './demo-account.ts'
import { type DemoPerson, demoPeople } from './people.ts'
import { DAYS, demoCopy, demoPlays } from './plays.ts'

const MADE = 'demo.history'
const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
/** Plays written in one transaction. */
const BATCH = 10_000

/** Ports of making the demo's history. */
export interface DemoHistoryPorts {
  readonly store: Store
  readonly now: () => number
}

/** How much was made. */
export interface DemoHistory {
  readonly accounts: number
  readonly plays: number
  readonly findings: number
}

/** An account with what the rules find in its plays. */
interface Judged {
  readonly person: DemoPerson
  readonly found: readonly LiveFinding[]
}

/** What the demo's accounts are judged with. */
interface Known {
  readonly rules: readonly DetectionRule[]
  readonly channels: ChannelCache
  readonly now: number
}

const judge = (
  person: DemoPerson,
  plays: readonly PlayRecord[],
  { rules, channels, now }: Known,
): Judged => {
  const known = preparePlays(plays.filter(isCountable), now)
  const byId = new Map(rules.map((rule) => [rule.id, rule]))
  const popularity = channels.popularity()
  const inspected = inspectPlays(known, rules, { popularity })
  const others = inspected.map(({ finding }) => finding).filter((finding) => !isApart(finding))
  const { isShared } = alarmsOf(known, now, () => others, popularity)
  const found = inspected.flatMap(({ rule: id, finding, play }) => {
    const rule = byId.get(id)
    if (rule === undefined) return []
    const key = findingKey(id, play)
    return [{ key, rule, event: play, finding, isViolation: isViolation(rule, isShared) }]
  })
  return { person, found }
}

/** Notices of the last day's findings, to be sent at once. */
const noticesOf = ({ found }: Judged, plays: readonly PlayRecord[], now: number) =>
  found.flatMap((live) => {
    const { rule, finding } = live
    if (finding.at < now - DAY_MS) return []
    const since = finding.at - rule.escalation_hours * HOUR_MS
    const occurrence = found.filter(
      (one) => one.rule.id === rule.id && one.finding.at > since && one.finding.at <= finding.at,
    ).length
    const named = new Set(finding.evidence.sessions.map(({ playId }) => playId))
    const shown = plays.filter(({ id }) => named.has(id))
    const step = stepFor(rule, occurrence)
    if (step === null || step.do === 'observe') return []
    return [storedNotice(noticeOf({ found: live, plays: shown, step }, null), now)]
  })

/** Stores findings, what they cost in trust, and the notices of the last day. */
const keep = async (
  { store, now }: DemoHistoryPorts,
  judged: readonly Judged[],
  plays: ReadonlyMap<string, readonly PlayRecord[]>,
): Promise<number> => {
  const at = now()
  const all = judged.flatMap(({ found }) => found)
  await store.atomically(async (tables) => {
    await tables.findings.putAll(all.map((live) => ({ ...storedFinding(live), acted: PAST })))
    for (const one of judged) {
      if (one.found.length === 0) continue
      const account = `own:${one.person.id}`
      const before = fullTrust(at - DAYS * DAY_MS)
      let after = before
      for (const { key, finding, isViolation: isLowering } of one.found)
        if (isLowering) after = applyFinding(after, { ...finding, id: key }, Math.trunc(finding.at))
      await saveTrust(tables.trust, account, before, after)
      await tables.notices.putAll(noticesOf(one, plays.get(account) ?? [], at))
    }
  })
  return all.length
}

/** How likely each account is shared, as of now. */
const assess = async (
  store: Store,
  plays: ReadonlyMap<string, readonly PlayRecord[]>,
  { rules, channels, now }: Known,
): Promise<void> => {
  const rows: StoredAssessment[] = []
  const assessor = createAssessor({
    history: {
      playsOf: async (account) => await Promise.resolve([...(plays.get(account) ?? [])]),
      playsOfEach: async (accounts) =>
        await Promise.resolve(accounts.flatMap((account) => plays.get(account) ?? [])),
      accountsWithPlays: async () => await Promise.resolve([...plays.keys()]),
    },
    assessments: {
      ...store.assessments,
      putAll: async (judged) => {
        await Promise.resolve(rows.push(...judged))
      },
    },
    rules: { rules: () => rules },
    feedback: { feedbackOf: () => ({}) },
    channels,
    now: () => now,
  })
  await assessor.assessEach([...plays.keys()])
  await store.assessments.putAll(rows)
}

/** The demo's rules tell what they find; those of an installation only watch until somebody says otherwise. */
const tellRules = async (store: Store, now: number): Promise<DetectionRule[]> => {
  const rules = (await readRules(store)).map((rule) => ({
    ...rule,
    actions: rule.actions.map((step) =>
      step.do === 'observe' ? { ...step, do: 'notify' as const } : step,
    ),
  }))
  await store.rules.putAll(rules.map((rule) => storedRule(rule, now)))
  return rules.filter(({ enabled }) => enabled)
}

const isFresh = async ({ settings, history }: Store): Promise<boolean> =>
  (await settings.get(MADE)) === null && (await history.list({ limit: 1 })).rows.length === 0

/**
 * Makes the demo's past: accounts, 60 days of plays, findings, trust, and the notices of the last day. Does nothing in a
 * database that has a history, so that it is made once and never mixed with an operator's; answers `null` then.
 */
export const makeDemoHistory = async (ports: DemoHistoryPorts): Promise<DemoHistory | null> => {
  const { store } = ports
  if (!(await isFresh(store))) return null
  const now = ports.now()
  const people = demoPeople()
  const plays = new Map(people.map((person) => [`own:${person.id}`, demoPlays(person, now)]))
  const rows = [...plays.values()].flat()
  await store.accounts.putAll(people.map((person) => accountOfPerson(person, now, DAYS)))
  for (let from = 0; from < rows.length; from += BATCH)
    await store.history.upsertPlays(rows.slice(from, from + BATCH))
  await store.downloads.recordUses([...plays.values()].flatMap((own) => demoCopy(own) ?? []))
  const rules = await tellRules(store, now)
  const channels = createChannelCache(store.history.dashboard, () => now)
  await channels.reload()
  const known = { rules, channels, now }
  const judged = people.map((person) => judge(person, plays.get(`own:${person.id}`) ?? [], known))
  const findings = await keep(ports, judged, plays)
  await assess(store, plays, known)
  await store.settings.set(MADE, true, now)
  return { accounts: people.length, plays: rows.length, findings }
}
