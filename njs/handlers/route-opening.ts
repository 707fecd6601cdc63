import {
  describePath,
  isUntypedEntry,
  type PathKind,
  withoutArgument,
} from '../domain/channels/channel.ts'
import { decodePercent } from '../domain/credentials/encoding.ts'
import { type Ticket, verifyTicket } from '../domain/credentials/ticket.ts'
import {
  type OpeningRequest,
  queryWithoutSuffix,
  readOpening,
  withoutSuffix,
} from '../domain/doors/match.ts'
import { OPENING_ROUTES, type OpeningRoute } from '../domain/doors/opening-route.ts'
import type { ReasonId } from '../domain/reasons.ts'
import { inferredKey, KEY_LENGTH, leaseKey } from '../domain/viewer/lease.ts'
import { isBrowser } from '../domain/viewer/player-family.ts'
import { nginxCrypto } from '../platform/crypto.ts'
import { refuse, setVariables } from '../platform/reply.ts'
import {
  addressText,
  askedHost,
  methodOf,
  networkText,
  type Request,
  type Variables,
  variable,
  variablesOf,
} from '../platform/request.ts'
import { recallGroup } from '../state/known-viewers.ts'
import { noteTakenUp, takeClosedText } from '../state/lately/closed.ts'
import { noteRefused, routeAgain } from '../state/lately/refused.ts'
import { nowSec, secretOf } from '../state/memory.ts'
import {
  folderOf,
  noteBelowTicket,
  playsBelowTicket,
  refusalOfScript,
  reopen,
} from '../state/openings.ts'
import { findGroup, knownCountry, networkGroup, readPolicy } from '../state/policy.ts'
import { isReady } from '../state/ready.ts'
import { endReason, findBan, isSessionBanned, recallDenial } from '../state/refusals.ts'
import { familyOf, networkOf, scriptKey } from '../state/session.ts'
import { failClosed } from '../verdicts/fail-closed.ts'
import { pathOfOpening } from '../verdicts/openings/asked-archive.ts'
import { nameOfSecret, sentToken, tokenOf } from '../verdicts/openings/secret.ts'
import { chooseSlate } from '../verdicts/openings/slate.ts'
import { channelOfNumber, isStreamed } from '../verdicts/origin.ts'
import { mayOpeningWait } from '../verdicts/wait.ts'

/** `end`: a refusal that holds for this moment only, since the viewer may come back at the next. */
type Judged = OpeningRoute | 'end'

/** An opening with the path and query it leads to. */
type Opening = OpeningRequest & { readonly args: string }
type ByTicket = Opening & { readonly credential: 'ticket' }

const refused = (r: Request, reason: ReasonId): OpeningRoute => {
  refuse(r, reason)
  return 'refuse'
}

/** Whether the request belongs to an inferred session: a player that requests segments below the ticket has not followed the 302, and its requests of manifests are of that session too. */
const isBelowTicket = (r: Request, { ticket, channel }: ByTicket, kind: PathKind): boolean => {
  const key = inferredKey(nginxCrypto, ticket, channel, networkText(r))
  const agent = variable(r, 'http_user_agent')
  if (kind !== 'segment') return playsBelowTicket(key, agent)
  noteBelowTicket(key, agent)
  return true
}

const kindOf = (rest: string): PathKind =>
  isUntypedEntry(rest) ? 'manifest' : describePath(rest, '', 0).kind

/** Whether, by group or User-Agent, the player gets an inferred session. */
const isInferred = (r: Request, ticket: Ticket): boolean => {
  const policy = readPolicy()
  const group = policy && findGroup(policy, ticket.group)
  if (!group) return false
  if (group.redirect === 'inferred') return true
  if (group.inferredAgents.length === 0) return false
  const agent = variable(r, 'http_user_agent').toLowerCase()
  return group.inferredAgents.some((part) => agent.includes(part))
}

/** The query; without one that is part of Kodi's suffix. */
const argsOf = (r: Request): string => {
  const path = variable(r, 'gh_opening_path')
  return withoutSuffix(path) === path ? queryWithoutSuffix(variable(r, 'args')) : ''
}

