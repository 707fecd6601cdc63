import type { ReasonId } from '#domain/reasons'
import type { SessionClaim } from '../../sessions/model/session-store.ts'
import { playerQuery } from '../authorize/backend-query.ts'
import type { AuthRequest, Decision } from '../authorize/decision.ts'
import type { PassClaims, Signer } from '../ports.ts'
import { askedProto } from './asked-protocol.ts'
import { isArgumentDoor, judgeLinkDoor } from './judge-link.ts'
import { limitsOf } from './limits.ts'
import type { OpenAnswer, OpenedEvent, Opening, OpenPorts } from './opening.ts'
import { type Situation, situationOf } from './opening-context.ts'
import { locationOf } from './pass-location.ts'
import { refuse, shortly } from './refusal.ts'

const authRequest = async (
  situation: Situation,
  authBackend: string,
  context: { readonly sid: string; readonly ports: OpenPorts },
): Promise<AuthRequest> => {
  const { opening, viewer, channel, country, group } = situation
  const token =
    viewer.foreignToken ??
    (opening.credential.kind === 'token' ? opening.credential.token : null) ??
    viewer.ticket?.download ??
    null
  return {
    authBackend,
    channel: channel.id,
    group: group.name,
    proto: askedProto(opening, channel.protocol),
    address: opening.address,
    country,
    token,
    sessionId: context.sid,
    userAgent: opening.agent,
    referer: opening.referer,
    host: opening.host,
    qs: playerQuery(
      opening.credential.kind === 'token' ? opening.credential.token : null,
      opening.args,
    ),
    ...(await context.ports.counts(channel.id)),
  }
}

/** What was asked and answered; both `null` where no auth backend decides. */
interface Authorized {
  readonly asked: AuthRequest | null
  readonly decision: Decision | null
}

/** Rules and backends, where any apply; a viewer nobody vouches for is refused where none do. */
const authorize = async (
  situation: Situation,
  sid: string,
  ports: OpenPorts,
): Promise<Authorized | ReasonId> => {
  const { viewer, opening, group, channel } = situation
  const decisionSec = ports.config().clocks.decision_sec
  const link = judgeLinkDoor(opening, { links: ports.links, decisionSec })
  if (link !== null && typeof link !== 'string') return { asked: null, decision: link }
  const backend = ports.authorizer.backendFor(channel.id, group.name)
  if (backend !== null) {
    const asked = await authRequest(situation, backend, { sid, ports })
    const decision = await ports.authorizer.authorize(asked)
    // Nobody else knew the viewer: what is wrong with his link says more.
    return decision.reason === 'rule.no_match' && link !== null ? link : { asked, decision }
  }
  if (link !== null && viewer.account === null) return link
  if (viewer.foreignToken !== null) return 'token.unknown'
  if (opening.credential.kind === 'token' && viewer.account === null) return 'token.missing'
  if (group.require_account && viewer.record === null) return 'token.missing'
  return { asked: null, decision: null }
}

const claimOf = async (
  situation: Situation,
  session: { readonly sid: string; readonly key: string; readonly decision: Decision | null },
  ports: OpenPorts,
): Promise<SessionClaim> => {
  const { opening, viewer, network, account, group, channel, device, player } = situation
  const { clocks } = ports.config()
  const record = viewer.record
  const plan = record?.plan ? await ports.planOf(record.plan) : null
  const rule = ports.catalog.rule(channel.id)
  return {
    account: session.decision?.account ?? account,
    sid: session.sid,
    key: session.key,
    channel: channel.id,
    device,
    player,
    network,
    isFixed: opening.inferredKey !== null,
    foreignToken: viewer.foreignToken === null ? null : viewer.tokenPrint,
    download: viewer.ticket?.download ?? null,
    idleMs: Math.max(
      (channel.isVod ? clocks.idle_vod_sec : clocks.idle_sec) * 1000,
      opening.leastIdleMs ?? 0,
    ),
    limits: limitsOf({ decision: session.decision, account: record, plan, rule, group }, clocks),
    info: {
      accountName: record?.name ?? null,
      address: opening.address,
      agent: opening.agent,
      country: situation.country,
      edge: opening.edge,
      group: group.name,
      protocol: channel.protocol,
      tokenPrint: viewer.tokenPrint,
    },
  }
}

