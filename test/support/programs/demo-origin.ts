import { join } from 'node:path'
import { packageRoot } from '../../../control/config/paths.ts'
import { run } from '../../../control/runtime/exec.ts'
import { startChild } from './child.ts'
import { freePort, until } from './port.ts'

/** The demo's media server by itself, for several control planes to share; `host:port`. */
export async function startDemoOrigin(): Promise<{ address: string; stop: () => Promise<void> }> {
  await run([join(packageRoot(), 'scripts/build')])
  const address = `127.0.0.1:${await freePort()}`
  const program = join(packageRoot(), 'dist/origin.js')
  const child = startChild([process.execPath, program, '--listen', address])
  await until('the demo origin', async () => {
    return (await fetch(`http://${address}/health`).catch(() => null))?.status === 200
  })
  return { address, stop: () => child.stop() }
}
