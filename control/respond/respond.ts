import { BAN_REASONS } from '#domain/reasons'
import type { AccountRef } from '#domain/types'
import type { DueResponse } from '../detect/live/judge-account.ts'
import type { RuleStep } from '../detect/rules/rule-types.ts'
import { noticeOf } from '../notify/model/finding-notice.ts'
import type { FindingNotice } from '../notify/model/notice.ts'
import { actedText, type Outcome } from '../notify/model/outcome.ts'
import { ALL_STRANGERS, type PeopleView } from '../people/people.ts'
import type { Ban, BanStore } from '../sessions/model/ban-store.ts'
import type { LiveSession } from '../sessions/model/live-session.ts'
import type { SessionStore } from '../sessions/model/session-store.ts'
import type { AuditStore, FindingStore } from '../store/tables/stores.ts'
import type { ImposedLimits } from './imposed-limits.ts'
import {
  type Deed,
  endAtServers,
  isMedia,
  type MediaPowers,
  messageAtServers,
  nothing,
  signOutAtServers,
} from './media-deeds.ts'
import { isServerAccount, type ServerLimits } from './server-limits.ts'
import { targetsOf } from './targets.ts'

export interface ResponderPorts {
  readonly sessions: Pick<SessionStore, 'ofAccount' | 'end'>
  readonly media: MediaPowers
  /** An action on a person applies to every account of that person. */
  readonly people?: Pick<PeopleView, 'membersOf'>
  readonly serverLimits: Pick<ServerLimits, 'impose'>
  readonly bans: Pick<BanStore, 'ban'>
  readonly imposed: Pick<ImposedLimits, 'impose'>
  /** Gives an account's running sessions the caps it has now. */
  readonly applyLimits: (account: string) => Promise<void>
  /** Releases the notices written with the finding, now that the outcome of its actions is known. */
  readonly notifier: { notify(notice: FindingNotice): Promise<void> }
  readonly findings: Pick<FindingStore, 'markActed'>
  readonly audit: Pick<AuditStore, 'put'>
  readonly now: () => number
}

const MINUTE_MS = 60_000
const REFUSE_MS = MINUTE_MS

/** No notice and no action for what happened longer ago. */
const LATEST_MS = 24 * 60 * MINUTE_MS

/** Actions that a viewer notices. */
const FELT = new Set(['message', 'limit', 'end', 'sign_out', 'ban'])

const endThem = async (
  { sessions }: ResponderPorts,
  targets: readonly LiveSession[],
): Promise<Deed> => {
  const ended: string[] = []
  for (const { id, sid } of targets) {
    if (await sessions.end(id, 'session.ended', REFUSE_MS)) ended.push(sid)
  }
  return ended.length > 0 ? { outcome: 'done', details: { ended }, ended } : nothing('stale')
}

const membersOf = ({ people = ALL_STRANGERS }: ResponderPorts, account: AccountRef) =>
  people.membersOf(account)

const banIt = async (ports: ResponderPorts, due: DueResponse, step: RuleStep): Promise<Deed> => {
  const { finding, rule, event } = due.found
  const until = ports.now() + step.minutes * MINUTE_MS
  const by = `rule:${rule.id}`
  const kind = step.target === 'network' ? 'network' : 'account'
  const own = membersOf(ports, finding.account).filter((account) => !isServerAccount(account))
  const subjects = kind === 'network' ? [event.network] : own
  const ended: string[] = []
  const bans: string[] = []
  for (const subject of subjects) {
    if (subject === null) continue
    const ban: Ban = { kind, subject, until, reason: BAN_REASONS[kind], by }
    const { kill } = await ports.bans.ban(ban)
    ended.push(...kill)
    bans.push(`${ban.kind}:${ban.subject}`)
  }
  if (bans.length === 0) return nothing('impossible')
  return { outcome: 'done', details: { ban: bans.join(' '), until, ended } }
}

const limitAccount = async (
  ports: ResponderPorts,
  account: AccountRef,
  { step, by, until }: { readonly step: RuleStep; readonly by: string; readonly until: number },
): Promise<Deed> => {
  if (isServerAccount(account)) {
    const isSet = await ports.serverLimits.impose(account, step.streams, until).catch(() => null)
    if (isSet === null) return nothing('refused')
    if (!isSet) return nothing('impossible')
    return { outcome: 'done', details: { streams: step.streams, until } }
  }
  await ports.imposed.impose(account, { streams: step.streams, until, by })
  await ports.applyLimits(account)
  return { outcome: 'done', details: { streams: step.streams, until } }
}

const limitIt = async (ports: ResponderPorts, due: DueResponse, step: RuleStep): Promise<Deed> => {
  const { finding, rule } = due.found
  const about = { step, by: `rule:${rule.id}`, until: ports.now() + step.minutes * MINUTE_MS }
  const deeds: Deed[] = []
  for (const account of membersOf(ports, finding.account))
    deeds.push(await limitAccount(ports, account, about))
  return together(deeds)
}

