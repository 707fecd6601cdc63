import { networkKey } from '#domain/networks/network'
import type { Admission, CheckRequest, SessionStore } from '../../sessions/model/session-store.ts'
import type { Account } from '../../store/tables/records.ts'
import type { Decision } from '../authorize/decision.ts'
import type { PassClaims } from '../ports.ts'
import type { LiveRevalidation } from '../revalidate/live-revalidation.ts'
import { idleMsOf, limitsOf } from './limits.ts'
import { recordAlone } from './opened-event.ts'
import type { OpenPorts } from './opening.ts'
import { ownId } from './viewer.ts'

/** A check of a pass that an edge has no lease for, well-formed but not verified yet. */
export interface Check {
  readonly pass: string
  readonly channel: string
  readonly key: string
  /** Seconds since the edge last saw the lease used; -1 = it has none. */
  readonly silentSec: number
  readonly address: string
  readonly agent: string
  /** Family of the player; missing from older edges. */
  readonly family?: string | null
  readonly playback: string | null
  /** Path below the channel that was requested; missing where a playback is reported and not a request. */
  readonly rest?: string
  readonly edge: string
  readonly now: number
}

/** A check of a session that its edge let in by itself while control was away. */
export interface CheckAlone extends Check {
  /** Unix ms by the edge's clock. */
  readonly openedAt: number
}

export interface CheckPorts
  extends Pick<
    OpenPorts,
    | 'config'
    | 'catalog'
    | 'signer'
    | 'bans'
    | 'place'
    | 'planOf'
    | 'deviceOf'
    | 'accountById'
    | 'accounts'
    | 'record'
  > {
  readonly sessions: Pick<SessionStore, 'check'>
  readonly lifecycle: Pick<LiveRevalidation, 'returned'>
}

const refused = (
  reason: Extract<Admission, { outcome: 'refused' }>['reason'],
  until = 0,
): Admission => ({
  outcome: 'refused',
  reason,
  denyUntil: until,
})

/**
 * The account's record; `undefined` where the pass has no account, or the database is unreachable:
 * then the account in the pass is trusted.
 */
const recordOf = async (
  claims: PassClaims,
  ports: CheckPorts,
): Promise<Account | null | undefined> => {
  const id = ownId(claims.account)
  return id === null ? undefined : await ports.accountById(id).catch(() => undefined)
}

const requestOf = async (
  check: Check,
  context: {
    readonly claims: PassClaims
    readonly network: string
    readonly record: Account | null
    readonly decision: Decision | null
  },
  ports: CheckPorts,
): Promise<CheckRequest | null> => {
  const { claims, network, record, decision } = context
  const group = ports.catalog.group(claims.group)
  const channel = ports.catalog.channel(check.channel)
  if (!group || !channel) return null
  const { clocks } = ports.config()
  const rule = ports.catalog.rule(channel.id)
  const identity = ports.deviceOf(claims.account, network, check)
  const plan = record?.plan ? await ports.planOf(record.plan) : null
  return {
    account: claims.account,
    sid: claims.sid,
    key: check.key,
    cloneKey: ports.signer.cloneKey(check.pass, check.channel, network),
    silentMs: check.silentSec < 0 ? -1 : check.silentSec * 1000,
    channel: channel.id,
    device: identity.device,
    kin: identity.kin,
    player: identity.player,
    network,
    download: claims.download,
    idleMs: idleMsOf(channel, { rest: check.rest ?? '', args: '' }, clocks),
    limits: limitsOf({ decision, account: record, plan, rule, group }, clocks),
    info: {
      accountName: record?.name ?? null,
      address: check.address,
      agent: check.agent,
      family: identity.family,
      playback: check.playback,
      country: ports.place(check.address).country,
      edge: check.edge,
      group: group.name,
      protocol: claims.protocol,
      tokenPrint: claims.download,
    },
  }
}

/** Whether a session may go on, with its account's cap; 0 = no cap. */
export type CheckAnswer = Admission & { readonly cap?: number }

/**
 * Whether a session may go on: its pass is genuine, no ban applies and its account is below its
 * cap.
 */
export const check = async (request: Check, ports: CheckPorts): Promise<CheckAnswer> => {
  const v6Prefix = ports.config().network_key.ipv6_prefix
  const network = networkKey(request.address, { v6Prefix })
  if (network === null) return refused('request.malformed')
  const reading = ports.signer.readPass(request.pass, request.channel, request.now)
  if (!reading.ok) return refused(reading.reason)
  const { claims } = reading
  const standing = ports.catalog.standing(claims.group, request.channel)
  if (standing === 'surge') return refused('channel.surge')
  if (standing === 'out') return refused('channel.not_in_group')
  const record = await recordOf(claims, ports)
  const barred = record === undefined ? null : ports.accounts.standing(record, request.now)
  if (barred !== null) return refused(barred)
  const decision = await ports.lifecycle.returned({
    ...claims,
    channel: request.channel,
    address: request.address,
    agent: request.agent,
    country: ports.place(request.address).country,
    tokenPrint: null,
  })
  const context = { claims, network, record: record ?? null, decision }
  const ask = await requestOf(request, context, ports)
  if (!ask) return refused('group.unknown')
  const ban = ports.bans.find(ask)
  if (ban) return refused(ban.reason, ban.until)
  if (decision?.verdict === 'deny')
    return refused(decision.reason, request.now + decision.denySec * 1000)
  return { ...(await ports.sessions.check(ask)), cap: ask.limits.maxStreams }
}

/** The same for a session that its edge let in by itself: history has it from its opening on, and where it may not go on, up to now. */
export const checkAlone = async (request: CheckAlone, ports: CheckPorts): Promise<CheckAnswer> => {
  const answer = await check(request, ports)
  if (answer.outcome === 'admitted' && answer.isKnown) return answer
  const reading = ports.signer.readPass(request.pass, request.channel, request.now)
  const v6Prefix = ports.config().network_key.ipv6_prefix
  const network = networkKey(request.address, { v6Prefix })
  if (!reading.ok || network === null) return answer
  const { claims } = reading
  const accountName = (await recordOf(claims, ports))?.name ?? null
  const place = ports.place(request.address)
  const refusedFor = answer.outcome === 'refused' ? answer.reason : null
  recordAlone({ ...claims, accountName, network, place }, { ...request, refusedFor }, ports)
  return answer
}
