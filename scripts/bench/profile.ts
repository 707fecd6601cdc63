import { writeFileSync } from 'node:fs'
import { WebSocket } from 'undici'
import { until } from '../../test/support/programs/port.ts'

/** Where a Node process that was sent SIGUSR1 listens. */
const INSPECTOR = 'http://127.0.0.1:9229/json/list'

const addressOf = async (): Promise<string | null> => {
  try {
    const [target] = (await (await fetch(INSPECTOR)).json()) as { webSocketDebuggerUrl: string }[]
    return target?.webSocketDebuggerUrl ?? null
  } catch {
    return null
  }
}

/** Profiles a running Node process while `work` runs, and writes what `node --cpu-prof` would have written. */
export const profiled = async (
  pid: number,
  file: string,
  work: () => Promise<void>,
): Promise<void> => {
  process.kill(pid, 'SIGUSR1')
  let address: string | null = null
  await until('the inspector', async () => (address = await addressOf()) !== null)
  const socket = new WebSocket(address ?? '')
  await new Promise((resolve) => socket.addEventListener('open', resolve))
  let id = 0
  const call = (method: string): Promise<unknown> => {
    const own = ++id
    return new Promise((resolve) => {
      const take = (event: { data: unknown }): void => {
        const answer = JSON.parse(String(event.data)) as { id?: number; result?: unknown }
        if (answer.id !== own) return
        socket.removeEventListener('message', take)
        resolve(answer.result)
      }
      socket.addEventListener('message', take)
      socket.send(JSON.stringify({ id: own, method }))
    })
  }
  await call('Profiler.enable')
  await call('Profiler.start')
  await work()
  const { profile } = (await call('Profiler.stop')) as { profile: unknown }
  writeFileSync(file, JSON.stringify(profile))
  socket.close()
}
