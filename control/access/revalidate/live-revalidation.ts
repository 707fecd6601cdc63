import type { ReasonId } from '#domain/reasons'
import type { Authorize, AuthRequest, Decision } from '../authorize/decision.ts'
import type { LiveAuth, LiveAuthStore } from './live-auth.ts'
import {
  type AuthRules,
  currentRequestOf,
  refusedOnReturn,
  type UnjudgedSession,
} from './rejudge.ts'

export interface LiveRevalidationPorts {
  readonly book: AuthRules
  readonly authorize: Authorize
  readonly store: LiveAuthStore
  readonly now: () => number
  /** Bytes sent to a running session so far; `null`: it no longer runs. */
  readonly bytesOf: (sessionId: string) => Promise<number | null>
  /** The viewers as backends see them. */
  readonly clientsOf: (channel: string) => Promise<{ stream: number; total: number }>
  /** Ends a session that was refused at its update. */
  readonly end: (sessionId: string, reason: ReasonId, denySec: number) => Promise<void>
  /**
   * Applies the result of an update to a session that continues: account, cap and duration may be
   * new.
   */
  readonly keep: (sessionId: string, decision: Decision) => Promise<void>
  /** Makes remembered decisions void. */
  readonly forget: (channel: string | null, at: number) => Promise<void>
}

/** Result of one round of updates. */
export interface RoundResult {
  readonly asked: number
  readonly ended: number
  /** Had stopped running. */
  readonly gone: number
  /** The backend did not answer; tried again when their hold ends. */
  readonly failed: number
}

/**
 * Repeats the authorization of running sessions when their `X-AuthDuration` is over (Flussonic's
 * `update_session`).
 */
export interface LiveRevalidation {
  opened(request: AuthRequest, decision: Decision): Promise<void>
  closed(sessionId: string): Promise<void>
  /**
   * The decision about a pass that is used again: backends are asked about an ended session, rules
   * are evaluated for any; `null` = unchanged.
   */
  returned(session: UnjudgedSession): Promise<Decision | null>
  /** Sends all updates that are due, several at a time. */
  round(): Promise<RoundResult>
  /** Makes the sessions of one channel or (`null`) all due now; returns their number. */
  reauth(channel: string | null): Promise<number>
}

/** X-AuthDuration: 0 asks at each sync; this is how often rounds come for it. */
const LEAST_INTERVAL_SEC = 1
const AT_ONCE = 200
const BATCHES = 20
const HOLD_MS = 30_000

/**
 * A decision of rules alone holds until they change; this often sessions that stopped are removed.
 */
const RULES_INTERVAL_SEC = 3_600

/** Whether an auth backend decided or would have been asked. */
const isBackends = ({ trace }: Decision): boolean =>
  trace.some(({ step }) => step === 'backend' || step === 'cache')

const dueAfter = (now: number, decision: Decision): number => {
  const least = isBackends(decision) ? LEAST_INTERVAL_SEC : RULES_INTERVAL_SEC
  return now + Math.max(least, decision.authDurationSec) * 1000
}

type Step = 'kept' | 'ended' | 'gone' | 'failed'

/**
 * Sends a session's next update and stores the answer; a refused session is parked until its deny
 * time ends. `null`: no auth backend is asked about its channel any more.
 */
const askAgain = async (
  live: LiveAuth,
  bytes: number,
  ports: LiveRevalidationPorts,
): Promise<Decision | null> => {
  const asked = currentRequestOf(live.request, ports.book)
  if (asked === null) {
    await ports.store.remove(live.request.sessionId)
    return null
  }
  const clients = await ports.clientsOf(asked.channel)
  const request = { ...asked, streamClients: clients.stream, totalClients: clients.total }
  const now = ports.now()
  const updates = live.updates + 1
  const durationSec = (now - live.openedAt) / 1000
  const previous = { decision: live.decision, requestNumber: updates, durationSec, bytes }
  const decision = await ports.authorize(request, previous)
  const isParked = decision.verdict === 'deny'
  const dueAt = isParked ? now + decision.denySec * 1000 : dueAfter(now, decision)
  const kept = { ...decision, trace: [] }
  await ports.store.put({ ...live, request, decision: kept, updates, bytes, dueAt, isParked })
  return decision
}

/** Whether a session has ended and its decision is to be repeated; where it became due a moment ago, no round has parked it yet. */
const isOver = async (live: LiveAuth, ports: LiveRevalidationPorts): Promise<boolean> => {
  if (live.isParked === true) return true
  return live.dueAt <= ports.now() && (await ports.bytesOf(live.request.sessionId)) === null
}

/** Sends one session's update and applies the answer. */
const updateOne = async (live: LiveAuth, ports: LiveRevalidationPorts): Promise<Step> => {
  const { sessionId } = live.request
  const counted = await ports.bytesOf(sessionId)
  if (counted === null) {
    await ports.store.put({ ...live, dueAt: 0, isParked: true })
    return 'gone'
  }
  const decision = await askAgain(live, counted + (live.bytesBefore ?? 0), ports)
  if (decision === null) return 'kept'
  if (decision.verdict === 'deny') {
    await ports.end(sessionId, decision.reason, decision.denySec)
    return 'ended'
  }
  await ports.keep(sessionId, decision)
  return 'kept'
}

/** Creates the revalidation; the caller runs `round` about once a second. */
export const createLiveRevalidation = (ports: LiveRevalidationPorts): LiveRevalidation => ({
  async opened(request, decision) {
    if (decision.verdict !== 'allow') return
    const now = ports.now()
    const kept = { ...decision, trace: [] }
    const dueAt = dueAfter(now, decision)
    await ports.store.put({ request, decision: kept, openedAt: now, updates: 0, dueAt })
  },

  closed: (sessionId) => ports.store.remove(sessionId),

  async returned(session) {
    const live = await ports.store.get(session.sid)
    if (live === null || !(await isOver(live, ports)))
      return refusedOnReturn(live, session, ports.book)
    const leftMs = live.dueAt - ports.now()
    if (live.decision.verdict === 'deny' && leftMs > 0)
      return { ...live.decision, denySec: Math.ceil(leftMs / 1000) }
    const bytesBefore = live.bytes ?? 0
    return await askAgain({ ...live, bytesBefore }, bytesBefore, ports)
  },

  async round() {
    const result = { asked: 0, ended: 0, gone: 0, failed: 0 }
    for (let batch = 0; batch < BATCHES; batch += 1) {
      const due = await ports.store.claimDue(ports.now(), AT_ONCE, HOLD_MS)
      const asking = due.map((live) => updateOne(live, ports).catch((): Step => 'failed'))
      for (const step of await Promise.all(asking)) {
        if (step === 'kept' || step === 'ended') result.asked += 1
        if (step !== 'kept') result[step] += 1
      }
      if (due.length < AT_ONCE) break
    }
    return result
  },

  async reauth(channel) {
    const now = ports.now()
    await ports.forget(channel, now)
    return await ports.store.makeDue(channel, now)
  },
})
