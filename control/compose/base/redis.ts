import { readFileSync } from 'node:fs'
import type { Logger } from 'pino'
import type { StatePaths } from '../../config/paths.ts'
import type { Config } from '../../config/schema/schema.ts'
import { createRedis, type RedisClient, type RedisSettings } from '../../sessions/redis/client.ts'

/** How the configuration reaches Redis: its own nodes or URL, else the one `run` started. */
export const redisSettings = (
  config: Config,
  paths: Pick<StatePaths, 'redisSocket'>,
): RedisSettings => {
  const { url, nodes, password_file: passwordFile, ca_file: caFile } = config.redis
  const own = url ?? `unix://${paths.redisSocket}`
  return {
    urls: nodes.length > 0 ? nodes.map((node) => `redis://${node}`) : [own],
    isCluster: nodes.length > 0,
    ...(passwordFile === null ? {} : { password: readFileSync(passwordFile, 'utf8').trim() }),
    ...(caFile === null ? {} : { tls: { ca: readFileSync(caFile) } }),
  }
}

/** Connects; logs once when Redis is lost and once when it is back. */
export const connectRedis = (settings: RedisSettings, log: Logger): RedisClient => {
  let isAway = false
  const redis = createRedis({
    ...settings,
    onError: (error) => {
      if (!isAway) log.warn(`Redis does not answer (${error.message}); slots are counted in memory`)
      isAway = true
    },
  })
  redis.on('ready', () => {
    if (isAway) log.warn('Redis is back')
    isAway = false
  })
  return redis
}
