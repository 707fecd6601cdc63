import { answer } from '../platform/reply.ts'
import type { Request } from '../platform/request.ts'
import { silenceSec } from '../state/leases.ts'
import { currentKid, engine, freeSpace, liveTable, nowSec } from '../state/memory.ts'
import { readPolicy } from '../state/policy.ts'
import { wedgedZone } from '../state/zone-probe.ts'

/** js_content: whether this edge can do its work. */
export const health = (r: Request): void => {
  const now = nowSec()
  const running = engine()
  const wedged = wedgedZone(now)
  const hasTables = liveTable('channels') !== null && liveTable('networks') !== null
  const isReady = currentKid() !== null && readPolicy() !== null && hasTables
  const isHealthy = running.isNewEnough && wedged === null && isReady
  const silent = silenceSec(now)
  const body = {
    status: isHealthy ? 'ok' : 'failing',
    ready: isReady,
    engine: running.engine,
    njs: running.njs,
    nginx: running.nginx,
    engineIsNewEnough: running.isNewEnough,
    wedgedZone: wedged,
    controlSilentSec: silent === now ? null : silent,
    freeBytes: freeSpace(),
  }
  answer(
    r,
    isHealthy ? 200 : 503,
    { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' },
    `${JSON.stringify(body)}\n`,
  )
}