/** Sets the headers of the request to control. */
const prepare = (r: Request, opening: Opening): void => {
  const address = addressText(r)
  const group = networkGroup(r)
  const { args } = opening
  setVariables(r, {
    gh_ticket: opening.credential === 'ticket' ? opening.ticket : '',
    gh_args: args,
    gh_ask_address: address,
    gh_ask_agent: encodeURIComponent(variable(r, 'http_user_agent')),
    gh_ask_family: familyOf(r),
    gh_ask_referer: encodeURIComponent(variable(r, 'http_referer')),
    gh_ask_host: encodeURIComponent(askedHost(r)),
    gh_ask_playback: encodeURIComponent(variable(r, 'http_x_playback_session_id')),
    gh_ask_rest: encodeURIComponent(opening.rest),
    gh_ask_args: encodeURIComponent(args),
    gh_ask_group: group ? encodeURIComponent(group) : '',
    gh_ask_won_by: group ? 'network' : '',
    gh_ask_country: knownCountry(r, address) ?? '',
    gh_ask_mode: 'redirect',
  })
  if (opening.credential === 'token') setVariables(r, { gh_ask_token: sentToken(r, opening) })
  if (opening.credential !== 'xtream') return
  const [user, password] = [opening.user, opening.password].map(encodeURIComponent)
  setVariables(r, { gh_ask_user: user ?? '', gh_ask_password: password ?? '' })
}

/** Sets the credential's fingerprint for logs; returns the key of its cached refusals. */
const identify = (r: Request, opening: Opening): string => {
  const name = nameOfSecret(r, opening)
  // User-Agent and address are part of the key, since rules depend on them.
  const agent = variable(r, 'http_user_agent')
  const asked = `${name}/${opening.channel}/${addressText(r)}/${agent}`
  const key = nginxCrypto.sha256(asked).slice(0, KEY_LENGTH)
  const playback = variable(r, 'http_x_playback_session_id')
  // Without the User-Agent: Kodi has one for manifests and another for media.
  const folder = nginxCrypto.sha256(`${name}/${opening.channel}/${addressText(r)}`)
  const exact = `${asked}/${playback}/${opening.rest}?${opening.args}`
  setVariables(r, {
    gh_fingerprint: name.slice(0, 6),
    gh_secret_hash: name,
    gh_refusal_key: key,
    gh_folder_key: folder.slice(0, KEY_LENGTH),
    gh_opening_key: nginxCrypto.sha256(exact).slice(0, KEY_LENGTH),
  })
  return key
}

/** The route of an opening that needs no decision by control: a repeated one, or one of a script that was refused below its pass a moment ago. */
const routeOrReopen = (r: Request, asked: OpeningRequest, account: string | null): Judged => {
  // Where the name does not say the protocol, a player that asks for it by HEAD is led to where it shows.
  if (methodOf(r) === 'HEAD' && !isUntypedEntry(asked.rest)) return 'answer-head'
  const script = isBrowser(familyOf(r)) ? scriptKey(r, asked.channel) : null
  const refusal = script === null ? null : refusalOfScript(script, account)
  if (refusal !== null) {
    refuse(r, refusal)
    return 'end'
  }
  const before = reopen(variable(r, 'gh_opening_key'), {
    network: networkOf(r),
    connection: variable(r, 'connection'),
    isScript: script !== null,
    hasRange: variable(r, 'http_range') !== '',
  })
  if (before.kind === 'ended') {
    refuse(r, endReason(before.key, null, Date.now()))
    return 'end'
  }
  if (before.kind === 'unknown') {
    setVariables(r, { gh_ask_closed: takeClosedText() })
    return 'ask-control-to-open'
  }
  noteTakenUp(before.key)
  setVariables(r, { gh_pass_location: before.location })
  return 'reopen'
}

const banOn = (
  r: Request,
  opening: OpeningRequest,
  ticket: Ticket,
  network: string,
): ReasonId | null =>
  findBan(
    {
      account: ticket.account,
      network,
      download: ticket.download,
      channel: opening.channel,
      family: familyOf(r),
      playback: variable(r, 'http_x_playback_session_id') || null,
    },
    Date.now(),
  )

/** The path after `/live/<ticket>/<channel>/`, with query, as requested. */
const mediaOf = (r: Request): string => variable(r, 'request_uri').split('/').slice(4).join('/')

/** Redirects a player to its media below the pass, or refuses it where the session has ended. */
const toFolder = (r: Request, folder: string, channel: string): OpeningRoute => {
  const key = leaseKey(nginxCrypto, folder.split('/')[2] ?? '', channel)
  const now = Date.now()
  if (isSessionBanned(key, now)) return refused(r, endReason(key, null, now))
  setVariables(r, { gh_pass_location: folder + mediaOf(r) })
  return 'reopen'
}

/** Whether a path below a ticket is one that a manifest named: a segment, or a playlist in a directory; `@` begins paths of doors of their own. */
const isBesideOpening = (kind: PathKind, rest: string): boolean =>
  kind === 'segment' || (kind === 'manifest' && rest.includes('/') && !rest.startsWith('@'))

