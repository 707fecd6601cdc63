import { entryUnderPass, isGenericEntry } from '#domain/channels/channel'
import type { ReasonId } from '#domain/reasons'
import type { Admission, Admitted, OpenRequest } from '../../sessions/model/session-store.ts'
import { withToken } from '../authorize/backend-query.ts'
import type { AuthRequest, Decision } from '../authorize/decision.ts'
import type { PassClaims, Signer } from '../ports.ts'
import { protoForBackend } from './asked-protocol.ts'
import { isQueryLink, judgeLink } from './judge-link.ts'
import { idleMsOf, limitsOf } from './limits.ts'
import { type AskedChannel, openedEvent, playedBy, recordRefused } from './opened-event.ts'
import type { OpenAnswer, OpenedEvent, Opening, OpenPorts } from './opening.ts'
import { askerOf, type OpeningContext, openingContextOf } from './opening-context.ts'
import { cappedDenyUntil, refuse } from './refusal.ts'

const authRequest = async (
  context: OpeningContext,
  authBackend: string,
  { sid, ports }: { readonly sid: string; readonly ports: OpenPorts },
): Promise<AuthRequest> => {
  const { opening, viewer, channel, country, group } = context
  const token =
    viewer.foreignToken ??
    (opening.credential.kind === 'token' ? opening.credential.token : null) ??
    viewer.ticket?.download ??
    null
  return {
    authBackend,
    channel: channel.id,
    group: group.name,
    proto: protoForBackend(opening, channel.protocol),
    address: opening.address,
    country,
    token,
    sessionId: sid,
    userAgent: opening.agent,
    referer: opening.referer,
    host: opening.host,
    qs: withToken(
      opening.credential.kind === 'token' ? opening.credential.token : null,
      opening.args,
    ),
    ...(await ports.counts(channel.id)),
  }
}

/** Request and decision of authorization; both `null` where no auth backend applies. */
interface Authorized {
  readonly asked: AuthRequest | null
  readonly decision: Decision | null
}

/**
 * Decides by rules and backends where any apply; without them a viewer that is not identified is
 * refused.
 */
const authorize = async (
  context: OpeningContext,
  sid: string,
  ports: OpenPorts,
): Promise<Authorized | ReasonId> => {
  const { viewer, opening, group, channel } = context
  const decisionSec = ports.config().clocks.decision_sec
  const link = judgeLink(opening, { links: ports.links, decisionSec })
  if (link !== null && typeof link !== 'string') return { asked: null, decision: link }
  const backend = ports.authorizer.backendFor(channel.id, group.name)
  if (backend !== null) {
    const asked = await authRequest(context, backend, { sid, ports })
    const decision = await ports.authorizer.authorize(asked)
    // The viewer is not identified otherwise: the problem of the signed link is the more useful reason.
    return decision.reason === 'rule.no_match' && link !== null ? link : { asked, decision }
  }
  if (link !== null && viewer.account === null) return link
  if (viewer.foreignToken !== null) return 'token.unknown'
  if (opening.credential.kind === 'token' && viewer.account === null) return 'token.missing'
  if (group.require_account && viewer.record === null) return 'token.missing'
  return { asked: null, decision: null }
}

const claimOf = async (
  context: OpeningContext,
  session: { readonly sid: string; readonly key: string; readonly decision: Decision | null },
  ports: OpenPorts,
): Promise<OpenRequest> => {
  const { opening, viewer, network, account, group, channel, device, kin, player } = context
  const { clocks } = ports.config()
  const record = viewer.record
  const plan = record?.plan ? await ports.planOf(record.plan) : null
  const rule = ports.catalog.rule(channel.id)
  return {
    requestId: opening.requestId,
    account: session.decision?.account ?? account,
    sid: session.sid,
    key: session.key,
    channel: channel.id,
    device,
    kin,
    player,
    network,
    isFixed: opening.inferredKey !== null,
    foreignToken: viewer.foreignToken === null ? null : viewer.tokenPrint,
    download: viewer.ticket?.download ?? null,
    idleMs: Math.max(idleMsOf(channel, opening, clocks), opening.leastIdleMs ?? 0),
    limits: limitsOf({ decision: session.decision, account: record, plan, rule, group }, clocks),
    info: {
      accountName: record?.name ?? null,
      address: opening.address,
      agent: opening.agent,
      family: context.family,
      playback: opening.playback,
      country: context.country,
      edge: opening.edge,
      group: group.name,
      protocol: playedBy(context),
      tokenPrint: viewer.tokenPrint,
    },
  }
}

