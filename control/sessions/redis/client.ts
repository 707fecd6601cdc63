import { Cluster, Redis } from 'ioredis'
import { setCommandTimeout } from './command-timeout.ts'
import { gatherWrites } from './gather-writes.ts'

/** Connection settings of Redis, a single server or a Cluster. */
export type RedisClient = Redis | Cluster

export interface RedisSettings {
  /** `redis://`, `rediss://` or `unix://`; several = nodes of a Cluster. */
  readonly urls: readonly string[]
  readonly password?: string
  readonly username?: string
  /** Options of node:tls for `rediss://`. */
  readonly tls?: Record<string, unknown>
  readonly isCluster?: boolean
  /** How long a command may take; a second, since a viewer waits for it, and a cap holds only while Redis counts. */
  readonly commandTimeoutMs?: number
  /** Connection errors while it reconnects by itself. */
  readonly onError?: (error: Error) => void
}

const RETRY_MS = 500
const COMMAND_MS = 1_000

// A viewer never waits for a Redis that is away: no queue, no retries.
const optionsOf = (settings: RedisSettings) => ({
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  connectTimeout: 2_000,
  autoResendUnfulfilledCommands: false,
  retryStrategy: (times: number) => Math.min(RETRY_MS, 50 * times),
  ...(settings.password === undefined ? {} : { password: settings.password }),
  ...(settings.username === undefined ? {} : { username: settings.username }),
  ...(settings.tls === undefined ? {} : { tls: settings.tls }),
})

const patienceOf = (settings: RedisSettings): number => settings.commandTimeoutMs ?? COMMAND_MS

const createCluster = (settings: RedisSettings): Cluster => {
  const cluster = new Cluster([...settings.urls], {
    enableOfflineQueue: false,
    enableAutoPipelining: true,
    clusterRetryStrategy: (times) => Math.min(RETRY_MS, 50 * times),
    retryDelayOnFailover: 100,
    retryDelayOnTryAgain: 50,
    maxRedirections: 4,
    redisOptions: optionsOf(settings),
  })
  cluster.on('+node', (node: Redis) => setCommandTimeout(node, patienceOf(settings)))
  return cluster
}

const createSingle = (settings: RedisSettings): Redis => {
  const [url = 'redis://127.0.0.1:6379'] = settings.urls
  const redis = new Redis(url.replace(/^unix:\/\//, ''), optionsOf(settings))
  setCommandTimeout(redis, patienceOf(settings))
  gatherWrites(redis)
  return redis
}

/** Connects with settings that fail fast. Connection errors go to `onError`; it reconnects for ever. */
export const createRedis = (settings: RedisSettings): RedisClient => {
  const isOfSeveral = settings.isCluster ?? settings.urls.length > 1
  const redis = isOfSeveral ? createCluster(settings) : createSingle(settings)
  redis.on('error', (error: Error) => settings.onError?.(error))
  return redis
}

/** Waits until the first connection stands; false after `timeoutMs`. */
export const waitForRedis = async (redis: RedisClient, timeoutMs: number): Promise<boolean> => {
  const end = Date.now() + timeoutMs
  while (redis.status !== 'ready' && Date.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return redis.status === 'ready'
}

/** Whether the keys lie on several servers, so that no script reaches all of them. */
export const isCluster = (redis: RedisClient): redis is Cluster => redis instanceof Cluster

/** Every server that holds data: the masters of a Cluster, or the one there is. */
export const mastersOf = (redis: RedisClient): Redis[] =>
  isCluster(redis) ? redis.nodes('master') : [redis]

const policyOf = async (redis: Redis): Promise<string> => {
  const info = await redis.info('memory')
  return /^maxmemory_policy:(\S+)/m.exec(info)?.[1] ?? 'noeviction'
}

const REFUSAL = /\b(WRONGPASS|NOAUTH|NOPERM)\b/
const NEXT_TRY_MS = 1_000

/**
 * The refusal (such as a wrong password) of the next attempt to connect; `null` when Redis is
 * unreachable.
 */
const refusalOf = (redis: RedisClient): Promise<string | null> =>
  new Promise((resolve) => {
    const timer = setTimeout(() => resolve(null), NEXT_TRY_MS)
    redis.once('error', (error: Error & { readonly lastNodeError?: Error }) => {
      clearTimeout(timer)
      const word = REFUSAL.exec(`${error.message} ${error.lastNodeError?.message}`)?.[1]
      const advice = 'set the right one in redis.password_file or redis.url.'
      resolve(word === undefined ? null : `Redis refuses our password (${word}): ${advice}`)
    })
  })

/** Why this Redis cannot be used, with the command that corrects it; `null` when it can. */
export const checkRedis = async (redis: RedisClient): Promise<string | null> => {
  if (redis.status !== 'ready') return await refusalOf(redis)
  for (const node of mastersOf(redis)) {
    const version = /^redis_version:(\d+)\.(\d+)/m.exec(await node.info('server'))
    const major = Number(version?.[1])
    const minor = Number(version?.[2])
    if (major < 6 || (major === 6 && minor < 2)) {
      return `Redis ${major}.${minor} is too old: 6.2 or newer is needed.`
    }
    const policy = await policyOf(node)
    if (policy === 'noeviction') continue
    const { host = '127.0.0.1', port = 6379 } = node.options
    return (
      `Redis at ${host}:${port} evicts keys (maxmemory-policy ${policy}), so sessions and bans could vanish. ` +
      `Mend it with: redis-cli -h ${host} -p ${port} CONFIG SET maxmemory-policy noeviction`
    )
  }
  return null
}
