import type { ReasonId } from '../domain/reasons.ts'
import { leaseKey } from '../domain/viewer/lease.ts'
import { nginxCrypto } from '../platform/crypto.ts'
import { refuse, setRoute, setSessionKey, setStreamSerial } from '../platform/reply.ts'
import { methodOf, type Request, type Variables, variablesOf } from '../platform/request.ts'
import { claimStream, isFetchRateSuspicious } from '../state/clone-guard.ts'
import { useLease } from '../state/leases.ts'
import { networkOf } from '../state/session.ts'
import { findEntry, findRoute, type Route, type RouteRequest } from './origin.ts'

/** What nginx does with a request of a session: serves it, refuses it, or asks control about it. */
export type Verdict = 'allow' | 'refuse' | 'ask'

/** Refuses, and leaves why. */
export const refused = (r: Request, reason: ReasonId): 'refuse' => {
  refuse(r, reason)
  return 'refuse'
}

/** Reading a variable costs as much as a look into shared memory: the kind is read once. */
export const kindOf = (variables: Variables): string => variables['gh_kind'] ?? ''

/** Finds where the bytes come from and leaves it for nginx; a reason where they come from nowhere. */
export const route = (question: RouteRequest, variables: Variables, kind: string): Route => {
  const found = findRoute(question, variables['gh_args'] ?? '')
  if (found.ok) setRoute(variables, found, kind)
  return found
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
  const pass = variables['gh_pass'] ?? ''
  if (pass === '') return null
  const channel = variables['gh_channel'] ?? ''
  const key = leaseKey(nginxCrypto, pass, channel)
  const kind = kindOf(variables)
  if (!useLease(key, networkOf(r), kind !== 'manifest')) return null
  const rest = variables['gh_rest'] ?? ''
  const entry = findEntry(channel, rest)
  if (entry !== null && kind === 'manifest' && variables['gh_args'] === '') {
    setRoute(variables, entry, 'manifest')
    setSessionKey(variables, key)
    return 'allow'
  }
  return admit(r, variables, { channel, rest, isInferred: false }, key)
}

/** A yes came: from here on the session is this edge's. A stream that may not be taken is cut by its guard. */
export const enterAfterYes = (r: Request, key: string): void => {
  const variables = variablesOf(r)
  const entrance = { key, kind: kindOf(variables), path: variables['gh_path'] ?? '' }
  if (enter(r, variables, entrance) !== null) setStreamSerial(variables, '0')
}