const eventOf = (
  context: OpeningContext,
  claim: OpenRequest,
  outcome: { readonly type: OpenedEvent['type']; readonly reason: ReasonId },
): OpenedEvent => {
  const { info } = claim
  // Written out: an object spread is several times as large and slow.
  const asked: AskedChannel = {
    account: claim.account,
    accountName: info.accountName,
    tokenPrint: info.tokenPrint,
    group: info.group,
    network: context.network,
    place: context.place,
    download: claim.download,
    opening: context.opening,
    channel: context.channel,
    sid: claim.sid,
    key: claim.key,
    device: context.device,
    player: context.player,
    family: context.family,
  }
  return openedEvent(asked, outcome)
}

const passClaims = (
  context: OpeningContext,
  sid: string,
  decision: Decision | null,
): PassClaims => ({
  account: decision?.account ?? context.account,
  group: context.group.name,
  sid,
  download: context.viewer.ticket?.download ?? null,
  protocol: context.channel.protocol,
  failMode: context.group.fail_mode,
})

/** The path of an admitted session, for the `Location` header; `null` of an inferred one. */
const passLocationOf = (pass: string, { opening, channel }: OpeningContext): string | null => {
  if (opening.inferredKey !== null) return null
  const rest = isGenericEntry(opening.rest) ? entryUnderPass(channel) : opening.rest
  // The mark of an archive elsewhere is compared as it stands.
  const path = rest.split('/').map(encodeURIComponent).join('/').replace(/^%40/, '@')
  return `/s/${pass}/${channel.id}/${path}${opening.args === '' ? '' : `?${opening.args}`}`
}

/** The pass of an admitted session; `null` where the same pass cannot be signed again, since keys or group have changed. */
const passOf = (
  context: OpeningContext,
  session: { readonly sid: string; readonly key: string; readonly openedMs: number },
  { decision, signer }: { readonly decision: Decision | null; readonly signer: Signer },
): string | null => {
  const claims = passClaims(context, session.sid, decision)
  const pass = signer.mintPass(claims, context.channel.id, session.openedMs)
  return signer.leaseKey(pass, context.channel.id) === session.key ? pass : null
}

const answerOf = (
  { key, leaseMs, sid, replaced = [] }: Admitted,
  location: string | null,
  { account, limits }: OpenRequest,
): OpenAnswer => ({
  outcome: 'admitted',
  key,
  leaseMs,
  sid,
  replaced,
  location,
  cap: limits.maxStreams,
  account,
})

/** Of an opening whose edge has decided by itself nobody plays the session: it would hold the place of the one that the edge let in. */
const GIVEN_UP: OpenAnswer = { outcome: 'refused', reason: 'control.unavailable', denyUntil: 0 }

const isGivenUp = ({ isAwaited, inferredKey }: Opening): boolean =>
  inferredKey === null && isAwaited !== undefined && !isAwaited()

/** Whether a session was opened for an edge that no longer waited for it, and is ended: a player that opens again may go on with it. */
const endedAsGivenUp = async (
  { key, isKnown }: Admitted,
  opening: Opening,
  { sessions }: OpenPorts,
): Promise<boolean> => !isKnown && isGivenUp(opening) && (await sessions.leave(key))

