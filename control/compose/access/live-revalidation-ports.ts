import type { LiveAuthStore } from '../../access/revalidate/live-auth.ts'
import { createRedisLiveAuth } from '../../access/revalidate/live-auth-redis.ts'
import type { LiveRevalidationPorts } from '../../access/revalidate/live-revalidation.ts'
import { KEYS } from '../../sessions/model/keys.ts'
import type { RedisClient } from '../../sessions/redis/client.ts'
import type { Sessions } from '../../sessions/sessions.ts'
import type { LiveAuthorizer } from './authorizer.ts'
import type { ApplyLimits } from './live-limits.ts'

/** Ports of revalidation to sessions and decisions. */
export const liveRevalidationPorts = (
  { store, view }: Pick<Sessions, 'store' | 'view'>,
  authorizer: LiveAuthorizer,
  applyLimits: ApplyLimits,
): Omit<LiveRevalidationPorts, 'authorize' | 'store' | 'now'> => ({
  bytesOf: async (sid) => (await view.show(sid))?.bytes ?? null,
  clientsOf: async (channel) => {
    const { streamClients, totalClients } = await view.counts(channel)
    return { stream: streamClients, total: totalClients }
  },
  end: async (sid, reason, denySec) => {
    const session = await view.show(sid)
    if (session) await store.end(session.id, reason, denySec * 1000)
  },
  keep: async (sid, decision) => {
    const session = decision.maxSessions === null ? null : await view.show(sid)
    if (session) await applyLimits(session.account, decision)
  },
  book: authorizer.book,
  forget: async (channel, at) => await authorizer.decisions.forget(channel, at),
})

/** Running sessions as all control planes see them. */
export const createLiveAuth = (redis: RedisClient): LiveAuthStore =>
  createRedisLiveAuth(redis, {
    live: KEYS.authLive,
    due: KEYS.authDue,
    channel: KEYS.authChannel,
    hold: KEYS.authHold,
  })
