import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Every file and socket below the state folder. */
export interface StatePaths {
  readonly state: string
  /** Folder of sockets and pid files. */
  readonly run: string
  readonly logs: string
  readonly nginx: string
  /** Folder with the last valid copy of each playlist source. */
  readonly playlists: string
  /** Folder of uploaded histories, and of their bad rows. */
  readonly imports: string
  readonly database: string
  readonly adminToken: string
  /** The key that encrypts secrets in the database. */
  readonly secretsKey: string
  /** Socket of the edge API, for nginx on this machine. */
  readonly edgeSocket: string
  /** Socket of the admin API, for the CLI and the supervisor. */
  readonly adminSocket: string
  /** Socket of the edge's inner server, which takes pushes. */
  readonly innerSocket: string
  readonly redisSocket: string
  /** Socket of the room where blocking reloads wait. */
  readonly roomSocket: string
  /** Folder of the bundled Redis's append-only files. */
  readonly redisFiles: string
  /** Where the bundled Redis writes a snapshot when it is asked to. */
  readonly redisSnapshot: string
  /** nginx's log of bytes by session; its workers read and truncate it. */
  readonly trafficLog: string
  /** Sentences of `run` about the edge, a line each, for its health. */
  readonly edgeTroubles: string
  /** What `run` made of the configuration it read last. */
  readonly reloadOutcome: string
}

/** Name of the folder with the last valid copies of playlists. */
export const PLAYLISTS = 'playlists'

/** The paths below a state folder; creates nothing. */
export const statePaths = (state: string): StatePaths => {
  const root = resolve(state)
  const run = join(root, 'run')
  return {
    state: root,
    run,
    logs: join(root, 'logs'),
    nginx: join(root, 'nginx'),
    playlists: join(root, PLAYLISTS),
    imports: join(root, 'imports'),
    database: join(root, 'gatehouse.duckdb'),
    adminToken: join(root, 'admin-token'),
    secretsKey: join(root, 'secrets.key'),
    edgeSocket: join(run, 'control.sock'),
    adminSocket: join(run, 'admin.sock'),
    innerSocket: join(run, 'inner.sock'),
    redisSocket: join(run, 'redis.sock'),
    roomSocket: join(run, 'room.sock'),
    redisFiles: join(root, 'redis-aof'),
    redisSnapshot: join(root, 'redis.rdb'),
    trafficLog: join(run, 'traffic.log'),
    edgeTroubles: join(run, 'edge-troubles'),
    reloadOutcome: join(run, 'reload-outcome.json'),
  }
}

/**
 * The project's folder: the nearest above this file with a package.json. Throws an `Error` where
 * there is none.
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
