import { randomUUID } from 'node:crypto'
import { KEYS } from '../model/keys.ts'
import type { RedisClient } from './client.ts'

/** Lock for periodic work that one control plane does for all; another takes over when it expires. */
export interface WorkLock {
  /** Whether this process does the work now. Keeps the work for `ttlMs` more. */
  owns(name: string, ttlMs?: number): Promise<boolean>
}

/**
 * Locks in Redis. While Redis is unreachable every control plane does the work: it is safe to do
 * twice.
 */
export const createWorkLock = (redis: RedisClient): WorkLock => {
  const me = randomUUID()
  const { key, ttlMs: usual } = KEYS.work
  return {
    owns: async (name, ttlMs = usual) => {
      try {
        const [taken, owner] = await Promise.all([
          redis.set(key(name), me, 'PX', ttlMs, 'NX'),
          redis.get(key(name)),
        ])
        if (taken === 'OK') return true
        if (owner !== me) return false
        await redis.pexpire(key(name), ttlMs)
        return true
      } catch {
        return true
      }
    },
  }
}
