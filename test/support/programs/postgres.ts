import { chown } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { run } from '../../../control/runtime/exec.ts'
import { NOBODY, resolveTool } from '../../../control/runtime/resolve.ts'
import { tempDir } from '../temp-dir.ts'
import { startChild } from './child.ts'
import { freePort, until } from './port.ts'

/** A real PostgreSQL of the test's own, with one empty database. */
export interface TestPostgres {
  readonly url: string
  readonly port: number
  readonly pid: number
  readonly stop: () => Promise<void>
  readonly kill9: () => Promise<void>
}

/** Starts PostgreSQL on a free loopback port, unprivileged, without fsync. */
export async function startPostgres(): Promise<TestPostgres> {
  const tool = await resolveTool('postgresql')
  const folder = await tempDir()
  if (process.getuid?.() === 0) await chown(folder.path, NOBODY, NOBODY)
  const data = join(folder.path, 'data')
  const server = tool.argv.at(-1) ?? ''
  const prefix = tool.argv.slice(0, -1)
  const made = await run(
    [
      ...prefix,
      join(dirname(server), 'initdb'),
      '-D',
      data,
      '-U',
      'gatehouse',
      '-A',
      'trust',
      '-N',
      '-E',
      'UTF8',
      '--no-locale',
    ],
    { cwd: folder.path, timeoutMs: 120_000 },
  )
  if (made.code !== 0) throw new Error(`initdb failed:\n${made.stdout}${made.stderr}`)
  const port = await freePort()
  const settings = [`-p${port}`, '-h127.0.0.1', `-k${folder.path}`, '-F']
  const child = startChild([...tool.argv, '-D', data, ...settings], { cwd: folder.path })
  await until('PostgreSQL', () => {
    if (child.exitCode() !== null) throw new Error(`PostgreSQL ended:\n${child.output()}`)
    return child.output().includes('ready to accept connections')
  })
  return {
    url: `postgres://gatehouse@127.0.0.1:${port}/postgres`,
    port,
    pid: child.pid,
    async stop() {
      await child.stop('SIGINT')
      await folder.remove()
    },
    kill9: () => child.stop('SIGKILL'),
  }
}
