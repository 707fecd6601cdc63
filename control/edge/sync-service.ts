import pLimit from 'p-limit'
import type {
  BanRow,
  EdgeKeys,
  EdgePolicy,
  ReportedSession,
  SyncRequest,
  SyncResponse,
  TableName,
  TableStep,
} from '#domain/channels/protocol'
import { readPass } from '#domain/credentials/pass'
import { groupBy } from '#domain/group-by'
import { isReasonId, type ReasonId } from '#domain/reasons'
import type { Protocol } from '#domain/types'
import type { Check, CheckAlone } from '../access/admission/check.ts'
import type { BanStore } from '../sessions/model/ban-store.ts'
import type { Admission, SessionStore } from '../sessions/model/session-store.ts'
import type { TrafficMeter } from '../sessions/traffic-meter.ts'
import { DEGRADED_EPOCH, type EdgeCatchUp } from './edge-catch-up.ts'
import type { EdgeRegistry } from './edge-registry.ts'

export interface SyncPorts {
  readonly sessions: Pick<SessionStore, 'renew' | 'close'>
  readonly bans: Pick<BanStore, 'since'>
  readonly epoch: () => string | null
  /** The clock of bans in Unix ms: Redis' clock, which all control planes share. */
  readonly clock: () => number
  readonly policy: () => EdgePolicy
  readonly keys: () => EdgeKeys
  readonly tableVersion: (name: TableName) => string
  readonly check: (request: Check) => Promise<Admission>
  /** The same of a session that its edge let in by itself. */
  readonly checkAlone: (request: CheckAlone) => Promise<Admission>
  readonly registry: EdgeRegistry
  readonly catchUp: Pick<EdgeCatchUp, 'beginSync' | 'isWaiting' | 'synced'>
  readonly traffic: Pick<TrafficMeter, 'add'>
  /** Counts where origins send players past an edge. */
  readonly past: (edge: string, rows: NonNullable<SyncRequest['past']>) => void
  /** Counts channels whose origins write manifests for each viewer. */
  readonly unshared: (edge: string, rows: NonNullable<SyncRequest['unshared']>) => void
  /** Counts an origin that was asked in vain. */
  readonly failed: (origin: string, reason: ReasonId) => void
  /** Takes what an origin answers for a channel. */
  readonly learn: (channel: string, protocol: Protocol) => void
}

const staleTables = (request: SyncRequest, ports: SyncPorts): TableStep[] =>
  (['networks', 'channels'] as const)
    .map((name) => ({ name, to: ports.tableVersion(name) }))
    .filter(({ name, to }) => request.have[name] !== to)

/** Accounts whose sessions are checked beside each other: the edge waits less than a second for the answer to all. */
const ACCOUNTS_AT_ONCE = 16

/** Takes slots for sessions that no request asks about; returns those that are refused one, each with the reason. */
const refusedOf = async (
  sessions: readonly ReportedSession[] | undefined,
  edge: string,
  judge: SyncPorts['checkAlone'],
): Promise<[key: string, reason: string][]> => {
  if (sessions === undefined || sessions.length === 0) return []
  const atOnce = pLimit(ACCOUNTS_AT_ONCE)
  // Each account's in their order: the oldest takes a slot first.
  const accounts = groupBy(sessions, ({ pass, key }) => readPass(pass)?.account ?? key)
  const lists = await Promise.all(
    [...accounts.values()].map((list) =>
      atOnce(async () => await refusedInTurn(list, edge, judge)),
    ),
  )
  return lists.flat()
}

const refusedInTurn = async (
  sessions: readonly ReportedSession[],
  edge: string,
  judge: SyncPorts['checkAlone'],
): Promise<[key: string, reason: string][]> => {
  const refused: [string, string][] = []
  for (const { key, pass, channel, address, agent, family, at } of sessions) {
    const admission = await judge({
      key,
      pass,
      channel,
      address,
      agent,
      family: family ?? null,
      playback: null,
      silentSec: -1,
      edge,
      openedAt: at,
      now: Date.now(),
    })
    if (admission.outcome === 'refused') refused.push([key, admission.reason])
  }
  return refused
}