/** The slot of an opening; of a playback that runs already, where there is room; `null` where the edge has given up. */
const seatOf = async (
  claim: OpenRequest,
  opening: Opening,
  ports: OpenPorts,
): Promise<Admission | null> => {
  if (isGivenUp(opening)) return null
  if (opening.isUnderWay === true)
    return await ports.sessions.check({ ...claim, cloneKey: claim.key, silentMs: -1 })
  const admission = await ports.sessions.open(claim)
  if (admission.outcome === 'refused') return admission
  return (await endedAsGivenUp(admission, opening, ports)) ? null : admission
}

const admit = async (
  context: OpeningContext,
  session: Authorized & { readonly sid: string },
  ports: OpenPorts,
): Promise<OpenAnswer> => {
  const { opening, channel, viewer } = context
  const { sid, decision, asked } = session
  const own = ports.signer.mintPass(passClaims(context, sid, decision), channel.id, opening.now)
  const key = opening.inferredKey ?? ports.signer.leaseKey(own, channel.id)
  const claim = await claimOf(context, { sid, key, decision }, ports)
  const refused = (reason: ReasonId, until: number): OpenAnswer => {
    ports.record(eventOf(context, claim, { type: 'refused', reason }))
    return refuse(reason, cappedDenyUntil(until, opening.now))
  }
  const ban = ports.bans.find(claim)
  if (ban) return refused(ban.reason, ban.until)
  const admission = await seatOf(claim, opening, ports)
  if (admission === null) return GIVEN_UP
  if (admission.outcome === 'refused') return refused(admission.reason, admission.denyUntil)
  // A repeated opening continues the session that the first one created.
  const isJoined = admission.key !== key
  const pass = isJoined ? passOf(context, admission, { decision, signer: ports.signer }) : own
  if (pass === null) {
    await ports.sessions.close([admission.key], 'session.superseded')
    return await admit(context, session, ports)
  }
  if (asked && decision && !isJoined) await ports.lifecycle.opened(asked, decision)
  if (viewer.ticket) ports.downloadUsed(viewer, opening, context.network)
  // A repeated opening, or an inferred session that continues: its event is already published.
  if (!admission.isKnown)
    ports.record(eventOf(context, claim, { type: 'opened', reason: decision?.reason ?? 'ok' }))
  return answerOf(admission, passLocationOf(pass, context), claim)
}

/** Decides about an opening whose viewer, group and channel are known. */
const decide = async (context: OpeningContext, ports: OpenPorts): Promise<OpenAnswer> => {
  const { opening } = context
  const { clocks } = ports.config()
  const sid = ports.signer.sessionId(opening.requestId)
  const authorized = await authorize(context, sid, ports)
  const denied = (reason: ReasonId, denySec: number): OpenAnswer => {
    const asker = askerOf(context.viewer, context)
    if (asker !== null) recordRefused(asker, { opening, reason }, ports)
    return refuse(reason, denySec === 0 ? 0 : opening.now + denySec * 1000)
  }
  if (typeof authorized === 'string') {
    const denySec = isQueryLink(opening, ports.links) ? 0 : clocks.deny_sec
    return denied(authorized, denySec)
  }
  const { decision } = authorized
  if (decision?.verdict === 'deny') {
    return denied(decision.reason, decision.denySec)
  }
  if (decision?.verdict === 'redirect' && decision.location !== null) {
    return { outcome: 'redirected', location: decision.location }
  }
  return await admit(context, { sid, ...authorized }, ports)
}

/** Decides whether this viewer may play this channel from this address now. */
export const open = async (opening: Opening, ports: OpenPorts): Promise<OpenAnswer> => {
  const { clocks } = ports.config()
  const answer = await openingContextOf(opening, ports)
  if (!answer.ok) {
    const { reason, group, asker } = answer
    if (asker !== null) recordRefused(asker, { opening, reason }, ports)
    const until = cappedDenyUntil(opening.now + clocks.deny_sec * 1000, opening.now)
    return refuse(reason, until, group)
  }
  const { context } = answer
  const decided = await decide(context, ports)
  return decided.outcome === 'refused' ? { ...decided, group: context.group.name } : decided
}
