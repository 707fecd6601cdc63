import type { LiveSession } from '../../sessions/model/live-session.ts'
import type { AuthRequest, Decision } from '../authorize/decision.ts'
import type { Authorizer } from '../ports.ts'
import type { LiveAuth, LiveAuthStore } from './live-auth.ts'

/** Rules of the configuration in use, without its HTTP backends. */
export interface AuthRules extends Pick<Authorizer, 'backendFor'> {
  /** What rules, or where there are no backends the default, say; `null`: the backends decide. */
  byRules(request: AuthRequest): Decision | null
  /** The token of an auth backend's lists that has this fingerprint. */
  tokenByPrint(authBackend: string, print: string): string | null
  /** Whether signed links open the channel: they come before every rule. */
  isLinked(channel: string): boolean
}

export interface RejudgePorts {
  readonly book: AuthRules
  readonly store: Pick<LiveAuthStore, 'list' | 'get' | 'put' | 'remove'>
  readonly running: () => AsyncIterable<LiveSession>
  readonly end: (sessionId: string, decision: Decision) => Promise<void>
  readonly now: () => number
}

/** The request for the auth backend configured now; `null` where there is none any more. */
export const currentRequestOf = (
  request: AuthRequest,
  { backendFor }: Pick<Authorizer, 'backendFor'>,
): AuthRequest | null => {
  if (request.group === undefined) return request
  const authBackend = backendFor(request.channel, request.group)
  return authBackend === null ? null : { ...request, authBackend }
}

const wasAnswered = ({ decision }: LiveAuth): boolean => decision.reason.startsWith('backend.')

/** Judges a session whose opening an auth backend judged; says whether it was ended. */
const rejudgeKnown = async (live: LiveAuth, ports: RejudgePorts): Promise<boolean> => {
  const { store, book, now } = ports
  const { sessionId, authBackend } = live.request
  const request = currentRequestOf(live.request, book)
  if (request === null) {
    await store.remove(sessionId)
    return false
  }
  const decision = book.byRules(request)
  if (decision?.verdict === 'deny') {
    const dueAt = now() + decision.denySec * 1000
    const kept = { ...decision, trace: [] }
    await store.put({ ...live, request, decision: kept, dueAt, isParked: true })
    await ports.end(sessionId, decision)
    return true
  }
  // Sessions allowed by a backend get their update at the usual time; those allowed by a rule that
  // no longer does, now.
  const isDue = decision === null && !wasAnswered(live)
  if (isDue || request.authBackend !== authBackend)
    await store.put({ ...live, request, ...(isDue ? { dueAt: now() } : {}) })
  return false
}

/** What is known of a session that no auth backend judged when it opened. */
export type UnjudgedSession = Pick<
  LiveSession,
  | 'sid'
  | 'channel'
  | 'group'
  | 'download'
  | 'tokenPrint'
  | 'protocol'
  | 'address'
  | 'country'
  | 'agent'
>

/** Its request; `null` where no auth backend would judge it now. */
const requestOfSession = (session: UnjudgedSession, book: AuthRules): AuthRequest | null => {
  const { channel, group, download, tokenPrint } = session
  const authBackend = book.backendFor(channel, group)
  if (authBackend === null || book.isLinked(channel)) return null
  return {
    authBackend,
    channel,
    group,
    proto: session.protocol,
    address: session.address,
    country: session.country,
    token: download ?? (tokenPrint === null ? null : book.tokenByPrint(authBackend, tokenPrint)),
    sessionId: session.sid,
    userAgent: session.agent,
    referer: null,
    host: null,
    qs: null,
    streamClients: 0,
    totalClients: 0,
  }
}

/** The rule that refuses a session whose pass is used again, at its present address; `null` where none does. */
export const refusedOnReturn = (
  live: LiveAuth | null,
  session: UnjudgedSession,
  book: AuthRules,
): Decision | null => {
  const request =
    live === null ? requestOfSession(session, book) : currentRequestOf(live.request, book)
  if (request === null) return null
  const { address, country, agent: userAgent } = session
  const decision = book.byRules({ ...request, address, country, userAgent })
  return decision?.verdict === 'deny' && decision.rule !== null ? decision : null
}

/** Evaluates the current rules for every running session and ends those they deny; returns how many ended. */
export const rejudge = async (ports: RejudgePorts): Promise<number> => {
  const known = new Set<string>()
  let ended = 0
  for await (const live of ports.store.list()) {
    known.add(live.request.sessionId)
    if (await rejudgeKnown(live, ports)) ended += 1
  }
  for await (const session of ports.running()) {
    const request = known.has(session.sid) ? null : requestOfSession(session, ports.book)
    // It may have opened since.
    if (request === null || (await ports.store.get(session.sid)) !== null) continue
    const decision = ports.book.byRules(request)
    if (decision?.verdict !== 'deny') continue
    await ports.end(session.sid, decision)
    ended += 1
  }
  return ended
}