/** Verifies a ticket before anything is stored or control is asked, so that forged ones cost neither. */
const judgeTicket = (r: Request, opening: ByTicket): Judged => {
  const verdict = verifyTicket(nginxCrypto, secretOf, opening.ticket, nowSec())
  if (verdict.ticket !== null) chooseSlate(r, verdict.ticket.group, opening.rest)
  if (!verdict.ok) return refused(r, verdict.reason)
  const network = networkText(r)
  const key = identify(r, opening)
  prepare(r, opening)
  const refusal = recallDenial('gh_denied', key) ?? banOn(r, opening, verdict.ticket, network)
  if (refusal !== null) return refused(r, refusal)
  const kind = kindOf(opening.rest)
  if (!isInferred(r, verdict.ticket)) {
    const folder = isBesideOpening(kind, opening.rest)
      ? folderOf(variable(r, 'gh_folder_key'))
      : null
    if (folder !== null) return toFolder(r, folder, opening.channel)
    if (!isBelowTicket(r, opening, kind)) return routeOrReopen(r, opening, verdict.ticket.account)
  }
  // What is proxied to an origin is asked for by GET.
  if (methodOf(r) === 'POST') return 'method-not-allowed'
  const isStream = isUntypedEntry(opening.rest) && isStreamed(opening.channel)
  const served = isStream ? 'stream' : kind
  setVariables(r, { gh_ask_mode: 'inferred', gh_kind: served })
  return `${served}-by-ticket`
}

/** The route of an opening by token or password, which only control can verify, at a limited rate. */
const judgeSecret = (r: Request, opening: Opening): Judged => {
  const hasToken = opening.credential !== 'token' || tokenOf(r, opening) !== ''
  if (!hasToken && readPolicy()?.asksWithoutToken !== true) return refused(r, 'token.missing')
  const network = networkText(r)
  const key = identify(r, opening)
  prepare(r, opening)
  chooseSlate(r, recallGroup(variable(r, 'gh_secret_hash')), opening.rest)
  const refusal = recallDenial('gh_guessed', `flood:${network}`) ?? recallDenial('gh_guessed', key)
  if (refusal !== null) return refused(r, refusal)
  return routeOrReopen(r, opening, null)
}

/** What is asked for; a reason where it cannot be read. */
const readAsked = (r: Request): Opening | ReasonId => {
  const asked = readOpening(
    variable(r, 'gh_opening_path'),
    (name) => variable(r, `arg_${name}`) !== '',
    (name) => decodePercent(queryWithoutSuffix(variable(r, `arg_${name}`)).replace(/\+/g, ' ')),
  )
  if (asked === null) return 'channel.unknown'
  const isNumbered = asked.credential === 'xtream' || asked.archive !== undefined
  const opening = isNumbered ? { ...asked, channel: channelOfNumber(asked.channel) } : asked
  const query = argsOf(r)
  const args = opening.credential === 'token' ? withoutArgument(query, 'token') : query
  const path = pathOfOpening(opening, args, nowSec())
  return typeof path === 'string' ? path : { ...opening, ...path }
}

const judgeAnew = (r: Request): Judged => {
  const opening = readAsked(r)
  if (typeof opening === 'string') return refused(r, opening)
  setVariables(r, {
    gh_credential_kind: opening.credential,
    gh_channel: opening.channel,
    gh_rest: opening.rest,
  })
  if (!isReady()) return refused(r, 'edge.not_ready')
  return opening.credential === 'ticket' ? judgeTicket(r, opening) : judgeSecret(r, opening)
}

/** An edge that has not received its tables yet is waited for, as long as there is a turn left. */
const waitOf = (variables: Variables): OpeningRoute | null => {
  if (variables['gh_reason'] !== 'edge.not_ready') return null
  const next = OPENING_ROUTES.find((it) => it === variables['gh_next_wait'])
  return next !== undefined && mayOpeningWait() ? next : null
}

const judge = (r: Request): string => {
  const variables = variablesOf(r)
  const again = routeAgain(variables, Date.now())
  if (again !== null) return again
  const method = methodOf(r)
  if (method === 'OPTIONS') return 'cors-preflight'
  if (method !== 'GET' && method !== 'HEAD' && method !== 'POST') return 'method-not-allowed'
  const route = judgeAnew(r)
  if (route === 'end') return 'refuse'
  if (route !== 'refuse') return route
  const wait = waitOf(variables)
  if (wait !== null) return wait
  noteRefused(variables)
  return route
}

/** js_set: the internal location that serves an opening. */
export const routeOpening = failClosed<string>('routeOpening', judge, refused)
