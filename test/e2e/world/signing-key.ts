import { request } from 'node:http'
import { join } from 'node:path'
import type { SyncRequest, SyncResponse } from '../../../njs/domain/channels/protocol.ts'
import type { TestService } from '../../support/programs/service.ts'

/** The key that signs now, as the control plane gives it to an edge on its machine. */
export async function signingKey(
  service: TestService,
): Promise<{ kid: number; secret: Uint8Array }> {
  const hello: SyncRequest = {
    edge: 'edge-test',
    boot: 'test',
    njs: '1.0.2',
    nginx: '1.30.6',
    engine: 'QuickJS',
    clock: Date.now(),
    have: { policy: null, keys: null, networks: null, channels: null, bans: null, epoch: null },
    seen: [],
    traffic: [],
    closed: [],
    degraded: [],
    free: {},
  }
  const text = await post(join(service.state, 'run/control.sock'), JSON.stringify(hello))
  const { keys } = JSON.parse(text) as SyncResponse
  const secret = keys?.secrets[String(keys.current)]
  if (keys === undefined || secret === undefined) throw new Error(`no keys: ${text.slice(0, 200)}`)
  return { kid: keys.current, secret: Buffer.from(secret, 'hex') }
}

function post(socketPath: string, body: string): Promise<string> {
  const headers = { 'Content-Type': 'application/json' }
  return new Promise((resolve, reject) => {
    const path = '/edge/v1/sync'
    const outgoing = request({ socketPath, path, method: 'POST', headers }, (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      answer.on('end', () => resolve(text))
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}
