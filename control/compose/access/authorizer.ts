import { createHash } from 'node:crypto'
import { compileNameTest } from '#domain/channels/name-test'
import { fingerprint } from '../../access/admission/viewer.ts'
import { authorizeByAll, decideByAllRules } from '../../access/authorize/all-backends.ts'
import {
  type AuthBackend,
  createAuthorize,
  createDecideByRules,
  type DecideByRules,
} from '../../access/authorize/authorize.ts'
import { type BackendClient, createBackendClient } from '../../access/authorize/backend-client.ts'
import {
  backendsOf,
  type ChannelNaming,
  type ChooseAuthBackend,
  chooseAuthBackend,
} from '../../access/authorize/choose-backend.ts'
import type { Authorize } from '../../access/authorize/decision.ts'
import {
  createMemoryDecisionStore,
  type DecisionStore,
} from '../../access/authorize/decision-store.ts'
import { createRedisDecisionStore } from '../../access/authorize/decision-store-redis.ts'
import { createGuessLimit } from '../../access/authorize/guess-limit.ts'
import type { Authorizer } from '../../access/ports.ts'
import type { AuthRules } from '../../access/revalidate/rejudge.ts'
import type { AuthBackendConfig, Config } from '../../config/schema/schema.ts'
import { KEYS } from '../../sessions/model/keys.ts'
import type { RedisClient } from '../../sessions/redis/client.ts'

/** Rules and backends of the configuration in use. */
export interface LiveAuthorizer extends Authorizer {
  readonly client: BackendClient
  readonly decisions: DecisionStore
  readonly book: AuthRules
  /** Takes the rules of a new configuration; see {@link rejudge} for what is running. */
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

/** The tokens of each auth backend's lists by their fingerprints; a list is hashed when it is first asked for. */
const createTokenBook = ({ auth_backends: all }: Config) => {
  const books = new Map<string, ReadonlyMap<string, string>>()
  const bookOf = (name: string): ReadonlyMap<string, string> => {
    const backend = all.find((candidate) => candidate.name === name)
    const tokens = [...(backend?.allow.token ?? []), ...(backend?.deny.token ?? [])]
    return new Map(tokens.map((token) => [fingerprint(token), token]))
  }
  return (name: string, print: string): string | null => {
    const book = books.get(name) ?? bookOf(name)
    books.set(name, book)
    return book.get(print) ?? null
  }
}

const letsNobodyIn = ({ allow, backends, allow_default: isOpen }: AuthBackendConfig): boolean =>
  !isOpen && backends.length === 0 && Object.values(allow).every((list) => list.length === 0)

/** Prepares rules and backends; without Redis decisions are this process's own. */
export const createLiveAuthorizer = (
  config: Config,
  redis: RedisClient | null,
  now: () => number,
  naming: ChannelNaming = { names: (id) => [id], otherIds: () => [] },
): LiveAuthorizer => {
  const client = createBackendClient(now)
  const keys = { decision: KEYS.decision, claim: KEYS.flight, forgotten: KEYS.forgotten }
  const own = createMemoryDecisionStore(now)
  const decisions = redis ? createRedisDecisionStore(redis, keys, own) : own
  let authorize: Authorize
  let choose: ChooseAuthBackend
  let byRules: DecideByRules
  let tokenByPrint: ReturnType<typeof createTokenBook>
  let linked: readonly ReturnType<typeof compileNameTest>[]
  const configure = (next: Config): void => {
    const { auth, auth_backends: backends, channels, groups, clocks, flood } = next
    const guesses = createGuessLimit({
      perMinute: flood.wrong_per_minute,
      lockSec: flood.lock_sec,
      v6Prefix: next.network_key.ipv6_prefix,
      now,
    })
    const sources = backends.map(authBackendSource)
    const decisionClocks = {
      decisionSec: clocks.decision_sec,
      denySec: clocks.deny_sec,
      retrySec: RETRY_SEC,
    }
    const ports = { client, decisions, digest, now, guesses, clocks: decisionClocks }
    authorize = authorizeByAll(createAuthorize(sources, ports))
    byRules = decideByAllRules(createDecideByRules(sources, ports))
    tokenByPrint = createTokenBook(next)
    linked = next.secure_links.map(({ match }) => compileNameTest(match))
    const closed = new Set(backends.filter(letsNobodyIn).map(({ name }) => name))
    choose = chooseAuthBackend({ channels, closed, groups, global: auth, naming })
  }
  configure(config)
  const backendFor = (channel: string, group: string): string | null => choose(channel, group)
  return {
    client,
    decisions,
    configure,
    backendFor,
    book: {
      backendFor,
      byRules: (request) => byRules(request),
      tokenByPrint: (names, print) =>
        backendsOf(names)
          .map((name) => tokenByPrint(name, print))
          .find((token) => token !== null) ?? null,
      isLinked: (channel) => linked.some((fits) => fits(naming.names(channel))),
    },
    authorize: async (request, previous) => await authorize(request, previous),
  }
}
