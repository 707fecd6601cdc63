import {
  entryOfProtocol,
  entryUnderPass,
  isUntypedEntry,
  kindOfPath,
} from '../domain/channels/channel.ts'
import type { EdgeGroup, EdgePolicy } from '../domain/channels/protocol.ts'
import { encodeBase64url } from '../domain/credentials/encoding.ts'
import { mintPass } from '../domain/credentials/pass.ts'
import type { Ticket } from '../domain/credentials/ticket.ts'
import type { ReasonId } from '../domain/reasons.ts'
import type { Protocol } from '../domain/types.ts'
import { keepsGroup } from '../domain/viewer/group-binding.ts'
import { leaseKey } from '../domain/viewer/lease.ts'
import { nginxCrypto, randomBytes } from '../platform/crypto.ts'
import { addressText, type Request, variable } from '../platform/request.ts'
import { startLease } from '../state/leases.ts'
import { currentKid, nowSec, secretOf } from '../state/memory.ts'
import { classifyLocally, findGroup, readPolicy } from '../state/policy.ts'
import { reportSession, takeSeat } from '../state/seats.ts'
import { cloneKeyOf, deviceOf, familyOf, type SessionRequest } from '../state/session.ts'
import { readChannel } from './origin.ts'
import { bearerOf } from './pass-bearer.ts'

/** The viewer of an opening as the edge has cached it, or as the ticket says. */
export interface KnownViewer {
  readonly account: string
  readonly group: string
  readonly download: string | null
  /** The ticket, whose group binding is checked; `null` for other credentials. */
  readonly ticket: Ticket | null
}

/** The channel, path and query of an opening. */
export interface OpeningRequest {
  readonly channel: string
  readonly rest: string
  readonly args: string
}

const judgeViewer = (
  r: Request,
  policy: EdgePolicy,
  viewer: KnownViewer,
  channel: string,
): EdgeGroup | ReasonId => {
  const group = findGroup(policy, viewer.group)
  if (group === null) return 'group.unknown'
  if (group.failMode === 'closed') return 'control.unavailable'
  const present = classifyLocally(r, policy, addressText(r), null)
  if (viewer.ticket !== null && !keepsGroup(viewer.ticket, group.binding, present))
    return 'group.moved'
  const record = readChannel(channel)
  if (record === null) return 'channel.unknown'
  if (record.surgedFrom.includes(group.id)) return 'channel.surge'
  return record.groups.includes(group.id) ? group : 'channel.not_in_group'
}

/** Opens a session while control is unavailable; returns the path to redirect to, or the reason of the refusal. */
export const openDegraded = (
  r: Request,
  viewer: KnownViewer,
  wish: OpeningRequest,
  network: number,
): { ok: true; location: string } | { ok: false; reason: ReasonId } => {
  const policy = readPolicy()
  const kid = currentKid()
  const secret = kid === null ? null : secretOf(kid)
  if (policy === null || kid === null || secret === null)
    return { ok: false, reason: 'edge.not_ready' }
  const group = judgeViewer(r, policy, viewer, wish.channel)
  if (typeof group === 'string') return { ok: false, reason: group }
  const record = readChannel(wish.channel)
  const protocol: Protocol =
    kindOfPath(wish.rest).kind === 'stream' ? 'mpegts' : (record?.protocol ?? 'hls')
  const pass = mintPass(
    nginxCrypto,
    secret,
    {
      kid,
      fail: 'open',
      protocol,
      expires: nowSec() + policy.gracePassSec,
      sid: encodeBase64url(randomBytes(16)),
      download: viewer.download,
      group: group.id,
      account: viewer.account,
    },
    wish.channel,
  )
  const key = leaseKey(nginxCrypto, pass, wish.channel)
  const wished = { key, device: deviceOf(r) }
  const seatless = takeSeat(viewer.account, group.cap, wished, policy.graceLeaseSec)
  if (seatless !== null) return { ok: false, reason: seatless }
  startLease(key, network, policy.graceLeaseSec)
  reportSession('degraded', {
    key,
    pass,
    channel: wish.channel,
    address: addressText(r),
    agent: variable(r, 'http_user_agent'),
    family: familyOf(r),
    at: Date.now(),
  })
  const isEntry =
    record !== null && (isUntypedEntry(wish.rest) || wish.rest === entryOfProtocol(record.protocol))
  const rest = isEntry ? entryUnderPass(record) : wish.rest
  const path = rest.split('/').map(encodeURIComponent).join('/')
  const query = wish.args === '' ? '' : `?${wish.args}`
  return { ok: true, location: `/s/${pass}/${wish.channel}/${path}${query}` }
}

/** Whether a session without a lease may go on while control is unavailable; returns its lease key, or the reason of the refusal. */
export const graceVerdict = (
  r: Request,
  asked: SessionRequest,
): { ok: true; key: string } | { ok: false; reason: ReasonId } => {
  const policy = readPolicy()
  if (policy === null) return { ok: false, reason: 'edge.not_ready' }
  const owner = bearerOf(asked)
  if (owner === null) return { ok: false, reason: 'pass.malformed' }
  const group = findGroup(policy, owner.group)
  const isOpen = 'fail' in owner ? owner.fail === 'open' : group?.failMode === 'open'
  if (!isOpen) return { ok: false, reason: 'control.unavailable' }
  const silent = Number(variable(r, 'gh_ask_silent') || '-1')
  // The pass is used from another network while the first still plays: a second stream, counted separately.
  const isClone = silent >= 0 && silent < policy.roamAfterSec
  const key = isClone ? cloneKeyOf(r, asked) : asked.key
  const wished = { key, device: '' }
  const seatless = takeSeat(owner.account, group?.cap ?? null, wished, policy.graceLeaseSec)
  if (seatless !== null) return { ok: false, reason: seatless }
  startLease(key, asked.network, policy.graceLeaseSec)
  return { ok: true, key }
}
