import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import { adminToken, tokenCheck } from '../../config/admin-token.ts'
import type { LoadedConfig } from '../../config/load.ts'
import { packageRoot } from '../../config/paths.ts'
import { ConfigError } from '../../config/problems/problems.ts'
import type { Config } from '../../config/schema/schema.ts'
import { versionOf } from '../../config/version.ts'
import { hasPages } from '../../dashboard/pages.ts'
import { type PublicAddress, withoutBasePath } from '../../operators/public-address.ts'
import type { Actor } from '../../plugins/admin-auth.ts'
import { type AuditTrail, createAuditTrail } from '../../routes/admin/common/audit-trail.ts'
import { type AdminApiOptions, adminApi } from '../../routes/admin-api.ts'
import { allRows } from '../../store/tables/all-rows.ts'
import type { Account } from '../../store/tables/records.ts'
import { parseEndpoint } from '../../supervise/processes/addresses.ts'
import { reloadEdge } from '../../supervise/processes/supervisor.ts'
import { allPlans } from '../access/access.ts'
import { configRoutes } from '../configuration/config-routes.ts'
import type { AdminParts } from '../parts.ts'
import { createCatalogAdmin } from './catalog-admin.ts'
import { featureRoutes } from './feature-routes.ts'
import { healthParts } from './health-parts.ts'
import { compileLate } from './late-schemas.ts'
import { createMetrics } from './metrics.ts'
import { noticeRoutes } from './notice-routes.ts'
import {
  createSignInParts,
  operatorRoutes,
  type SignInParts,
  signInLink,
} from './operator-routes.ts'
import { playlistUrl, readyReport } from './ready-report.ts'
import { takeSnapshot } from './snapshot.ts'

const OWNER: Actor = { name: 'cli', permissions: ['*'] }
const PAGES = join(packageRoot(), 'dist/dashboard')
const ADMIN: Actor = { name: 'admin', permissions: ['*'] }

const accountChanged =
  (parts: AdminParts) =>
  async (account: Account | null): Promise<void> => {
    parts.persistence.directory.forget()
    if (!account) return
    const ref = `own:${account.id}`
    if (!account.enabled || (account.expiresAt !== null && account.expiresAt <= parts.now())) {
      for (const { id } of await parts.sessions.store.ofAccount(ref)) {
        await parts.sessions.store.end(id, 'account.disabled', 1000)
      }
      return
    }
    await parts.applyLimits(ref, null)
  }

/** Has `run` update nginx's files by a configuration that control has taken. Throws a `ConfigError` with nginx's words where it refuses. */
const edgeTaker =
  ({ reloadOutcome }: AdminParts['paths']) =>
  async ({ file, text }: LoadedConfig): Promise<void> => {
    const message = await reloadEdge(process.env, reloadOutcome, text)
    if (message !== null) throw new ConfigError(file, [{ path: 'the edge', line: 1, message }])
  }

const metricsOf = (parts: AdminParts) =>
  createMetrics({
    live: async () => await parts.media.view.numbers(),
    edges: parts.edge.registry,
    publisher: () => parts.publisher.stats(),
    waitingEvents: async () => await parts.historian.waiting(),
    counters: [parts.edge.questions, parts.edge.past, parts.edge.unshared, parts.edge.failed],
    backends: () => parts.authorizer.client.counters(),
  })

const sessionOptions = (
  { sessions, media, lifecycle, edge, geo }: AdminParts,
  audit: AuditTrail,
): AdminApiOptions['sessions'] => ({
  sessions: sessions.store,
  view: media.view,
  media: media.hub,
  place: (address) => geo.place(address),
  audit,
  reauth: async (channel) => {
    await sessions.bans.forgive()
    return await lifecycle.reauth(channel)
  },
  kill: async (kill) => await edge.push.push({ set: [], clear: [], kill }),
})

