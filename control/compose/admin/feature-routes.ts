import { randomBytes } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { createSigner } from '../../access/admission/signer.ts'
import type { Config } from '../../config/schema/schema.ts'
import { nginxOf } from '../../config/schema/which-edge.ts'
import { versionOf } from '../../config/version.ts'
import type { AuditTrail } from '../../routes/admin/common/audit-trail.ts'
import { deviceRoutes } from '../../routes/admin/detection/devices.ts'
import { guideAdminRoutes } from '../../routes/admin/guide/guide.ts'
import { type EdgeAdminOptions, edgeAdminRoutes } from '../../routes/admin/live/edges.ts'
import { endRoutes } from '../../routes/admin/live/end-sessions.ts'
import { explainRoutes } from '../../routes/admin/live/explain.ts'
import { liveListRoutes } from '../../routes/admin/live/live-lists.ts'
import { systemRoutes } from '../../routes/admin/live/system.ts'
import { mediaServerRoute } from '../../routes/admin/media/media-server.ts'
import { mediaServerRoutes } from '../../routes/admin/media/media-servers.ts'
import { webhookSecretRoutes } from '../../routes/admin/media/webhook-secrets.ts'
import type { AdminApiOptions } from '../../routes/admin-api.ts'
import { type TicketRoutesOptions, ticketRoutes } from '../../routes/tickets.ts'
import { withMediaEnds } from '../../sources/hub/media-ends.ts'
import { localEdgeUrl } from '../../supervise/processes/addresses.ts'
import { createExplainer } from '../explain/explainer.ts'
import type { AdminParts } from '../parts.ts'
import { type DetectionRouteParts, detectionRoutes } from './detection-routes.ts'

const DOWNLOAD_BYTES = 12

/** The routes of media servers and of the guide. */
const mediaRoutes =
  ({ media, guide, live }: AdminParts, audit: AuditTrail) =>
  (app: FastifyInstance): void => {
    const { hub, directory, webhooks, sourcePorts } = media
    guideAdminRoutes(app, guide)
    const reload = async () => await media.reload()
    const options = { hub, directory, webhooks, sourcePorts, reload, audit }
    mediaServerRoutes(app, options)
    mediaServerRoute(app, options)
    const listeners = () => {
      const { hooks, admin } = live.config()
      return hooks.listen === null ? [admin.listen] : [hooks.listen, admin.listen]
    }
    webhookSecretRoutes(app, { hub, webhooks, listeners, audit })
  }

/** What the routes of edges work with. */
const edgeOptions = (
  { edge, live, persistence, now }: AdminParts,
  audit: AuditTrail,
): EdgeAdminOptions => ({
  seen: () => edge.registry.list(),
  store: persistence.store.edges,
  changed: (id) => {
    edge.directory.forget()
    edge.push.forget(id)
    edge.registry.forget(id)
  },
  audit,
  clock: now,
  address: () => edgeAddress(live.config()),
})

const edgeAddress = (config: Config): ReturnType<EdgeAdminOptions['address']> => {
  if (nginxOf(config) === 'none') return { url: null, why: 'edge.none' }
  const url = localEdgeUrl(config)
  return url === null ? { url, why: 'edge.unnamed' } : { url }
}

/** What `GET /system` tells. */
const systemOf = ({ persistence, sessions, publisher, historian, now }: AdminParts) => {
  const startedAt = now()
  return async () => {
    const { buffered, dropped } = publisher.stats()
    return {
      version: versionOf(),
      node: process.versions.node,
      startedAt,
      store: persistence.store.engine,
      redis: sessions.store.isDegraded ? ('away' as const) : ('connected' as const),
      events: { buffered, dropped, waiting: await historian.waiting().catch(() => null) },
    }
  }
}

/** Explain, tickets and detection below `/api/v1`. */
export const featureRoutes = (parts: AdminParts, audit: AuditTrail): AdminApiOptions['more'] => {
  const { live, lineup, access, persistence, geo, edge, now } = parts
  const { accounts, directory } = persistence
  const explain = createExplainer({
    config: live.config,
    lineup,
    accounts,
    authorizer: access.authorizer,
    ...(access.links === undefined ? {} : { links: access.links }),
    place: (address) => geo.place(address),
    now,
  })
  const mint = createSigner(persistence.ring)
  const tickets: TicketRoutesOptions = {
    mint: (claims, ttlSec) => mint.mintTicket(claims, ttlSec),
    newDownload: () => randomBytes(DOWNLOAD_BYTES).toString('base64url'),
    groupOfAccount: async (id) => await directory.account(id),
    defaultGroup: () => live.config().groups.find((group) => group.default)?.name ?? null,
    hasGroup: (name) => lineup.catalog.group(name) !== undefined,
    audit,
    clock: now,
  }
  const v6Prefix = () => live.config().network_key.ipv6_prefix
  const detection: DetectionRouteParts = {
    ...parts,
    store: persistence.store,
    audit,
    clock: now,
    groups: () => live.config().groups.map(({ name }) => name),
    v6Prefix,
    zone: () => live.config().store.time_zone,
    applyLimits: async (account) => await parts.applyLimits(account, null),
  }
  const { hub, view } = parts.media
  const sessions = withMediaEnds(parts.sessions.store, hub)
  const kill = async (keys: readonly string[]) =>
    await edge.push.push({ set: [], clear: [], kill: keys })
  return [
    (app) => liveListRoutes(app, { view, bans: parts.sessions.bans, v6Prefix }),
    (app) => endRoutes(app, { sessions, view, audit, v6Prefix, kill }),
    (app) => explainRoutes(app, explain),
    (app) => ticketRoutes(app, tickets),
    (app) => edgeAdminRoutes(app, edgeOptions(parts, audit)),
    (app) => systemRoutes(app, systemOf(parts)),
    mediaRoutes(parts, audit),
    (app) =>
      deviceRoutes(app, { history: persistence.store.history, sessions: parts.sessions.store }),
    ...detectionRoutes(detection),
  ]
}
