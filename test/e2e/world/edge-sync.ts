import { request } from 'node:http'
import { join } from 'node:path'
import type { TestService } from '../../support/programs/service.ts'

/** Status of a sync as edges send it, of one start of nginx. */
export const syncAs = async (service: TestService, boot: string): Promise<number> => {
  const nothing = { policy: null, keys: null, networks: null, channels: null, bans: null }
  const told = { njs: '1.0.2', nginx: '1.30.6', engine: 'QuickJS', clock: Date.now(), free: {} }
  const reports = { seen: ['k'.repeat(16)], traffic: [], closed: [], degraded: [] }
  const body = { edge: 'edge-1', boot, ...told, have: { ...nothing, epoch: null }, ...reports }
  return await new Promise((resolve, reject) => {
    const headers = { 'Content-Type': 'application/json' }
    const socketPath = join(service.state, 'run/control.sock')
    const sent = request({ socketPath, path: '/edge/v1/sync', method: 'POST', headers })
    sent.on('error', reject).on('response', (answer) => {
      answer.resume()
      resolve(answer.statusCode ?? 0)
    })
    sent.end(JSON.stringify(body))
  })
}
