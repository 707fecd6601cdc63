import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Every file and socket below the state folder, named once. */
export interface StatePaths {
  readonly state: string
  /** Sockets and pid files: gone with the processes. */
  readonly run: string
  readonly logs: string
  readonly nginx: string
  /** Last good copies of playlists. */
  readonly lists: string
  readonly database: string
  readonly adminToken: string
  /** Encrypts secrets in the database. */
  readonly secretsKey: string
  /** Edge API for nginx on this machine. */
  readonly edgeSocket: string
  /** Admin API for the CLI and the supervisor. */
  readonly adminSocket: string
  /** The edge's inner server; control pushes bans to it. */
  readonly innerSocket: string
  readonly redisSocket: string
  /** Where nginx notes bytes by session; read and cut by its workers. */
  readonly trafficLog: string
}

/** The paths below a state folder; nothing is created. */
export const statePaths = (state: string): StatePaths => {
  const root = resolve(state)
  const run = join(root, 'run')
  return {
    state: root,
    run,
    logs: join(root, 'logs'),
    nginx: join(root, 'nginx'),
    lists: join(root, 'lists'),
    database: join(root, 'gatehouse.duckdb'),
    adminToken: join(root, 'admin-token'),
    secretsKey: join(root, 'secrets.key'),
    edgeSocket: join(run, 'control.sock'),
    adminSocket: join(run, 'admin.sock'),
    innerSocket: join(run, 'inner.sock'),
    redisSocket: join(run, 'redis.sock'),
    trafficLog: join(run, 'traffic.log'),
  }
}

/**
 * The project's folder: the nearest one above this code that has a package.json. Throws an `Error`
 * where there is none.
 */
export const packageRoot = (): string => {
  const climb = (folder: string): string => {
    if (existsSync(join(folder, 'package.json'))) return folder
    const parent = dirname(folder)
    if (parent === folder)
      throw new Error('the installation is incomplete: package.json is missing')
    return climb(parent)
  }
  return climb(dirname(fileURLToPath(import.meta.url)))
}