const WEIGHTS: readonly Outcome[] = ['done', 'asked', 'refused', 'stale', 'impossible']

const act = async (ports: ResponderPorts, due: DueResponse, step: RuleStep): Promise<Deed> => {
  const { finding, rule } = due.found
  if (step.do === 'observe') return nothing('done')
  if (finding.at < ports.now() - LATEST_MS) return nothing('late')
  if (step.do === 'notify') return nothing('done')
  if (rule.dry_run) return nothing('dry_run')
  if (step.do === 'limit') return await limitIt(ports, due, step)
  const targets = targetsOf(due.found, await sessionsOf(ports, finding.account))
  const members = membersOf(ports, finding.account)
  const deeds: Deed[] = []
  if (members.some(isServerAccount)) deeds.push(await actAtServers(ports, targets, step))
  if (!members.every(isServerAccount)) deeds.push(await actAtEdges(ports, due, { step, targets }))
  return together(deeds)
}

/** The sessions of a person's accounts, under the account the finding stands under. */
const sessionsOf = async (ports: ResponderPorts, account: AccountRef): Promise<LiveSession[]> => {
  const all = await Promise.all(
    membersOf(ports, account).map(async (one) =>
      isServerAccount(one) ? ports.media.sessionsOf(one) : await ports.sessions.ofAccount(one),
    ),
  )
  return all.flat().map((session) => ({ ...session, account }))
}

/** One result of the actions at several places: first what was done, then what was asked, then why nothing was. */
const together = (deeds: readonly Deed[]): Deed => {
  const [first = nothing('impossible'), ...others] = [...deeds].sort(
    (a, b) => WEIGHTS.indexOf(a.outcome) - WEIGHTS.indexOf(b.outcome),
  )
  if (others.length === 0) return first
  const ended = [first, ...others].flatMap((deed) => deed.ended ?? [])
  return { ...first, ...(ended.length === 0 ? {} : { ended }) }
}

const actAtEdges = async (
  ports: ResponderPorts,
  due: DueResponse,
  { step, targets: all }: { readonly step: RuleStep; readonly targets: readonly LiveSession[] },
): Promise<Deed> => {
  const targets = all.filter((session) => !isMedia(session))
  // Players on our own edges show nothing but the stream, and are signed in nowhere.
  if (step.do === 'message' || step.do === 'sign_out') return nothing('impossible')
  if (targets.length === 0) return nothing('stale')
  return step.do === 'end' ? await endThem(ports, targets) : await banIt(ports, due, step)
}

const actAtServers = async (
  { media }: ResponderPorts,
  all: readonly LiveSession[],
  step: RuleStep,
): Promise<Deed> => {
  const targets = all.filter(isMedia)
  // A ban holds at our own edges only; viewers of a media server do not come through them.
  if (step.do === 'ban') return nothing('impossible')
  if (targets.length === 0) return nothing('stale')
  if (step.do === 'message') return await messageAtServers(media, targets, step)
  if (step.do === 'sign_out') return await signOutAtServers(media, targets)
  return await endAtServers(media, targets, step)
}

const auditIt = async (
  { audit, now }: ResponderPorts,
  due: DueResponse,
  step: RuleStep,
  deed: Deed,
): Promise<void> => {
  const { found, occurrence } = due
  const { account, summary, kind } = found.finding
  const after = {
    finding: found.key,
    kind,
    nth: occurrence,
    outcome: deed.outcome,
    summary,
    ...deed.details,
  }
  await audit.put({
    // Repeated after a crash it is the same entry.
    id: `${found.key} ${step.do}`,
    at: now(),
    actor: `rule:${found.rule.id}`,
    action: `respond.${step.do}`,
    subject: account,
    before: null,
    after,
  })
}

/** Outcomes that stand in the audit log beside what was done. */
const AUDITED = new Set(['stale', 'asked', 'refused'])

/** Records what came of a step in the audit log and on the finding. */
const note = async (
  ports: ResponderPorts,
  due: DueResponse,
  step: RuleStep,
  deed: Deed,
): Promise<void> => {
  const { outcome } = deed
  const isDone = outcome === 'done' && step.do !== 'observe'
  if (isDone || (AUDITED.has(outcome) && FELT.has(step.do))) await auditIt(ports, due, step, deed)
  await ports.findings.markActed(due.found.key, actedText(step.do, outcome))
}

/**
 * Executes a rule's response to a finding, once; records it in the audit log and on the finding.
 */
export const createResponder =
  (ports: ResponderPorts) =>
  async (due: DueResponse): Promise<void> => {
    const { found, step } = due
    if (step === null) {
      await ports.findings.markActed(found.key, actedText('observe', 'done'))
      return
    }
    const deed = await act(ports, due, step)
    const { outcome, later } = deed
    await note(ports, due, step, deed)
    void later?.then(async (final) => await note(ports, due, step, final)).catch(() => undefined)
    if (step.do !== 'observe' && outcome !== 'late') {
      await ports.notifier.notify(noticeOf({ ...due, step }, outcome, deed.ended ?? []))
    }
  }
