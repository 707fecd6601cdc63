import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import type { Static } from 'typebox'
import { ProblemError } from '../../../plugins/problem.ts'
import { detail } from '../../../plugins/problem-texts.ts'
import { mediaServerChange, mediaServerStatus } from '../../../schemas/media-servers.ts'
import type { MediaServer, WatchedServer } from '../../../sources/hub/hub.ts'
import type { ServerChange } from '../../../sources/hub/server-directory.ts'
import { etagOf, ifMatchHeader, requireMatch } from '../common/etag.ts'
import { oneAtATime } from '../common/one-at-a-time.ts'
import { type MediaServerOptions, nameParams, requireUsable, shownBy } from './media-servers.ts'

const write = { permission: 'media:write' }

const missing = (name: string): ProblemError =>
  new ProblemError('not.found', detail('server.missing', { name }))

const inConfiguration = (name: string): ProblemError =>
  new ProblemError('state.wrong', detail('server.configured', { name }))

const ofBody = (body: Static<typeof mediaServerChange>): ServerChange => {
  const { url, token, tls_verify: verifyTls, sign_out: allowSignOut } = body
  return {
    ...(url === undefined ? {} : { url }),
    ...(token === undefined ? {} : { token }),
    ...(verifyTls === undefined ? {} : { verifyTls }),
    ...(allowSignOut === undefined ? {} : { allowSignOut }),
  }
}

const told = ({ url, verifyTls, allowSignOut }: MediaServer) => ({ url, verifyTls, allowSignOut })

const orMissing = (hub: MediaServerOptions['hub'], name: string): WatchedServer => {
  const found = hub.list().find(({ server }) => server.name === name)
  if (found === undefined) throw missing(name)
  return found
}

/** Changes a server that was added; answers it as it was. Throws a problem where that cannot be, and what `check` throws. */
const changeServer = async (
  { hub, directory, sourcePorts, reload }: MediaServerOptions,
  name: string,
  change: ServerChange,
  check: (before: MediaServer) => void,
): Promise<MediaServer> =>
  await oneAtATime('media-servers', async () => {
    const { server } = orMissing(hub, name)
    if (server.from === 'config') throw inConfiguration(name)
    check(server)
    await requireUsable({ ...server, ...change }, sourcePorts)
    if ((await directory.change(name, change)) !== 'changed') throw missing(name)
    await reload()
    return server
  })

const removeRoute = (plain: FastifyInstance, options: MediaServerOptions): void => {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  const { hub, directory, webhooks, reload, audit } = options
  app.delete(
    '/media-servers/:name',
    { schema: { params: nameParams, headers: ifMatchHeader }, config: write },
    async (request, reply) => {
      const { name } = request.params
      await oneAtATime('media-servers', async () => {
        const known = hub.list().find(({ server }) => server.name === name)
        requireMatch(request, reply, known?.server ?? null)
        const outcome = await directory.remove(name)
        if (outcome === 'configured') throw inConfiguration(name)
        if (outcome === 'unknown') throw missing(name)
        await webhooks.drop(name)
        await reload()
      })
      await audit(request, 'media-server.remove', { subject: name })
      return await reply.code(204).send()
    },
  )
}

/** `/media-servers/{name}`: show, change, remove. An edit depends on a server's settings, not on its health. */
export const mediaServerRoute = (plain: FastifyInstance, options: MediaServerOptions): void => {
  removeRoute(plain, options)
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  const { hub, webhooks, audit } = options
  const shown = shownBy(webhooks)
  app.get(
    '/media-servers/:name',
    {
      schema: { params: nameParams, response: { 200: mediaServerStatus } },
      config: { permission: 'media:read' },
    },
    async (request, reply) => {
      const one = orMissing(hub, request.params.name)
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
      const check = (before: MediaServer) => requireMatch(request, reply, before)
      const before = await changeServer(options, name, wish, check)
      const { server } = orMissing(hub, name)
      void reply.header('etag', etagOf(server))
      const after = { ...told(server), tokenChanged: wish.token !== undefined }
      await audit(request, 'media-server.change', { subject: name, before: told(before), after })
      return await shown(orMissing(hub, name))
    },
  )
}
