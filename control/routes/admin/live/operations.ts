import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import { ProblemError } from '../../../plugins/problem.ts'
import { detail } from '../../../plugins/problem-texts.ts'
import { pageOf } from '../../../schemas/accounts.ts'
import { pagesQuery } from '../../../schemas/common.ts'
import {
  auditQuery,
  auditSchema,
  channelQuery,
  channelSchema,
  groupSchema,
  sourceSchema,
  surgeSchema,
} from '../../../schemas/operations.ts'
import type { AuditStore } from '../../../store/tables/stores.ts'
import type { AuditTrail } from '../common/audit-trail.ts'
import { ifMatchHeader, requireMatch, withEtag } from '../common/etag.ts'
import { oneAtATime } from '../common/one-at-a-time.ts'
import { pageInOrder } from '../common/row-page.ts'
import { sortOrder } from '../common/sort-order.ts'

/** Groups, channels, sources and surge, as the admin API shows and changes them. */
export interface OperationsOptions {
  readonly catalog: {
    groups(): Static<typeof groupSchema>[]
    channels(): Static<typeof channelSchema>[]
    sources(): Static<typeof sourceSchema>[]
    /** False when there is no such source. */
    refresh(source: string): Promise<boolean>
    /** False when nothing that a channel was called before is remembered. */
    forget(channel: string): Promise<boolean>
    surge(): Static<typeof surgeSchema>[]
    /** False when there is no such profile. */
    setSurge(name: string, on: boolean, by: string): Promise<boolean>
  }
  readonly auditStore: AuditStore
  readonly audit: AuditTrail
  /** Reads the configuration again; throws a `ConfigError` where it is bad, which changes nothing, or where the edge does not take it. */
  readonly reload: (request: FastifyRequest) => Promise<void>
}

const read = { permission: 'operations:read' }
const write = { permission: 'operations:write' }
const nameOf = ({ name }: { readonly name: string }): string => name
const byName = Type.Object({ name: Type.String() })

const surgeOr404 = (catalog: OperationsOptions['catalog'], name: string) => {
  const profile = catalog.surge().find((candidate) => candidate.name === name)
  if (profile === undefined) throw new ProblemError('not.found', detail('surge.missing', { name }))
  return profile
}

const readRoutes = (plain: FastifyInstance, options: OperationsOptions): void => {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  const { catalog } = options
  const listOf = <S extends Parameters<typeof pageOf>[0]>(schema: S) => ({
    schema: { querystring: pagesQuery, response: { 200: pageOf(schema) } },
    config: read,
  })
  app.get('/groups', listOf(groupSchema), async ({ query }) =>
    pageInOrder(() => catalog.groups(), nameOf, query),
  )
  app.get('/sources', listOf(sourceSchema), async ({ query }) =>
    pageInOrder(() => catalog.sources(), nameOf, query),
  )
  app.get('/surge', listOf(surgeSchema), async ({ query }) =>
    pageInOrder(() => catalog.surge(), nameOf, query),
  )
  app.get(
    '/surge/:name',
    { schema: { params: byName, response: { 200: surgeSchema } }, config: read },
    async ({ params }, reply) => withEtag(reply, surgeOr404(catalog, params.name)),
  )
  app.get(
    '/channels',
    {
      schema: { querystring: channelQuery, response: { 200: pageOf(channelSchema) } },
      config: read,
    },
    async (request) => {
      const { group, name, limit = 100, after } = request.query
      const part = name?.toLowerCase()
      const all = catalog
        .channels()
        .filter((channel) => group === undefined || channel.groups.includes(group))
        .filter((c) => part === undefined || `${c.id} ${c.name}`.toLowerCase().includes(part))
      // A channel's id is a cursor too, as 0.1.0 gave them.
      const known = all.findIndex(({ id }) => id === after)
      const rows = known < 0 ? all : all.slice(known + 1)
      const page = { limit, ...(after === undefined || known >= 0 ? {} : { after }) }
      return await pageInOrder(
        () => rows,
        ({ id }) => id,
        page,
      )
    },
  )
  app.get(
    '/audit',
    {
      schema: { querystring: auditQuery, response: { 200: pageOf(auditSchema) } },
      config: { permission: 'audit:read' },
    },
    async (request) => {
      const { limit, after, sort, ...where } = request.query
      const order = sortOrder(sort ?? '-at', ['at'])
      const page = await options.auditStore.list({ where, limit, after, ...order })
      return { items: [...page.rows], next: page.next }
    },
  )
}

const forgetRoute = (plain: FastifyInstance, { catalog, audit }: OperationsOptions): void => {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  app.delete(
    '/channels/:name/former',
    { schema: { params: byName, response: { 204: Type.Null() } }, config: write },
    async (request, reply) => {
      const { name } = request.params
      if (!(await catalog.forget(name)))
        throw new ProblemError('not.found', detail('former.missing', { name }))
      await audit(request, 'channel.forget', { subject: name })
      return await reply.code(204).send(null)
    },
  )
}

/** `/groups`, `/channels`, `/sources`, `/surge`, `/audit`, `/config/reload`. */
export const operationRoutes = (plain: FastifyInstance, options: OperationsOptions): void => {
  readRoutes(plain, options)
  forgetRoute(plain, options)
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  const { catalog, audit } = options
  app.post(
    '/sources/:name/refresh',
    { schema: { params: byName, response: { 200: sourceSchema } }, config: write },
    async (request) => {
      const { name } = request.params
      const isThere = await catalog.refresh(name)
      const source = catalog.sources().find((candidate) => candidate.name === name)
      if (!isThere || !source)
        throw new ProblemError('not.found', detail('source.missing', { name }))
      await audit(request, 'source.refresh', { subject: name, after: source })
      return source
    },
  )
  app.put(
    '/surge/:name',
    {
      schema: {
        params: byName,
        headers: ifMatchHeader,
        body: Type.Object({ on: Type.Boolean() }, { additionalProperties: false }),
        response: { 200: surgeSchema },
      },
      config: write,
    },
    async (request, reply) => {
      const { name } = request.params
      const { on } = request.body
      await oneAtATime('surge', async () => {
        requireMatch(request, reply, surgeOr404(catalog, name))
        await catalog.setSurge(name, on, request.actor.name)
      })
      const profile = surgeOr404(catalog, name)
      await audit(request, on ? 'surge.on' : 'surge.off', { subject: name, after: profile })
      return withEtag(reply, profile)
    },
  )
  app.post(
    '/config/reload',
    {
      schema: {
        description:
          'Reads the file again. 422 with the words of the edge where nginx does not take what comes of it: both go on as before then.',
        response: { 204: Type.Null() },
      },
      config: write,
    },
    async (request, reply) => {
      await options.reload(request)
      await audit(request, 'config.reload', { subject: 'gatehouse.yaml' })
      return await reply.code(204).send(null)
    },
  )
}
