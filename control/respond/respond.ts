import { BAN_REASONS } from '#domain/reasons'
import type { DueResponse } from '../detect/live/judge-account.ts'
import type { RuleStep } from '../detect/rules/rule-types.ts'
import { noticeOf } from '../notify/model/finding-notice.ts'
import type { FindingNotice } from '../notify/model/notice.ts'
import { actedText } from '../notify/model/outcome.ts'
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
  readonly serverLimits: Pick<ServerLimits, 'impose'>
  readonly bans: Pick<BanStore, 'ban'>
  readonly imposed: Pick<ImposedLimits, 'impose'>
  /** Gives an account's running sessions the caps it has now. */
  readonly applyLimits: (account: string) => Promise<void>
  /** Tells whoever is to be told; what was written with the finding goes out with what came of it. */
  readonly notifier: { notify(notice: FindingNotice): Promise<void> }
  readonly findings: Pick<FindingStore, 'markActed'>
  readonly audit: Pick<AuditStore, 'put'>
  readonly now: () => number
}

const MINUTE_MS = 60_000
const REFUSE_MS = MINUTE_MS

/** No notice and no action for what happened longer ago. */
const LATEST_MS = 24 * 60 * MINUTE_MS

/** Actions a viewer feels. */
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

const banIt = async (ports: ResponderPorts, due: DueResponse, step: RuleStep): Promise<Deed> => {
  const { finding, rule, event } = due.found
  const until = ports.now() + step.minutes * MINUTE_MS
  const by = `rule:${rule.id}`
  const kind = step.target === 'network' ? 'network' : 'account'
  const subject = kind === 'network' ? event.network : finding.account
  if (subject === null) return nothing('impossible')
  const ban: Ban = { kind, subject, until, reason: BAN_REASONS[kind], by }
  const { kill } = await ports.bans.ban(ban)
  return {
    outcome: 'done',
    details: { ban: `${ban.kind}:${ban.subject}`, until, ended: [...kill] },
  }
}

const limitIt = async (ports: ResponderPorts, due: DueResponse, step: RuleStep): Promise<Deed> => {
  const { finding, rule } = due.found
  const until = ports.now() + step.minutes * MINUTE_MS
  if (isServerAccount(finding.account)) {
    const isSet = await ports.serverLimits
      .impose(finding.account, step.streams, until)
      .catch(() => null)
    if (isSet === null) return nothing('refused')
    if (!isSet) return nothing('impossible')
    return { outcome: 'done', details: { streams: step.streams, until } }
  }
  const limit = { streams: step.streams, until, by: `rule:${rule.id}` }
  await ports.imposed.impose(finding.account, limit)
  await ports.applyLimits(finding.account)
  return { outcome: 'done', details: { streams: step.streams, until } }
}

const act = async (ports: ResponderPorts, due: DueResponse, step: RuleStep): Promise<Deed> => {
  const { finding, rule } = due.found
  if (step.do === 'observe') return nothing('done')
  if (finding.at < ports.now() - LATEST_MS) return nothing('late')
  if (step.do === 'notify') return nothing('done')
  if (rule.dry_run) return nothing('dry_run')
  if (step.do === 'limit') return await limitIt(ports, due, step)
  const isAtServer = isServerAccount(finding.account)
  const targets = targetsOf(
    due.found,
    isAtServer
      ? ports.media.sessionsOf(finding.account)
      : await ports.sessions.ofAccount(finding.account),
  )
  if (isAtServer) return await actAtServers(ports, targets, step)
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
  // A ban holds at our edges; who watches there is not asked of us.
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
