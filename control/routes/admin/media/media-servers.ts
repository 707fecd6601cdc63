import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import { ProblemError } from '../../../plugins/problem.ts'
import { pageOf } from '../../../schemas/accounts.ts'
import { pagesQuery } from '../../../schemas/common.ts'
import {
  mediaServerChange,
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
import type { ServerChange, ServerDirectory } from '../../../sources/hub/server-directory.ts'
import { SettingsError, type SourcePorts } from '../../../sources/model/source-kind.ts'
import type { WebhookSecrets } from '../../../sources/webhooks/secrets.ts'
import type { AuditTrail } from '../common/audit-trail.ts'
import { etagOf, ifMatchHeader, requireMatch } from '../common/etag.ts'
import { oneAtATime } from '../common/one-at-a-time.ts'
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

const shownBy =
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
  throw new ProblemError('request.invalid', `${error.setting} ${error.message}.`)
}

/** Throws `request.invalid` for settings no source can be made of: kept, they would stop every later reading of the servers. */
const requireUsable = async (server: MediaServer, ports: SourcePorts): Promise<void> => {
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

const nameParams = Type.Object({ name: Type.String({ minLength: 1, maxLength: 64 }) })

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
        throw new ProblemError('not.found', `There is no media server '${params.name}'.`)
      return await testServer(known.server, sourcePorts)
    },
  )
}

const missing = (name: string): ProblemError =>
  new ProblemError('not.found', `There is no media server '${name}'.`)

const inConfiguration = (name: string, verb: 'change' | 'remove'): ProblemError =>
  new ProblemError('state.wrong', `'${name}' stands in the configuration: ${verb} it there.`)

const ofBody = (body: Static<typeof mediaServerChange>): ServerChange => {
  const { url, token, tls_verify: verifyTls, sign_out: allowSignOut } = body
  return {
    ...(url === undefined ? {} : { url }),
    ...(token === undefined ? {} : { token }),
    ...(verifyTls === undefined ? {} : { verifyTls }),
    ...(allowSignOut === undefined ? {} : { allowSignOut }),
  }
}

/** One server: shown, changed, removed. An edit depends on its settings, not on its health. */
const oneRoutes = (plain: FastifyInstance, options: MediaServerOptions): void => {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  const { hub, directory, webhooks, sourcePorts, reload, audit } = options
  const shown = shownBy(webhooks)
  const write = { permission: 'media:write' }
  const orMissing = (name: string): WatchedServer => {
    const found = hub.list().find(({ server }) => server.name === name)
    if (found === undefined) throw missing(name)
    return found
  }
  const change = async (name: string, wish: ServerChange) => {
    const outcome = await directory.change(name, wish)
    if (outcome === 'unknown') throw missing(name)
    await reload()
  }
  app.get(
    '/media-servers/:name',
    {
      schema: { params: nameParams, response: { 200: mediaServerStatus } },
      config: { permission: 'media:read' },
    },
    async (request, reply) => {
      const one = orMissing(request.params.name)
      void reply.header('etag', etagOf(one.server))
      return await shown(one)
    },
  )
  app.patch(
    '/media-servers/:name',
    {
      schema: {
        description: 'Changes a server that was added at run time.',
        params: nameParams,
        headers: ifMatchHeader,
        body: mediaServerChange,
        response: { 200: mediaServerStatus },
      },
      config: write,
    },
    async (request, reply) => {
      const { name } = request.params
      const wish = ofBody(request.body)
      const before = await oneAtATime('media-servers', async () => {
        const { server } = orMissing(name)
        if (server.from === 'config') throw inConfiguration(name, 'change')
        requireMatch(request, reply, server)
        await requireUsable({ ...server, ...wish }, sourcePorts)
        await change(name, wish)
        return server
      })
      const { server } = orMissing(name)
      void reply.header('etag', etagOf(server))
      const told = ({ url, verifyTls, allowSignOut }: MediaServer) => ({
        url,
        verifyTls,
        allowSignOut,
      })
      const after = { ...told(server), tokenChanged: wish.token !== undefined }
      await audit(request, 'media-server.change', { subject: name, before: told(before), after })
      return await shown(orMissing(name))
    },
  )
  app.delete(
    '/media-servers/:name',
    { schema: { params: nameParams, headers: ifMatchHeader }, config: write },
    async (request, reply) => {
      const { name } = request.params
      await oneAtATime('media-servers', async () => {
        const known = hub.list().find(({ server }) => server.name === name)
        requireMatch(request, reply, known?.server ?? null)
        const outcome = await directory.remove(name)
        if (outcome === 'configured') throw inConfiguration(name, 'remove')
        if (outcome === 'unknown') throw missing(name)
        await webhooks.drop(name)
        await reload()
      })
      await audit(request, 'media-server.remove', { subject: name })
      return await reply.code(204).send()
    },
  )
}

/** `/media-servers`: list with health, add, show, change, remove, test. */
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
        throw new ProblemError('conflict', `There is a media server '${name}' already.`)
      await reload()
      await audit(request, 'media-server.add', { subject: name, after: { kind, url } })
      const added = hub.list().find((one) => one.server.name === name)
      if (added === undefined) throw new ProblemError('internal')
      return await reply.code(201).send(await shown(added))
    },
  )
  oneRoutes(plain, options)
  testRoutes(plain, options)
}
