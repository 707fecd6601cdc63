import { describePath, stripSecrets } from '../domain/channels/channel.ts'
import { type DoorRequest, parseDoor } from '../domain/credentials/door.ts'
import { decodePercent } from '../domain/credentials/encoding.ts'
import { type Ticket, verifyTicket } from '../domain/credentials/ticket.ts'
import type { ReasonId } from '../domain/reasons.ts'
import { KEY_LENGTH } from '../domain/viewer/lease.ts'
import { nginxCrypto } from '../platform/crypto.ts'
import { complain } from '../platform/log.ts'
import { refuse, tell } from '../platform/reply.ts'
import { addressText, methodOf, networkText, type Request, variable } from '../platform/request.ts'
import { currentKid, nowSec, secretOf } from '../state/memory.ts'
import { findGroup, knownCountry, networkGroup, readPolicy } from '../state/policy.ts'
import { findBan, recallDenial } from '../state/refusals.ts'

const refused = (r: Request, reason: ReasonId): string => {
  refuse(r, reason)
  return 'refuse'
}

/** What stands for the presented secret in memory; never the secret. */
const nameOf = (r: Request, door: DoorRequest): string => {
  const secret =
    door.door === 'ticket'
      ? door.ticket
      : door.door === 'token'
        ? decodePercent(variable(r, 'arg_token'))
        : `${door.user}\0${door.password}`
  return nginxCrypto.sha256(`${door.door}\0${secret}`).slice(0, KEY_LENGTH)
}

/** The token as control decodes it; one that is no text stays broken, and control refuses it. */
const askedToken = (text: string): string => {
  try {
    return encodeURIComponent(decodeURIComponent(text))
  } catch {
    return '%'
  }
}

const isInferred = (r: Request, ticket: Ticket, kind: string): boolean => {
  const policy = readPolicy()
  const group = policy && findGroup(policy, ticket.group)
  if (!group) return false
  // Whoever asks for a segment below a ticket has not followed the 302.
  if (kind === 'segment' || group.redirect === 'inferred') return true
  if (group.inferredAgents.length === 0) return false
  const agent = variable(r, 'http_user_agent').toLowerCase()
  return group.inferredAgents.some((part) => agent.includes(part))
}

/** Everything the question to control needs; secrets go in headers of their own. */
const prepare = (r: Request, door: DoorRequest): void => {
  const address = addressText(r)
  const group = networkGroup(r)
  tell(r, {
    gh_ticket: door.door === 'ticket' ? door.ticket : '',
    gh_args: stripSecrets(variable(r, 'args')),
    gh_ask_address: address,
    gh_ask_agent: encodeURIComponent(variable(r, 'http_user_agent')),
    gh_ask_referer: encodeURIComponent(variable(r, 'http_referer')),
    gh_ask_host: encodeURIComponent(variable(r, 'http_host')),
    gh_ask_playback: encodeURIComponent(variable(r, 'http_x_playback_session_id')),
    gh_ask_rest: encodeURIComponent(door.rest),
    gh_ask_args: encodeURIComponent(stripSecrets(variable(r, 'args'))),
    gh_ask_group: group ? encodeURIComponent(group) : '',
    gh_ask_won_by: group ? 'network' : '',
    gh_ask_country: knownCountry(r, address) ?? '',
    gh_ask_mode: 'redirect',
    gh_ask_token: door.door === 'token' ? askedToken(variable(r, 'arg_token')) : '',
    gh_ask_user: door.door === 'xtream' ? encodeURIComponent(door.user) : '',
    gh_ask_password: door.door === 'xtream' ? encodeURIComponent(door.password) : '',
  })
}

/** Names the presented secret for memory and logs; the key its refusals are remembered under. */
const identify = (r: Request, door: DoorRequest): string => {
  const name = nameOf(r, door)
  // Rules judge the user agent and the single address too: what one player was refused, his neighbour may have.
  const agent = variable(r, 'http_user_agent')
  const asked = `${name}/${door.channel}/${addressText(r)}/${agent}`
  const key = nginxCrypto.sha256(asked).slice(0, KEY_LENGTH)
  tell(r, { gh_print: name.slice(0, 6), gh_name: name, gh_deny_key: key })
  return key
}

const banOn = (r: Request, door: DoorRequest, ticket: Ticket, network: string): ReasonId | null =>
  findBan(
    {
      account: ticket.account,
      network,
      download: ticket.download,
      channel: door.channel,
      userAgent: variable(r, 'http_user_agent'),
      playback: variable(r, 'http_x_playback_session_id') || null,
    },
    Date.now(),
  )

/** A ticket is judged here before anything is remembered or asked: forgeries leave no trace. */
const judgeTicket = (r: Request, door: DoorRequest & { door: 'ticket' }): string => {
  const verdict = verifyTicket(nginxCrypto, secretOf, door.ticket, nowSec())
  if (!verdict.ok) return refused(r, verdict.reason)
  const network = networkText(r)
  const key = identify(r, door)
  prepare(r, door)
  const refusal = recallDenial('gh_denied', key) ?? banOn(r, door, verdict.ticket, network)
  if (refusal !== null) return refused(r, refusal)
  const kind = door.rest === '' ? 'manifest' : describePath(door.rest, '', 0).kind
  if (!isInferred(r, verdict.ticket, kind)) return methodOf(r) === 'HEAD' ? 'head' : 'ask-open'
  tell(r, { gh_ask_mode: 'inferred', gh_kind: kind })
  return `inferred-${kind}`
}

/** A token or password means nothing to the edge: control is asked, at a limited rate. */
const judgeSecret = (r: Request, door: DoorRequest): string => {
  const hasToken = door.door !== 'token' || variable(r, 'arg_token') !== ''
  if (!hasToken && readPolicy()?.asksWithoutToken !== true) return refused(r, 'token.missing')
  const network = networkText(r)
  const key = identify(r, door)
  prepare(r, door)
  const refusal = recallDenial('gh_guessed', `flood:${network}`) ?? recallDenial('gh_guessed', key)
  if (refusal !== null) return refused(r, refusal)
  return methodOf(r) === 'HEAD' ? 'head' : 'ask-open'
}

const judge = (r: Request): string => {
  const method = methodOf(r)
  if (method === 'OPTIONS') return 'preflight'
  if (method !== 'GET' && method !== 'HEAD') return 'method'
  const path = variable(r, 'uri').slice('/live/'.length)
  const door = parseDoor(path, variable(r, 'arg_token') !== '')
  if (door === null) return refused(r, 'channel.unknown')
  tell(r, { gh_door: door.door, gh_channel: door.channel, gh_rest: door.rest })
  if (currentKid() === null) return refused(r, 'edge.not_ready')
  return door.door === 'ticket' ? judgeTicket(r, door) : judgeSecret(r, door)
}

/** js_set: the internal location that serves an opening. */
export const door = (r: Request): string => {
  try {
    return judge(r)
  } catch (problem) {
    complain('open', problem)
    return refused(r, 'control.unavailable')
  }
}
