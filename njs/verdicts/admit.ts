import type { ReasonId } from '../domain/reasons.ts'
import { leaseKey } from '../domain/viewer/lease.ts'
import { type Asked, askedUnderPass } from '../platform/asked.ts'
import { nginxCrypto } from '../platform/crypto.ts'
import {
  refuse,
  setManifest,
  setManifestText,
  setRoute,
  setSessionKey,
  setStreamSerial,
  wholeRange,
} from '../platform/reply.ts'
import { methodOf, type Request, type Variables, variablesOf } from '../platform/request.ts'
import { claimStream, isFetchRateSuspicious } from '../state/clone-guard.ts'
import { useLease } from '../state/leases.ts'
import { copyKey, freshText } from '../state/manifests/copies.ts'
import { networkOf } from '../state/session.ts'
import { findRoute, type Route, type RouteRequest } from './origin.ts'

/** What nginx does with a request of a session: lets it through, sends the copy at hand (as 206, where it was asked for as a range), refuses it, or asks control about it. */
export type Verdict = 'allow' | 'send' | 'send-as-range' | 'refuse' | 'ask'

/** Refuses, and leaves why. */
export const refused = (r: Request, reason: ReasonId): 'refuse' => {
  refuse(r, reason)
  return 'refuse'
}

/** Reading a variable costs as much as a look into shared memory: the kind is read once. */
export const kindOf = (variables: Variables): string => variables['gh_kind'] ?? ''

/** A page that the request came from, unless it is one of ours: those name a pass or a ticket, and nginx keeps them to itself. */
const refererOf = (variables: Variables): string =>
  variables['http_referer'] === undefined ? '' : (variables['gh_origin_referer'] ?? '')

/** Finds where the bytes come from and leaves it for nginx; a reason where they come from nowhere. */
export const route = (question: RouteRequest, variables: Variables, kind: string): Route => {
  const found = findRoute(question)
  if (!found.ok) return found
  setRoute(variables, found)
  if (kind === 'manifest') {
    const { channel, rest, args } = question
    const copy = copyKey(channel, rest, args, refererOf(variables))
    setManifest(variables, { copy, rest, seal: found.seal ?? '' })
  }
  return found
}

/** A copy that is fresh serves whoever is let in, whatever he is called by; `null` = there is none. */
const sendCopy = (variables: Variables, asked: Asked): 'send' | 'send-as-range' | null => {
  const key = copyKey(asked.channel, asked.rest, asked.args, refererOf(variables))
  const text = key === '' ? null : freshText(key, Date.now())
  if (text === null) return null
  const range = wholeRange(variables['http_range'], text)
  setManifestText(variables, text, range)
  return range === null ? 'send' : 'send-as-range'
}

/** What enters a session. */
interface Entrance {
  readonly key: string
  /** `manifest`, `segment` or `stream`. */
  readonly kind: string
  readonly path: string
}

/** Enters a session: what it is counted under, and whether it is one player's. */
export const enter = (r: Request, variables: Variables, entrance: Entrance): ReasonId | null => {
  const { key, kind, path } = entrance
  if (kind === 'segment') {
    const problem = isFetchRateSuspicious(key, path, variables['http_range'] ?? '')
    if (problem !== null) return problem
  } else if (kind === 'stream' && (variables['gh_method'] || methodOf(r)) !== 'HEAD') {
    const claim = claimStream(key)
    if (!claim.ok) return claim.reason
    setStreamSerial(variables, claim.serial)
  }
  setSessionKey(variables, key)
  return null
}

/** Lets a request of a live session through. */
export const admit = (
  r: Request,
  variables: Variables,
  question: RouteRequest,
  key: string,
): Verdict => {
  const kind = kindOf(variables)
  const found = route(question, variables, kind)
  if (!found.ok) return refused(r, found.reason)
  const problem = enter(r, variables, { key, kind, path: found.path })
  return problem === null ? 'allow' : refused(r, problem)
}

/** The way of most requests, and so the shortest: a live session, used from its own network. `null` = not that. */
export const admitKnown = (r: Request, variables: Variables): Verdict | null => {
  if (variables['gh_pass'] === '') return null
  const asked = askedUnderPass(variables)
  const key = leaseKey(nginxCrypto, asked.secret, asked.channel)
  const kind = kindOf(variables)
  if (!useLease(key, networkOf(r), kind !== 'manifest')) return null
  // Only what was found to be the channel's own has a copy.
  const sent = kind === 'manifest' ? sendCopy(variables, asked) : null
  if (sent !== null) {
    setSessionKey(variables, key)
    return sent
  }
  return admit(r, variables, { ...asked, isInferred: false }, key)
}

/** A yes came: from here on the session is this edge's. A stream that may not be taken is cut by its guard. */
export const enterAfterYes = (r: Request, key: string): void => {
  const variables = variablesOf(r)
  const entrance = { key, kind: kindOf(variables), path: variables['gh_path'] ?? '' }
  if (enter(r, variables, entrance) !== null) setStreamSerial(variables, '0')
}
