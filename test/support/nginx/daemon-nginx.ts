import { existsSync, readFileSync } from 'node:fs'
import { chown, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from '../../../control/runtime/exec.ts'
import { resolveTool } from '../../../control/runtime/resolve.ts'
import { tempDir } from '../cleanup.ts'
import { freePort, until } from '../programs/port.ts'

/** A real nginx that runs as a daemon: it takes no upgrade from the process that started it. */
export interface DaemonNginx {
  readonly url: string
  /** Starts a second one on the same sockets, as for another binary (`USR2`). */
  readonly upgrade: () => Promise<void>
  /** Ends the first one, as soon as what it answers is answered. */
  readonly retire: () => Promise<void>
  readonly stop: () => Promise<void>
}

const end = (pid: number): void => {
  try {
    process.kill(pid, 'SIGTERM')
  } catch {
    // It has ended.
  }
}

/** Starts it with a whole configuration, whose `pid` is `nginx.pid` in `dir`. */
export const startDaemonNginx = async (
  conf: (dir: string, port: string) => Promise<string>,
): Promise<DaemonNginx> => {
  const [folder, port, { argv }] = await Promise.all([tempDir(), freePort(), resolveTool('nginx')])
  if (process.getuid?.() === 0) await chown(folder.path, 65534, 65534)
  const at = (name: string): string => join(folder.path, name)
  await writeFile(at('nginx.conf'), await conf(folder.path, String(port)))
  // nginx starts itself anew by the name it was started by, which the loader of unpacked programs is not.
  const [first = '', ...rest] = argv
  const named = rest[0] === '--library-path' ? ['--argv0', at('nginx')] : []
  const command = [first, ...named, ...rest].join(' ')
  await writeFile(at('nginx'), `#!/bin/sh\nexec ${command} "$@" >/dev/null 2>&1\n`, { mode: 0o755 })
  const options = ['-p', folder.path, '-c', 'nginx.conf', '-e', at('error.log')]
  const { code } = await run([at('nginx'), ...options])
  if (code !== 0) throw new Error(`nginx ended: ${readFileSync(at('error.log'), 'utf8')}`)
  const pidIn = (name: string): number => Number(readFileSync(at(name), 'utf8'))
  const pids = [pidIn('nginx.pid')]
  return {
    url: `http://127.0.0.1:${port}`,
    upgrade: async () => {
      process.kill(pids[0] ?? 0, 'SIGUSR2')
      const both = [at('nginx.pid'), at('nginx.pid.oldbin')]
      await until('both to run', () => both.every((file) => existsSync(file)))
      pids.push(pidIn('nginx.pid'))
    },
    retire: async () => {
      process.kill(pids[0] ?? 0, 'SIGQUIT')
      await until('the first to end', () => !existsSync(at('nginx.pid.oldbin')))
    },
    stop: async () => {
      for (const pid of pids.toReversed()) end(pid)
      await folder.remove()
    },
  }
}
