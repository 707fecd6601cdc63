import { createHash } from 'node:crypto'
import { type BackendClient, createBackendClient } from '../access/ask.ts'
import { type AuthBackend, type Authorize, createAuthorize } from '../access/authorize.ts'
import { type ChooseAuthBackend, chooseAuthBackend } from '../access/choose.ts'
import { createMemoryDecisions, type DecisionStore } from '../access/decisions.ts'
import { createRedisDecisions } from '../access/decisions-redis.ts'
import { createGuessLimit } from '../access/guesses.ts'
import type { Authorizer } from '../access/ports.ts'
import type { AuthBackendConfig, Config } from '../config/schema.ts'
import { KEYS } from '../sessions/keys.ts'
import type { RedisClient } from '../sessions/redis-client.ts'

/** Rules and backends of the configuration in use. */
export interface LiveAuthorizer extends Authorizer {
  readonly client: BackendClient
  readonly decisions: DecisionStore
  /** Takes the rules of a new configuration; what is running keeps its decisions. */
  configure(config: Config): void
}

const RETRY_SEC = 10

const digest = (text: string): string => createHash('sha256').update(text).digest('base64url')

/** An auth backend of the configuration, as rules and requests take it. */
export const authBackendSource = (backend: AuthBackendConfig): AuthBackend => ({
  name: backend.name,
  allow: backend.allow,
  deny: backend.deny,
  backends: backend.backends.map(({ url, timeout_ms: timeoutMs }) => ({ url, timeoutMs })),
  allowDefault: backend.allow_default,
})

/** Prepares rules and backends; without Redis decisions are this process's own. */
export const createLiveAuthorizer = (
  config: Config,
  redis: RedisClient | null,
  now: () => number,
): LiveAuthorizer => {
  const client = createBackendClient(now)
  const keys = { decision: KEYS.decision, claim: KEYS.flight, forgotten: KEYS.forgotten }
  const own = createMemoryDecisions(now)
  const decisions = redis ? createRedisDecisions(redis, keys, own) : own
  let authorize: Authorize
  let choose: ChooseAuthBackend
  const configure = (next: Config): void => {
    const { auth, auth_backends: backends, channels, groups, clocks, flood } = next
    const guesses = createGuessLimit({
      perMinute: flood.wrong_per_minute,
      lockSec: flood.lock_sec,
      v6Prefix: next.network_key.ipv6_prefix,
      now,
    })
    authorize = createAuthorize(backends.map(authBackendSource), {
      client,
      decisions,
      digest,
      now,
      guesses,
      clocks: { decisionSec: clocks.decision_sec, denySec: clocks.deny_sec, retrySec: RETRY_SEC },
    })
    choose = chooseAuthBackend({ channels, groups, global: auth })
  }
  configure(config)
  return {
    client,
    decisions,
    configure,
    backendFor: (channel, group) => choose(channel, group),
    authorize: async (request, previous) => await authorize(request, previous),
  }
}
