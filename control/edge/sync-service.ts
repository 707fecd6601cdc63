import type {
  DegradedOpening,
  EdgeKeys,
  EdgePolicy,
  SyncRequest,
  SyncResponse,
  TableName,
  TableStep,
} from '#domain/protocol'
import type { Check } from '../access/check.ts'
import type { Admission, BanStore, SessionStore } from '../sessions/session-store.ts'
import type { TrafficMeter } from '../sessions/traffic-meter.ts'
import type { EdgeRegistry } from './edge-registry.ts'

export interface SyncPorts {
  readonly sessions: Pick<SessionStore, 'renew' | 'close'>
  readonly bans: Pick<BanStore, 'since'>
  readonly epoch: () => string | null
  readonly policy: () => EdgePolicy
  readonly keys: () => EdgeKeys
  readonly tableVersion: (name: TableName) => string
  readonly check: (request: Check) => Promise<Admission>
  readonly registry: EdgeRegistry
  readonly traffic: Pick<TrafficMeter, 'add' | 'addEnded'>
}

const staleTables = (request: SyncRequest, ports: SyncPorts): TableStep[] =>
  (['networks', 'channels'] as const)
    .map((name) => ({ name, to: ports.tableVersion(name) }))
    .filter(({ name, to }) => request.have[name] !== to)

/** Asks for the slots of sessions an edge opened by itself; gives the keys that got none. */
const settleDegraded = async (
  openings: readonly DegradedOpening[],
  request: SyncRequest,
  ports: SyncPorts,
): Promise<string[]> => {
  const refused: string[] = []
  for (const { key, pass, channel, address, agent } of openings) {
    const admission = await ports.check({
      key,
      pass,
      channel,
      address,
      agent,
      playback: null,
      silentSec: -1,
      edge: request.edge,
      now: Date.now(),
    })
    if (admission.outcome === 'refused') refused.push(key)
  }
  return refused
}

/** One edge's second: what it saw goes in, what it lacks comes out. */
export const sync = async (request: SyncRequest, ports: SyncPorts): Promise<SyncResponse> => {
  const now = Date.now()
  ports.registry.heard(request, now)
  const { edge, seen, traffic, closed } = request
  for (const [, bytes] of traffic) ports.traffic.add(bytes)
  for (const [, bytes, seconds] of closed) ports.traffic.addEnded(bytes, seconds)
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
  const refused = await settleDegraded(request.degraded, request, ports)
  const changes = ports.bans.since(request.have.bans)
  const epoch = ports.epoch()
  const policy = ports.policy()
  const keys = ports.keys()
  return {
    now,
    ...(epoch === null ? {} : { epoch }),
    ...(request.have.policy === policy.version ? {} : { policy }),
    ...(request.have.keys === keys.version ? {} : { keys }),
    tables: staleTables(request, ports),
    bans: { cursor: changes.cursor, full: changes.full, set: changes.set, clear: changes.clear },
    kill: [...renewed.kill.map(({ key }) => key), ...changes.kill, ...refused],
    drop: [...renewed.drop, ...changes.drop],
    more: seen.length >= MOST_SEEN,
  }
}

/** An edge that reports so many has more to tell. */
const MOST_SEEN = 5000

const closedTraffic = (closed: SyncRequest['closed']): [string, number, number][] =>
  closed.map(([key, bytes]) => [key, bytes, 1])
