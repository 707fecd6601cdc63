import type { SyncRequest } from '#domain/channels/protocol'
import { filesComplaint } from '../nginx/release.ts'
import type { FilesMark } from '../nginx/settings.ts'
import { ZONE_SETTINGS } from '../nginx/zone-meanings.ts'
import { say } from '../sentences/sentences.ts'

/** State of an edge as of its last sync. */
export interface EdgeStatus {
  readonly id: string
  readonly boot: string
  readonly nginx: string
  readonly njs: string
  readonly engine: string
  /** Unix ms of its last sync. */
  readonly lastSyncAt: number
  /** Its clock minus the control plane's, in ms. */
  readonly clockSkewMs: number
  /** Free bytes of its shared memory, by zone. */
  readonly free: Readonly<Record<string, number>>
  /** Reports its last sync carried: leases used, ended and opened without control. One carries 1,000 of a kind at most; the rest waits. */
  readonly reports: number
  readonly alarms: readonly string[]
}

export interface EdgeRegistry {
  synced(request: SyncRequest, now: number): void
  list(): readonly EdgeStatus[]
  forget(edge: string): void
}

const SKEW_ALARM_MS = 5_000
const LOW_BYTES = 512 * 1024
const SILENT_MS = 10_000

const PARTS = ['keys', 'policy', 'networks', 'channels', 'bans'] as const

/** What the edge has not loaded yet and cannot admit viewers without. */
const missingOf = ({ have }: SyncRequest): string[] => {
  const missing = PARTS.filter((part) => have[part] === null)
  return missing.length === 0 ? [] : [say('edge.waits', { parts: missing.join(', ') })]
}

const alarmsOf = (request: SyncRequest, skew: number, ours: FilesMark): string[] => {
  const alarms = missingOf(request)
  const files = filesComplaint(request, ours)
  if (files !== null) alarms.push(files)
  if (Math.abs(skew) > SKEW_ALARM_MS) {
    alarms.push(say('edge.clock', { seconds: Math.round(skew / 1000) }))
  }
  for (const [zone, bytes] of Object.entries(request.free)) {
    const setting = ZONE_SETTINGS[zone]
    if (bytes < LOW_BYTES && setting !== undefined)
      alarms.push(say('edge.memory', { zone, setting }))
    if (bytes < LOW_BYTES && zone === 'gh_texts') alarms.push(say('edge.memory_of_groups'))
  }
  if (request.diskFull === true) alarms.push(say('edge.disk_full'))
  return [...alarms, ...(request.troubles ?? [])]
}

const reportsOf = ({
  seen,
  closed,
  degraded,
  ended,
  past,
  protocols,
  failures,
  unshared,
}: SyncRequest): number =>
  seen.length +
  closed.length +
  degraded.length +
  (ended?.length ?? 0) +
  (past?.length ?? 0) +
  (protocols?.length ?? 0) +
  (failures?.length ?? 0) +
  (unshared?.length ?? 0)

const SILENT = say('edge.silent')

/** Keeps the last sync of every edge in memory; edges sync once a second. `filesFor`: what the files of an edge should be, as `filesComplaint` takes it. */
export const createEdgeRegistry = (
  clock: () => number,
  filesFor: (edge: string) => FilesMark,
): EdgeRegistry => {
  const edges = new Map<string, EdgeStatus>()
  return {
    synced: (request, now) => {
      const clockSkewMs = request.clock - now
      edges.set(request.edge, {
        id: request.edge,
        boot: request.boot,
        nginx: request.nginx,
        njs: request.njs,
        engine: request.engine,
        lastSyncAt: now,
        clockSkewMs,
        free: request.free,
        reports: reportsOf(request),
        alarms: alarmsOf(request, clockSkewMs, filesFor(request.edge)),
      })
    },
    forget: (edge) => void edges.delete(edge),
    list: () =>
      [...edges.values()].map((edge) =>
        clock() - edge.lastSyncAt > SILENT_MS
          ? { ...edge, alarms: [...edge.alarms, SILENT] }
          : edge,
      ),
  }
}
