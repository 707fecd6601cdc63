import { nginxCrypto } from './crypto.ts'
import { type KnownViewer, openAlone } from './degraded.ts'
import { describePath, stripSecrets } from './domain/channel.ts'
import { type DoorRequest, parseDoor } from './domain/door.ts'
import { decodePercent } from './domain/encoding.ts'
import { KEY_LENGTH } from './domain/lease.ts'
import { readPass } from './domain/pass.ts'
import { TELL } from './domain/protocol.ts'
import type { ReasonId } from './domain/reasons.ts'
import { readTicket, type Ticket, verifyTicket } from './domain/ticket.ts'
import { startLease } from './leases.ts'
import { complain } from './log.ts'
import { countIn, currentKid, nowSec, numbers, secretOf, texts, trySet } from './memory.ts'
import { findGroup, knownCountry, networkGroup, readPolicy } from './policy.ts'
import { findBan, recallDenial, rememberDenial } from './refusals.ts'
import { answerRefusal, redirect, refuse, tell } from './reply.ts'
import {
  addressText,
  methodOf,
  networkText,
  type Request,
  statusOf,
  told,
  variable,
} from './request.ts'
import { networkOf } from './session.ts'

const KNOWN_MS = 180_000
const GUESS_WINDOW_MS = 600_000
const FREE_GUESSES = 10
const MAX_FLOOD_SEC = 300

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

const denialKey = (name: string, door: DoorRequest, network: string): string =>
  nginxCrypto.sha256(`${name}/${door.channel}/${network}`).slice(0, KEY_LENGTH)

/** Adds a wrong secret to its network's count; from the eleventh on the network waits, ever longer. */
const countGuess = (network: string): void => {
  const guesses = countIn(
    'gh_pace',
    `g${nginxCrypto.sha256(network).slice(0, 15)}`,
    GUESS_WINDOW_MS,
  )
  if (guesses <= FREE_GUESSES) return
  const wait = Math.min(MAX_FLOOD_SEC, 2 ** Math.min(9, guesses - FREE_GUESSES))
  trySet(texts('gh_guessed'), `flood:${network}`, 'credentials.flood', wait * 1000)
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
    gh_door: door.door,
    gh_ticket: door.door === 'ticket' ? door.ticket : '',
    gh_channel: door.channel,
    gh_rest: door.rest,
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
    gh_ask_token:
      door.door === 'token' ? encodeURIComponent(decodePercent(variable(r, 'arg_token'))) : '',
    gh_ask_user: door.door === 'xtream' ? encodeURIComponent(door.user) : '',
    gh_ask_password: door.door === 'xtream' ? encodeURIComponent(door.password) : '',
  })
}

/** Where a verified ticket's opening goes. */
const routeTicket = (r: Request, door: DoorRequest, ticket: Ticket, network: string): string => {
  const subjects = {
    account: ticket.account,
    network,
    download: ticket.download,
    channel: door.channel,
    userAgent: variable(r, 'http_user_agent'),
    playback: variable(r, 'http_x_playback_session_id') || null,
  }
  const ban = findBan(subjects, Date.now())
  if (ban !== null) return refused(r, ban)
  const { kind } = describePath(door.rest, '', 0)
  if (!isInferred(r, ticket, kind)) return methodOf(r) === 'HEAD' ? 'head' : 'ask-open'
  tell(r, { gh_ask_mode: 'inferred', gh_kind: kind })
  return `inferred-${kind}`
}

const judge = (r: Request): string => {
  const method = methodOf(r)
  if (method === 'OPTIONS') return 'preflight'
  if (method !== 'GET' && method !== 'HEAD') return 'method'
  const path = variable(r, 'uri').slice('/live/'.length)
  const door = parseDoor(path, variable(r, 'arg_token') !== '')
  if (door === null) return refused(r, 'channel.unknown')
  if (currentKid() === null) return refused(r, 'edge.not_ready')
  const network = networkText(r)
  prepare(r, door)
  const name = nameOf(r, door)
  const key = denialKey(name, door, network)
  const zone = door.door === 'ticket' ? 'gh_denied' : 'gh_guessed'
  tell(r, { gh_print: name.slice(0, 6), gh_name: name, gh_deny_key: key })
  if (door.door === 'ticket') {
    const verdict = verifyTicket(nginxCrypto, secretOf, door.ticket, nowSec())
    if (!verdict.ok) return refused(r, verdict.reason)
    const denial = recallDenial(zone, key)
    return denial === null ? routeTicket(r, door, verdict.ticket, network) : refused(r, denial)
  }
  if (door.door === 'token' && variable(r, 'arg_token') === '') return refused(r, 'token.missing')
  const denial = recallDenial(zone, `flood:${network}`) ?? recallDenial(zone, key)
  if (denial !== null) return refused(r, denial)
  return method === 'HEAD' ? 'head' : 'ask-open'
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

const rememberViewer = (name: string, location: string): void => {
  const pass = readPass(/^\/s\/([^/]+)\//.exec(location)?.[1] ?? '')
  if (pass === null) return
  const known = { account: pass.account, group: pass.group, download: pass.download }
  trySet(texts('gh_identity'), `o${name}`, JSON.stringify(known), KNOWN_MS)
}

/** js_header_filter: keeps what control answered to an opening. */
export const opened = (r: Request): void => {
  try {
    const status = statusOf(r)
    const key = told(r, TELL.key)
    if (status === 302 && key !== '') {
      startLease(key, networkOf(r), Math.max(5, Number(told(r, TELL.ttl)) || 0))
      if (variable(r, 'gh_door') !== 'ticket')
        rememberViewer(variable(r, 'gh_name'), told(r, 'Location'))
    }
    if (status < 400) return
    const reason = told(r, TELL.reason) || 'request.malformed'
    tell(r, { gh_reason: reason })
    const isTicket = variable(r, 'gh_door') === 'ticket'
    const ttl = Number(told(r, TELL.denyTtl)) || 0
    rememberDenial(isTicket ? 'gh_denied' : 'gh_guessed', variable(r, 'gh_deny_key'), reason, ttl)
    if (reason === 'token.unknown' || reason === 'credentials.wrong') countGuess(networkText(r))
  } catch (problem) {
    complain('opened', problem)
  }
}

const viewerOf = (r: Request): KnownViewer | null => {
  const ticket = readTicket(variable(r, 'gh_ticket'))
  if (ticket !== null)
    return { account: ticket.account, group: ticket.group, download: ticket.download, ticket }
  const text = texts('gh_identity').get(`o${variable(r, 'gh_name')}`)
  if (text === undefined) return null
  return { ...(JSON.parse(text) as Omit<KnownViewer, 'ticket'>), ticket: null }
}

/** js_content: an opening control did not answer. */
export const alone = (r: Request): void => {
  try {
    const viewer = viewerOf(r)
    if (viewer === null) return answerRefusal(r, 'control.unavailable')
    const wish = {
      channel: variable(r, 'gh_channel'),
      rest: variable(r, 'gh_rest'),
      args: variable(r, 'gh_args'),
    }
    const outcome = openAlone(r, viewer, wish, networkOf(r))
    if (outcome.ok) redirect(r, outcome.location)
    else answerRefusal(r, outcome.reason)
  } catch (problem) {
    complain('alone', problem)
    answerRefusal(r, 'control.unavailable')
  }
}
