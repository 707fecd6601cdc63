import { createHash } from 'node:crypto'
import { DEFAULT_LIMITS, IDLE_LIVE_MS, type Limits } from '#domain/limits/types'
import type { Ban } from '../../../control/sessions/model/ban-store.ts'
import type {
  CheckRequest,
  OpenRequest,
  SessionEnd,
} from '../../../control/sessions/model/session-store.ts'
import {
  createRedis,
  type RedisClient,
  waitForRedis,
} from '../../../control/sessions/redis/client.ts'
import { createSessions, type Sessions } from '../../../control/sessions/sessions.ts'
import { pause } from '../../support/pause.ts'

const short = (text: string): string =>
  createHash('sha256').update(text).digest('base64url').slice(0, 16)

/** Limits for a test: the defaults with what it is about. */
export const limitsWith = (limits: Partial<Limits>): Limits => ({ ...DEFAULT_LIMITS, ...limits })

/** An opening as control makes one of `account`, told apart by `id`. */
export const opening = (
  account: string,
  id: string,
  more: Partial<OpenRequest> & { readonly limits: Limits },
): OpenRequest => {
  const network = more.network ?? '192.0.2.1'
  const player = more.player ?? 'vlc'
  return {
    requestId: `req-${id}`,
    account,
    sid: `sid-${id}`,
    key: short(`${account}/${id}`),
    channel: 'one',
    player,
    network,
    device: short(`${account}/${network}/${player}`),
    // Players of their own have fetched lists of their own: with one ticket, they may be one player that looks twice.
    download: more.player === undefined ? 'download00000001' : short(`copy/${player}`),
    idleMs: IDLE_LIVE_MS,
    info: {
      accountName: 'Box',
      address: network,
      agent: 'VLC/3',
      country: 'DE',
      edge: 'e1',
      group: 'home',
      protocol: 'hls',
      tokenPrint: null,
    },
    ...more,
  }
}

/** The check an edge sends for the session of an opening. */
export const checking = (open: OpenRequest, more: Partial<CheckRequest> = {}): CheckRequest => {
  const { requestId: _id, ...claim } = { ...open, ...more }
  return { cloneKey: short(`${open.key}/${claim.network}`), silentMs: -1, ...claim, ...more }
}

/** One control plane's sessions, with what it told others. */
export interface Plane {
  readonly sessions: Sessions
  readonly redis: RedisClient
  readonly ends: SessionEnd[]
  readonly errors: unknown[]
  /** When it lost Redis and why, and when it had it back. */
  readonly changes: string[]
  readonly saved: Map<string, Ban>
  readonly stop: () => Promise<void>
}

/** Starts a control plane's sessions; bans are saved in `saved`, as SQL would. */
export const startPlane = async (
  urls: readonly string[],
  saved = new Map<string, Ban>(),
): Promise<Plane> => {
  const redis = createRedis({ urls, isCluster: urls.length > 1 })
  await waitForRedis(redis, 5_000)
  const ends: SessionEnd[] = []
  const errors: unknown[] = []
  const changes: string[] = []
  const sessions = createSessions({
    redis,
    banMemory: {
      load: async () => [...saved.values()],
      save: async (ban) => void saved.set(`${ban.kind}:${ban.subject}`, ban),
      remove: async (kind, subject) => void saved.delete(`${kind}:${subject}`),
    },
    onEnd: (end) => ends.push(end),
    onDegraded: (isDegraded, why) =>
      changes.push(`${isDegraded ? 'degraded' : 'recovered'}: ${why}`),
    onError: (error) => errors.push(error),
  })
  await sessions.start()
  const stop = async () => {
    await sessions.stop()
    redis.disconnect()
  }
  return { sessions, redis, ends, errors, changes, saved, stop }
}

/** Repeats a look until it holds; fails with what it last saw. */
export const eventually = async <T>(
  look: () => Promise<T> | T,
  holds: (value: T) => boolean,
  timeoutMs = 30_000,
): Promise<T> => {
  const end = Date.now() + timeoutMs
  let value = await look()
  while (!holds(value)) {
    if (Date.now() > end) throw new Error(`still ${JSON.stringify(value)} after ${timeoutMs} ms`)
    await pause(25)
    value = await look()
  }
  return value
}