/** Ends the sessions that an edge has ended without control, each with its reason. */
const closeEnded = async (
  ended: NonNullable<SyncRequest['ended']>,
  ports: SyncPorts,
): Promise<void> => {
  for (const [key, reason] of ended)
    await ports.sessions.close([key], isReasonId(reason) ? reason : 'session.ended')
}

/** Takes what an edge has seen of origins. */
const noteOrigins = (
  { edge, past, protocols = [], failures = [], unshared }: SyncRequest,
  ports: Pick<SyncPorts, 'past' | 'learn' | 'failed' | 'unshared'>,
): void => {
  if (past !== undefined) ports.past(edge, past)
  if (unshared !== undefined) ports.unshared(edge, unshared)
  for (const [channel, protocol] of protocols) ports.learn(channel, protocol)
  for (const [origin, reason] of failures) if (isReasonId(reason)) ports.failed(origin, reason)
}

/**
 * Handles `POST /edge/v1/sync`: processes the edge's reports and returns what has changed since
 * its last sync.
 */
export const sync = async (request: SyncRequest, ports: SyncPorts): Promise<SyncResponse> => {
  const now = ports.clock()
  ports.registry.synced(request, now)
  const { edge, seen, traffic, closed } = request
  const epoch = ports.epoch()
  const isStrange = ports.catchUp.beginSync(edge, request.have.epoch, epoch)
  // A stream's bytes are reported while it runs; `closed` has only those of its last seconds.
  for (const [, bytes] of [...traffic, ...closed]) ports.traffic.add(bytes)
  const renewed = await ports.sessions.renew({
    edge,
    seen,
    traffic: [...traffic, ...closedTraffic(closed)],
  })
  if (closed.length > 0)
    await ports.sessions.close(
      closed.map(([key]) => key),
      'session.closed',
    )
  await closeEnded(request.ended ?? [], ports)
  noteOrigins(request, ports)
  // A session opened while control was down must not take the slot of an older one that has not
  // returned yet.
  const again = ports.catchUp.isWaiting(edge)
  const refused = again ? [] : await refusedOf(request.degraded, edge, ports.checkAlone)
  const close = await refusedOf(request.running, edge, ports.check)
  const changes = ports.bans.since(request.have.bans)
  const policy = ports.policy()
  const keys = ports.keys()
  const more = hasMore(request)
  ports.catchUp.synced(edge, !isStrange && !more)
  const answered = epoch ?? (isStrange ? DEGRADED_EPOCH : null)
  return {
    now,
    ...(answered === null ? {} : { epoch: answered }),
    ...(request.have.policy === policy.version ? {} : { policy }),
    ...(request.have.keys === keys.version ? {} : { keys }),
    tables: staleTables(request, ports),
    bans: {
      cursor: changes.cursor,
      full: changes.full,
      set: [...changes.set, ...reasonsOf(refused, now)],
      clear: changes.clear,
    },
    kill: [...renewed.kill.map(({ key }) => key), ...changes.kill, ...refused.map(([key]) => key)],
    drop: [...renewed.drop, ...changes.drop],
    ...(close.length === 0 ? {} : { close: close.map(([key]) => key) }),
    more,
    ...(again ? { again } : {}),
  }
}

const hasMore = ({ more, seen }: SyncRequest): boolean => more ?? seen.length >= MOST_SEEN

/** How long a session that was opened without control, and is refused, hears why. */
const KILL_MS = 3_600_000

/** Why sessions end, for their players' next requests. */
const reasonsOf = (refused: readonly [string, string][], now: number): BanRow[] =>
  refused.map(([key, reason]) => [key, now + KILL_MS, reason])

/** Most keys an older edge reports at one sync: with so many, more are waiting. */
const MOST_SEEN = 1000

/** Ends what an opening reported before the sync does: the place of a closed connection is free for it. */
export const endClosed = async (
  closed: SyncRequest['closed'],
  edge: string,
  { renew, close }: Pick<SessionStore, 'renew' | 'close'>,
): Promise<void> => {
  if (closed.length === 0) return
  await renew({ edge, seen: [], traffic: closedTraffic(closed) })
  await close(
    closed.map(([key]) => key),
    'session.closed',
  )
}

const closedTraffic = (closed: SyncRequest['closed']): [string, number, number][] =>
  closed.map(([key, bytes]) => [key, bytes, 1])
