import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import { ProblemError } from '../../../plugins/problem.ts'
import { detail } from '../../../plugins/problem-texts.ts'
import { pageOf } from '../../../schemas/accounts.ts'
import { pagesQuery } from '../../../schemas/common.ts'
import {
  mediaServerStatus,
  mediaServerTest,
  mediaServerTested,
  newMediaServer,
} from '../../../schemas/media-servers.ts'
import {
  type MediaHub,
  type MediaServer,
  sourceOfServer,
  type WatchedServer,
} from '../../../sources/hub/hub.ts'
import type { ServerDirectory } from '../../../sources/hub/server-directory.ts'
import { SettingsError, type SourcePorts } from '../../../sources/model/source-kind.ts'
import type { WebhookSecrets } from '../../../sources/webhooks/secrets.ts'
import type { AuditTrail } from '../common/audit-trail.ts'
import { pageInOrder } from '../common/row-page.ts'

/** Ports of the routes of media servers. */
export interface MediaServerOptions {
  readonly hub: Pick<MediaHub, 'list'>
  readonly directory: ServerDirectory
  readonly webhooks: Pick<WebhookSecrets, 'of' | 'drop'>
  readonly sourcePorts: SourcePorts
  /** Watches what the directory names now. */
  readonly reload: () => Promise<void>
  readonly audit: AuditTrail
}

/** How a server is shown. */
export const shownBy =
  (webhooks: MediaServerOptions['webhooks']) =>
  async ({ server, source }: WatchedServer): Promise<Static<typeof mediaServerStatus>> => {
    const { name, kind, url, from } = server
    const { end, showsReason, message, signOut, limit } = source.capabilities
    return {
      name,
      kind,
      url,
      from,
      ...source.health(),
      plays: source.plays().length,
      webhook: (await webhooks.of(name).catch(() => null)) !== null,
      can: { end, showReason: showsReason, message, signOut, limit },
    }
  }

const refusedSettings = (error: unknown): never => {
  if (!(error instanceof SettingsError)) throw error
  throw new ProblemError(
    'request.invalid',
    detail('settings.wrong', { setting: error.setting, why: error.message }),
  )
}

/** Throws `request.invalid` for settings no source can be made of: kept, they would stop every later reading of the servers. */
export const requireUsable = async (server: MediaServer, ports: SourcePorts): Promise<void> => {
  try {
    await sourceOfServer(server, ports).stop()
  } catch (error) {
    refusedSettings(error)
  }
}

/** Looks at a server once; nothing of it is kept. */
const testServer = async (
  server: MediaServer,
  ports: SourcePorts,
): Promise<Static<typeof mediaServerTested>> => {
  const source = sourceOfServer(server, ports)
  try {
    await source.start()
    const { state, problem } = source.health()
    const users = state === 'watching' ? await source.users?.().catch(() => null) : null
    const plays = source.plays().length
    return { ok: state === 'watching', problem, plays, users: users?.length ?? null }
  } finally {
    await source.stop()
  }
}

/** Path parameter `:name`. */
export const nameParams = Type.Object({ name: Type.String({ minLength: 1, maxLength: 64 }) })

const testRoutes = (plain: FastifyInstance, options: MediaServerOptions): void => {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  const { hub, sourcePorts } = options
  const config = { permission: 'media:write' }
  const response = { 200: mediaServerTested }
  app.post(
    '/media-servers/test',
    { schema: { body: mediaServerTest, response }, config },
    async ({ body }) => {
      const { kind, url, token, tls_verify: verifyTls = true } = body
      const server = { name: 'test', kind, url, token, verifyTls, allowSignOut: false } as const
      return await testServer({ ...server, from: 'api' }, sourcePorts).catch(refusedSettings)
    },
  )
  app.post(
    '/media-servers/:name/test',
    { schema: { params: nameParams, response }, config },
    async ({ params }) => {
      const known = hub.list().find(({ server }) => server.name === params.name)
      if (known === undefined)
        throw new ProblemError('not.found', detail('server.missing', { name: params.name }))
      return await testServer(known.server, sourcePorts)
    },
  )
}

/** `/media-servers`: list with health, add, test. */
export const mediaServerRoutes = (plain: FastifyInstance, options: MediaServerOptions): void => {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  const { hub, directory, webhooks, sourcePorts, reload, audit } = options
  const shown = shownBy(webhooks)
  const write = { permission: 'media:write' }
  app.get(
    '/media-servers',
    {
      schema: { querystring: pagesQuery, response: { 200: pageOf(mediaServerStatus) } },
      config: { permission: 'media:read' },
    },
    async ({ query }) => {
      const { items, next } = await pageInOrder(hub.list, ({ server }) => server.name, query)
      return { items: await Promise.all(items.map(shown)), next }
    },
  )
  app.post(
    '/media-servers',
    { schema: { body: newMediaServer, response: { 201: mediaServerStatus } }, config: write },
    async (request, reply) => {
      const { name, kind, url, token } = request.body
      const { tls_verify: verifyTls = true, sign_out: allowSignOut = false } = request.body
      const server = { name, kind, url, token, verifyTls, allowSignOut }
      await requireUsable({ ...server, from: 'api' }, sourcePorts)
      if ((await directory.add(server)) === 'exists')
        throw new ProblemError('conflict', detail('server.taken', { name }))
      await reload()
      await audit(request, 'media-server.add', { subject: name, after: { kind, url } })
      const added = hub.list().find((one) => one.server.name === name)
      if (added === undefined) throw new ProblemError('internal')
      return await reply.code(201).send(await shown(added))
    },
  )
  testRoutes(plain, options)
}