const eventOf = (
  situation: Situation,
  claim: SessionClaim,
  outcome: { readonly type: OpenedEvent['type']; readonly reason: ReasonId },
): OpenedEvent => ({
  type: outcome.type,
  reason: outcome.reason,
  at: situation.opening.now,
  sid: claim.sid,
  key: claim.key,
  account: claim.account,
  accountName: claim.info.accountName,
  group: situation.group.name,
  channel: situation.channel.id,
  title: situation.channel.title,
  protocol: situation.channel.protocol,
  isLive: !situation.channel.isVod,
  address: situation.opening.address,
  network: situation.network,
  place: situation.place,
  device: situation.device,
  player: situation.player,
  edge: situation.opening.edge,
  download: claim.download,
  tokenPrint: claim.info.tokenPrint,
})

const passClaims = (situation: Situation, sid: string, decision: Decision | null): PassClaims => ({
  account: decision?.account ?? situation.account,
  group: situation.group.name,
  sid,
  download: situation.viewer.ticket?.download ?? null,
  protocol: situation.channel.protocol,
  failMode: situation.group.fail_mode,
})

/** The pass of an admitted session; `null` where the one it was opened with cannot be made again, since keys or the group changed meanwhile. */
const passOf = (
  situation: Situation,
  session: { readonly sid: string; readonly key: string; readonly openedMs: number },
  { decision, signer }: { readonly decision: Decision | null; readonly signer: Signer },
): string | null => {
  const claims = passClaims(situation, session.sid, decision)
  const pass = signer.mintPass(claims, situation.channel.id, session.openedMs)
  return signer.leaseKey(pass, situation.channel.id) === session.key ? pass : null
}

const admit = async (
  situation: Situation,
  session: Authorized & { readonly sid: string },
  ports: OpenPorts,
): Promise<OpenAnswer> => {
  const { opening, channel, viewer } = situation
  const { sid, decision, asked } = session
  const own = ports.signer.mintPass(passClaims(situation, sid, decision), channel.id, opening.now)
  const key = opening.inferredKey ?? ports.signer.leaseKey(own, channel.id)
  const claim = await claimOf(situation, { sid, key, decision }, ports)
  const refused = (reason: ReasonId, until: number): OpenAnswer => {
    ports.record(eventOf(situation, claim, { type: 'refused', reason }))
    return refuse(reason, shortly(until, opening.now))
  }
  const ban = ports.bans.find({ ...claim })
  if (ban) return refused(ban.reason, ban.until)
  const admission = await ports.sessions.open({ ...claim, requestId: opening.requestId })
  if (admission.outcome === 'refused') return refused(admission.reason, admission.denyUntil)
  // The same press again goes on with the session that the first one opened.
  const isJoined = admission.key !== key
  const pass = isJoined ? passOf(situation, admission, { decision, signer: ports.signer }) : own
  if (pass === null) {
    await ports.sessions.close([admission.key], 'session.superseded')
    return await admit(situation, session, ports)
  }
  if (asked && decision && !isJoined) await ports.lifecycle.opened(asked, decision)
  if (viewer.ticket) ports.downloadUsed(viewer, opening, situation.network)
  // Asked again, or an inferred session that goes on: told once already.
  if (!admission.isKnown)
    ports.record(eventOf(situation, claim, { type: 'opened', reason: decision?.reason ?? 'ok' }))
  const location = opening.inferredKey === null ? locationOf(pass, situation) : null
  const { key: kept, leaseMs, sid: played } = admission
  const cap = claim.limits.maxStreams
  return { outcome: 'admitted', location, key: kept, leaseMs, cap, sid: played }
}

/** One question, one answer: may this viewer play this channel from here, now. */
export const open = async (opening: Opening, ports: OpenPorts): Promise<OpenAnswer> => {
  const { clocks } = ports.config()
  const answer = await situationOf(opening, ports)
  if (!answer.ok) {
    return refuse(answer.reason, shortly(opening.now + clocks.deny_sec * 1000, opening.now))
  }
  const { situation } = answer
  const sid = ports.signer.sessionId(opening.requestId)
  const authorized = await authorize(situation, sid, ports)
  if (typeof authorized === 'string') {
    const denySec = isArgumentDoor(opening, ports.links) ? 0 : clocks.deny_sec
    return refuse(authorized, denySec === 0 ? 0 : opening.now + denySec * 1000)
  }
  const { decision } = authorized
  if (decision?.verdict === 'deny') {
    return refuse(decision.reason, opening.now + decision.denySec * 1000)
  }
  if (decision?.verdict === 'redirect' && decision.location !== null) {
    return { outcome: 'redirected', location: decision.location }
  }
  return await admit(situation, { sid, ...authorized }, ports)
}