const apiOptions = (
  parts: AdminParts,
  auth: AdminApiOptions['auth'],
  signInParts: SignInParts,
  ofConfig: ReturnType<typeof configRoutes>,
): AdminApiOptions => {
  const { live, persistence, sessions, lineup, surge, now } = parts
  const { store, ring, accounts } = persistence
  const audit = createAuditTrail(store.audit, now)
  const config = live.config
  const known = {
    group: (name: string) => lineup.catalog.group(name) !== undefined,
    plans: async () => allPlans(config().plans, await allRows(store.plans)),
  }
  return {
    auth,
    version: versionOf(),
    accounts: {
      store,
      accounts,
      audit,
      clock: now,
      known,
      changed: accountChanged(parts),
      playlistUrl: (token) => playlistUrl(config(), token),
    },
    sessions: sessionOptions(parts, audit),
    bans: {
      bans: sessions.bans,
      store,
      audit,
      // Bans end by the clock all control planes share.
      clock: () => sessions.now(),
      v6Prefix: () => config().network_key.ipv6_prefix,
    },
    keys: { ring, audit, clock: now },
    operations: {
      catalog: createCatalogAdmin({ config, lineup, surge }),
      auditStore: store.audit,
      audit,
      reload: async () => await live.reload(edgeTaker(parts.paths)),
    },
    webhooks: { hub: parts.media.hub, secrets: parts.media.webhooks },
    health: { parts: healthParts(parts), essential: new Set<string>(), metrics: metricsOf(parts) },
    more: [
      ...featureRoutes(parts, audit),
      ...noticeRoutes(parts, audit),
      ...operatorRoutes(parts, audit, signInParts),
      ofConfig(audit),
    ],
    pages: auth.trusted === null && hasPages(PAGES) ? PAGES : null,
  }
}

/** Host names that the admin API answers to. */
const hostsOf = ({ listen, hosts }: Config['admin'], { url }: PublicAddress): readonly string[] => {
  const own = url === null ? [] : [new URL(url).hostname.replace(/^\[|\]$/g, '')]
  const { host } = parseEndpoint(listen)
  return ['localhost', '127.0.0.1', '::1', host, ...own, ...hosts].map((name) => name.toLowerCase())
}

/** A server that believes only these proxies, and takes off the path they put it below. */
const createServer = (
  loggerInstance: FastifyBaseLogger,
  proxies: readonly string[],
  { basePath }: PublicAddress,
): FastifyInstance =>
  Fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: proxies.length > 0 ? [...proxies] : false,
    rewriteUrl: ({ url: path = '/' }) => withoutBasePath(path, basePath),
  })

/** Starts the admin API on its address and on the owner-only socket of the CLI. */
export const startAdmin = async (parts: AdminParts): Promise<{ stop(): Promise<void> }> => {
  const config = parts.live.config()
  const token = adminToken(config.admin.token_file ?? parts.paths.adminToken)
  const isToken = tokenCheck(token)
  const { host, port } = parseEndpoint(config.admin.listen)
  const signInParts = createSignInParts(parts, versionOf())
  const { signIns, tokens, masking, ofCookie, address } = signInParts
  const hosts = hostsOf(config.admin, address)
  const ofConfig = configRoutes({
    ...parts,
    store: parts.persistence.store,
    serverKey: parts.persistence.ring.serverKey(),
    toEdge: edgeTaker(parts.paths),
  })
  const actorOf = async (presented: string): Promise<Actor | null> => {
    if (isToken(presented)) return ADMIN
    const found = await tokens.find(presented)
    if (found === null) return null
    const { record, permissions, isMasked } = found
    const actor = { name: `token:${record.name}`, permissions, isMasked }
    return record.maker === null ? actor : { ...actor, person: record.maker }
  }

  const open = async (auth: AdminApiOptions['auth']): Promise<FastifyInstance> => {
    const proxies = auth.trusted === null ? config.admin.trusted_proxies : []
    const app = createServer(parts.log, proxies, address)
    compileLate(app)
    await adminApi(app, apiOptions(parts, auth, signInParts, ofConfig))
    return app
  }
  const outer = await open({ hosts, actorOf, trusted: null, ofCookie, masking })
  const inner = await open({ hosts: null, actorOf, trusted: OWNER })
  inner.get('/internal/ready', { config: { permission: 'public' } }, async () =>
    readyReport({
      config: parts.live.config(),
      paths: parts.paths,
      adminToken: token,
      signIn: await signInLink(parts.live.config(), signIns, null),
      demo: parts.demo,
      lineup: parts.lineup,
    }),
  )
  const isSnapshot = { config: { permission: 'public' } } as const
  inner.post<{ Querystring: { database?: string } }>(
    '/internal/snapshot',
    isSnapshot,
    async ({ query }) => takeSnapshot(parts, query.database !== 'no'),
  )
  await outer.listen({ host, port })
  await inner.listen({ path: parts.paths.adminSocket })
  chmodSync(parts.paths.adminSocket, 0o600)
  return {
    stop: async () => {
      await outer.close()
      await inner.close()
    },
  }
}
