import {
  isEntryBelowTicket,
  isUntypedEntry,
  kindOfPath,
  type PathKind,
  withoutArgument,
} from '../domain/channels/channel.ts'
import { decodePercent } from '../domain/credentials/encoding.ts'
import type { Ticket } from '../domain/credentials/ticket.ts'
import {
  type OpeningRequest,
  queryWithoutSuffix,
  readOpening,
  withoutSuffix,
} from '../domain/doors/match.ts'
import { OPENING_ROUTES, type OpeningRoute } from '../domain/doors/opening-route.ts'
import type { ReasonId } from '../domain/reasons.ts'
import { leaseKey } from '../domain/viewer/lease.ts'
import { isBrowser } from '../domain/viewer/player-family.ts'
import { nginxCrypto } from '../platform/crypto.ts'
import { refuse, setVariables } from '../platform/reply.ts'
import {
  methodOf,
  type Request,
  type Variables,
  variable,
  variablesOf,
} from '../platform/request.ts'
import { recallGroup, verifyTicket } from '../state/known-viewers.ts'
import { noteTakenUp, takeClosedText } from '../state/lately/closed.ts'
import { noteRefused, routeAgain } from '../state/lately/refused.ts'
import { nowSec } from '../state/memory.ts'
import {
  folderOf,
  noteBelowTicket,
  playsBelowTicket,
  refusalOfScript,
  reopen,
} from '../state/openings.ts'
import { findGroup, readPolicy } from '../state/policy.ts'
import { isReady } from '../state/ready.ts'
import { endReason, findBan, isSessionBanned, recallDenial } from '../state/refusals.ts'
import { networkOf, scriptKey } from '../state/session.ts'
import { failClosed } from '../verdicts/fail-closed.ts'
import { pathOfOpening } from '../verdicts/openings/asked-archive.ts'
import {
  type Asker,
  askerOf,
  identify,
  type Opening,
  prepare,
} from '../verdicts/openings/question.ts'
import { tokenOf } from '../verdicts/openings/secret.ts'
import { chooseSlate } from '../verdicts/openings/slate.ts'
import { channelOfNumber } from '../verdicts/openings/stream-number.ts'
import { isStreamed, readChannel } from '../verdicts/origin.ts'
import { mayOpeningWait } from '../verdicts/wait.ts'

/** `end`: a refusal that holds for this moment only, since the viewer may come back at the next. */
type Judged = OpeningRoute | 'end'

type ByTicket = Opening & { readonly credential: 'ticket' }

const refused = (r: Request, reason: ReasonId): OpeningRoute => {
  refuse(r, reason)
  return 'refuse'
}

/** Whether the request belongs to an inferred session: a player that requests segments below the ticket has not followed the 302, and its requests of manifests are of that session too. */
const isBelowTicket = (key: string, kind: PathKind, { agent }: Asker): boolean => {
  if (kind !== 'segment') return playsBelowTicket(key, agent)
  noteBelowTicket(key, agent)
  return true
}

const kindOf = (rest: string): PathKind =>
  isUntypedEntry(rest) ? 'manifest' : kindOfPath(rest).kind

/** Whether, by group or User-Agent, the player gets an inferred session. */
const isInferred = (ticket: Ticket, { agent }: Asker): boolean => {
  const policy = readPolicy()
  const group = policy && findGroup(policy, ticket.group)
  if (!group) return false
  if (group.redirect === 'inferred') return true
  if (group.inferredAgents.length === 0) return false
  const lower = agent.toLowerCase()
  return group.inferredAgents.some((part) => lower.includes(part))
}

/** The query; without one that is part of Kodi's suffix. */
const argsOf = (r: Request, path: string): string =>
  withoutSuffix(path) === path ? queryWithoutSuffix(variable(r, 'args')) : ''

interface Remembered {
  /** `null` where the edge does not know it. */
  readonly account: string | null
  /** What the same request is found by. */
  readonly key: string
}

/** The route of an opening that needs no decision by control: a repeated one, or one of a script that was refused below its pass a moment ago. */
const routeOrReopen = (
  r: Request,
  asked: OpeningRequest,
  { variables, agent, family, account, key }: Asker & Remembered,
): Judged => {
  // Where the name does not say the protocol, a player that asks for it by HEAD is led to where it shows.
  if (variables['request_method'] === 'HEAD' && !isUntypedEntry(asked.rest)) return 'answer-head'
  const script = isBrowser(family) ? scriptKey(r, asked.channel, agent) : null
  const refusal = script === null ? null : refusalOfScript(script, account)
  if (refusal !== null) {
    refuse(r, refusal)
    return 'end'
  }
  const before = reopen(key, {
    network: () => networkOf(r),
    connection: () => variables['connection'] ?? '',
    isScript: script !== null,
    hasRange: () => (variables['http_range'] ?? '') !== '',
  })
  if (before.kind === 'ended') {
    refuse(r, endReason(before.key, null, Date.now()))
    return 'end'
  }
  if (before.kind === 'unknown') {
    variables['gh_ask_closed'] = takeClosedText()
    return 'ask-control-to-open'
  }
  noteTakenUp(before.key)
  setVariables(r, { gh_pass_location: before.location })
  return 'reopen'
}

