import type {
  EdgeKeys,
  EdgePolicy,
  ReportedSession,
  SyncRequest,
  SyncResponse,
  TableName,
  TableStep,
} from '#domain/channels/protocol'
import { isReasonId } from '#domain/reasons'
import type { Protocol } from '#domain/types'
import type { Check } from '../access/admission/check.ts'
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
  readonly registry: EdgeRegistry
  readonly catchUp: Pick<EdgeCatchUp, 'beginSync' | 'isWaiting' | 'synced'>
  readonly traffic: Pick<TrafficMeter, 'add'>
  /** Counts where origins send players past an edge. */
  readonly past: (edge: string, rows: NonNullable<SyncRequest['past']>) => void
  /** Takes what an origin answers for a channel. */
  readonly learn: (channel: string, protocol: Protocol) => void
}

const staleTables = (request: SyncRequest, ports: SyncPorts): TableStep[] =>
  (['networks', 'channels'] as const)
    .map((name) => ({ name, to: ports.tableVersion(name) }))
    .filter(({ name, to }) => request.have[name] !== to)

/** Takes slots for sessions that no request asks about; returns the keys of those that are refused one. */
const refusedOf = async (
  sessions: readonly ReportedSession[] | undefined,
  edge: string,
  ports: SyncPorts,
): Promise<string[]> => {
  const refused: string[] = []
  for (const { key, pass, channel, address, agent, family } of sessions ?? []) {
    const admission = await ports.check({
      key,
      pass,
      channel,
      address,
      agent,
      family: family ?? null,
      playback: null,
      silentSec: -1,
      edge,
      now: Date.now(),
    })
    if (admission.outcome === 'refused') refused.push(key)
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
  { edge, past, protocols = [] }: SyncRequest,
  ports: Pick<SyncPorts, 'past' | 'learn'>,
): void => {
  if (past !== undefined) ports.past(edge, past)
  for (const [channel, protocol] of protocols) ports.learn(channel, protocol)
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
  const refused = again ? [] : await refusedOf(request.degraded, edge, ports)
  const close = await refusedOf(request.running, edge, ports)
  const changes = ports.bans.since(request.have.bans)
  const policy = ports.policy()
  const keys = ports.keys()
  const more = seen.length >= MOST_SEEN
  ports.catchUp.synced(edge, !isStrange && !more)
  const answered = epoch ?? (isStrange ? DEGRADED_EPOCH : null)
  return {
    now,
    ...(answered === null ? {} : { epoch: answered }),
    ...(request.have.policy === policy.version ? {} : { policy }),
    ...(request.have.keys === keys.version ? {} : { keys }),
    tables: staleTables(request, ports),
    bans: { cursor: changes.cursor, full: changes.full, set: changes.set, clear: changes.clear },
    kill: [...renewed.kill.map(({ key }) => key), ...changes.kill, ...refused],
    drop: [...renewed.drop, ...changes.drop],
    ...(close.length === 0 ? {} : { close }),
    more,
    ...(again ? { again } : {}),
  }
}

/** Most keys an edge reports at one sync: with so many, more are waiting. */
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
