import { connect } from 'node:net'
import { join } from 'node:path'
import { resolveTool } from '../../../control/runtime/resolve.ts'
import { tempDir } from '../temp-dir.ts'
import { type Child, startChild } from './child.ts'
import { freePort, until } from './port.ts'

/** A real Redis of the test's own. */
export interface TestRedis {
  readonly url: string
  readonly port: number
  readonly socket: string
  readonly pid: number
  /** The folder with its data; give it to another `startRedis` to start again on the same data. */
  readonly dir: string
  readonly stop: () => Promise<void>
  /** Kills it at once, as a crash would; the data folder stays until `stop`. */
  readonly kill9: () => Promise<void>
  /** Starts it again on the same port, with its data or without. */
  readonly restart: (options?: { keepData?: boolean }) => Promise<void>
}

/** Starts Redis on a free port and a unix socket; `args` are further command-line settings. */
export async function startRedis(options: { args?: readonly string[] } = {}): Promise<TestRedis> {
  const tool = await resolveTool('redis')
  const folder = await tempDir()
  const port = await freePort()
  const socket = join(folder.path, 'redis.sock')
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--unixsocket', socket]
  settings.push('--dir', folder.path, '--save', '', '--maxmemory-policy', 'noeviction')
  settings.push('--daemonize', 'no', ...(options.args ?? ['--appendonly', 'no']))
  const boot = async () => {
    const child = startChild([...tool.argv, ...settings])
    await until(
      `Redis on port ${port}`,
      async () => {
        if (child.exitCode() !== null) throw new Error(`Redis ended:\n${child.output()}`)
        return answers(port)
      },
      30_000,
    )
    return child
  }
  let child: Child = await boot()
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    socket,
    dir: folder.path,
    get pid() {
      return child.pid
    },
    async stop() {
      await child.stop()
      await folder.remove()
    },
    kill9: () => child.stop('SIGKILL'),
    async restart({ keepData = true } = {}) {
      await child.stop(keepData ? 'SIGTERM' : 'SIGKILL')
      if (!keepData) {
        const { rm } = await import('node:fs/promises')
        for (const name of ['appendonlydir', 'dump.rdb']) {
          await rm(join(folder.path, name), { recursive: true, force: true })
        }
      }
      child = await boot()
    },
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'))
    socket.setTimeout(1000, () => socket.destroy())
    socket.on('data', (data) => {
      socket.destroy()
      resolve(data.toString().startsWith('+PONG'))
    })
    socket.on('error', () => resolve(false))
    socket.on('close', () => resolve(false))
  })
}