const banOn = (
  opening: OpeningRequest,
  ticket: Ticket,
  { network, family, playback }: Asker,
): ReasonId | null =>
  findBan(
    {
      account: ticket.account,
      network,
      download: ticket.download,
      channel: opening.channel,
      family,
      playback: playback || null,
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

/** What an entry is served as: what its origin is known to answer, whatever the entry is called. */
const servedAs = (kind: PathKind, { channel, rest }: Opening): PathKind => {
  if (isUntypedEntry(rest)) return isStreamed(channel) ? 'stream' : kind
  const record = readChannel(channel)
  const isRenamed =
    kind === 'stream' &&
    record !== null &&
    record.protocol !== 'mpegts' &&
    isEntryBelowTicket(rest, record)
  return isRenamed ? 'manifest' : kind
}

/** Verifies a ticket before anything is stored or control is asked, so that forged ones cost neither. */
const judgeTicket = (r: Request, variables: Variables, opening: ByTicket): Judged => {
  const verdict = verifyTicket(opening.ticket)
  if (verdict.ticket !== null) chooseSlate(r, verdict.ticket.group, opening.rest)
  if (!verdict.ok) return refused(r, verdict.reason)
  const asker = askerOf(r, variables)
  const keys = identify(r, opening, asker)
  prepare(r, opening, asker)
  const refusal = recallDenial('gh_denied', keys.refusal) ?? banOn(opening, verdict.ticket, asker)
  if (refusal !== null) return refused(r, refusal)
  const kind = kindOf(opening.rest)
  if (!isInferred(verdict.ticket, asker)) {
    const folder = isBesideOpening(kind, opening.rest)
      ? folderOf(variables['gh_folder_key'] ?? '')
      : null
    if (folder !== null) return toFolder(r, folder, opening.channel)
    const { account } = verdict.ticket
    if (!isBelowTicket(keys.below, kind, asker))
      return routeOrReopen(r, opening, { ...asker, account, key: keys.opening })
  }
  // What is proxied to an origin is asked for by GET.
  if (methodOf(r) === 'POST') return 'method-not-allowed'
  const served = servedAs(kind, opening)
  setVariables(r, { gh_ask_mode: 'inferred', gh_kind: served })
  return `${served}-by-ticket`
}

/** The route of an opening by token or password, which only control can verify, at a limited rate. */
const judgeSecret = (r: Request, variables: Variables, opening: Opening): Judged => {
  const hasToken = opening.credential !== 'token' || tokenOf(r, opening) !== ''
  if (!hasToken && readPolicy()?.asksWithoutToken !== true) return refused(r, 'token.missing')
  const asker = askerOf(r, variables)
  const keys = identify(r, opening, asker)
  prepare(r, opening, asker)
  chooseSlate(r, recallGroup(keys.secret), opening.rest)
  const refusal =
    recallDenial('gh_guessed', `flood:${asker.network}`) ?? recallDenial('gh_guessed', keys.refusal)
  if (refusal !== null) return refused(r, refusal)
  return routeOrReopen(r, opening, { ...asker, account: null, key: keys.opening })
}

/** What is asked for; a reason where it cannot be read. */
const readAsked = (r: Request, variables: Variables): Opening | ReasonId => {
  const asksFor = variables['gh_opening_path'] ?? ''
  const asked = readOpening(
    asksFor,
    (name) => variable(r, `arg_${name}`) !== '',
    (name) => decodePercent(queryWithoutSuffix(variable(r, `arg_${name}`)).replace(/\+/g, ' ')),
  )
  if (asked === null) return 'channel.unknown'
  const isNumbered = asked.credential === 'xtream' || asked.archive !== undefined
  const opening = isNumbered ? { ...asked, channel: channelOfNumber(asked.channel) } : asked
  const query = argsOf(r, asksFor)
  const args = opening.credential === 'token' ? withoutArgument(query, 'token') : query
  const path = pathOfOpening(opening, args, nowSec())
  return typeof path === 'string' ? path : { ...opening, ...path }
}

const judgeAnew = (r: Request, variables: Variables): Judged => {
  const opening = readAsked(r, variables)
  if (typeof opening === 'string') return refused(r, opening)
  variables['gh_credential_kind'] = opening.credential
  variables['gh_channel'] = opening.channel
  variables['gh_rest'] = opening.rest
  if (!isReady()) return refused(r, 'edge.not_ready')
  return opening.credential === 'ticket'
    ? judgeTicket(r, variables, opening)
    : judgeSecret(r, variables, opening)
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
  const method = variables['request_method']
  if (method === 'OPTIONS') return 'cors-preflight'
  if (method !== 'GET' && method !== 'HEAD' && method !== 'POST') return 'method-not-allowed'
  const route = judgeAnew(r, variables)
  if (route === 'end') return 'refuse'
  if (route !== 'refuse') return route
  const wait = waitOf(variables)
  if (wait !== null) return wait
  noteRefused(variables)
  return route
}

/** js_set: the internal location that serves an opening. */
export const routeOpening = failClosed<string>('routeOpening', judge, refused)
