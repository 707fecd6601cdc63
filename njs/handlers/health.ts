import { answer } from '../platform/reply.ts'
import { type Request, variable } from '../platform/request.ts'
import { silenceSec } from '../state/leases.ts'
import { engine, freeSpace, nowSec } from '../state/memory.ts'
import { missingParts } from '../state/ready.ts'
import { isDiskFull } from '../state/sync/disk-probe.ts'
import { tablesWithoutRoom } from '../state/sync/tables.ts'
import { readTroubles } from '../state/sync/troubles.ts'
import { wedgedZone } from '../state/sync/zone-probe.ts'

/** js_content: the edge's health as JSON; 503 where it cannot admit viewers. */
export const health = (r: Request): void => {
  const now = nowSec()
  const running = engine()
  const wedged = wedgedZone(now)
  const missing = missingParts()
  const isReady = missing.length === 0
  const isHealthy = running.isNewEnough && wedged === null && isReady
  const silent = silenceSec(now)
  const body = {
    status: isHealthy ? 'ok' : 'failing',
    ready: isReady,
    missing,
    noRoomFor: tablesWithoutRoom(),
    engine: running.engine,
    njs: running.njs,
    nginx: running.nginx,
    engineIsNewEnough: running.isNewEnough,
    wedgedZone: wedged,
    diskFull: isDiskFull(),
    troubles: readTroubles(variable(r, 'gh_troubles_file')),
    controlSilentSec: silent === now ? null : silent,
    zones: variable(r, 'gh_zones'),
    release: variable(r, 'gh_release'),
    files: variable(r, 'gh_files'),
    freeBytes: freeSpace(),
  }
  answer(
    r,
    isHealthy ? 200 : 503,
    { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' },
    `${JSON.stringify(body)}\n`,
  )
}
