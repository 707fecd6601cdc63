import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import type { DestinationConfig } from '../../../config/schema/destinations.ts'
import type { Destinations } from '../../../notify/destinations/book.ts'
import { masked, restored } from '../../../notify/destinations/secrets.ts'
import type { OpenDestination } from '../../../notify/model/book.ts'
import { ProblemError } from '../../../plugins/problem.ts'
import { detail } from '../../../plugins/problem-texts.ts'
import { pageOf } from '../../../schemas/accounts.ts'
import { pagesQuery } from '../../../schemas/common.ts'
import { destinationChange, destinationIn, destinationOut } from '../../../schemas/notices.ts'
import type { NoticeTables } from '../../../store/tables/notice-tables.ts'
import type { AuditTrail } from '../common/audit-trail.ts'
import { etagOf, ifMatchHeader, requireMatch } from '../common/etag.ts'
import { oneAtATime } from '../common/one-at-a-time.ts'
import { pageInOrder } from '../common/row-page.ts'
import { checkedDestination } from './destination-checks.ts'

/** What the routes of destinations work with. */
export interface DestinationRoutesOptions {
  readonly destinations: Destinations
  readonly messages: Pick<NoticeTables['messages'], 'list'>
  readonly audit: AuditTrail
  readonly clock: () => number
}

type Shown = Static<typeof destinationOut>

const MOST = 1000

/** Path parameter `:name`. */
export const nameParams = Type.Object({ name: Type.String({ minLength: 1, maxLength: 64 }) })

const read = { permission: 'destinations:read' }
const write = { permission: 'destinations:write' }
/** The reader of the configuration checks bodies, since its messages are more precise than a schema's. */
const unchecked = () => () => true
const plainJson = () => (value: unknown) => JSON.stringify(value)

/** A destination by its name, or a refusal. */
export const destinationOr404 = (destinations: Destinations, name: string): OpenDestination => {
  const found = destinations.get(name)
  if (!found) throw new ProblemError('not.found', detail('destination.missing', { name }))
  return found
}

const shownWith = async (
  { destinations, messages }: DestinationRoutesOptions,
  { destination, origin, problem }: OpenDestination,
): Promise<Shown> => {
  const { name, kind } = destination
  const rows = async (state: 'waiting' | 'dead') =>
    (await messages.list({ where: { destination: name, state }, limit: MOST })).rows
  const [waiting, dead] = [await rows('waiting'), await rows('dead')]
  const where = { destination: name, state: 'sent' } as const
  const latest = { sort: 'sentAt', descending: true, limit: 1 } as const
  const { rows: sent } = await messages.list({ where, ...latest })
  const config = destinations.configured(name)
  return {
    ...(config === undefined ? { ...masked({ ...destination, kind: 'webhook' }) } : masked(config)),
    kind,
    origin,
    problem,
    waiting: waiting.length,
    dead: dead.length,
    last_error: [...waiting, ...dead].find(({ error }) => error !== null)?.error ?? null,
    last_sent_at: sent[0]?.sentAt ?? null,
  }
}

const refuseFiles = ({ destination, origin }: OpenDestination): void => {
  if (origin === 'file') {
    const { name } = destination
    throw new ProblemError('state.wrong', detail('destination.configured', { name }))
  }
}

const changedBy = (
  change: Readonly<Record<string, unknown>>,
  known: DestinationConfig,
): Record<string, unknown> => {
  const whole = { ...known, ...restored(change, known), name: known.name }
  return Object.fromEntries(Object.entries(whole).filter(([, value]) => value !== null))
}

/** What an edit of a destination depends on: its settings, not what was sent to it. */
const settingsOf = (destinations: Destinations, name: string): DestinationConfig | null =>
  destinations.configured(name) ?? null

const readRoutes = (plain: FastifyInstance, options: DestinationRoutesOptions): void => {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  const { destinations } = options
  app.get(
    '/destinations',
    {
      schema: { querystring: pagesQuery, response: { 200: pageOf(destinationOut) } },
      serializerCompiler: plainJson,
      config: read,
    },
    async ({ query }) => {
      const page = await pageInOrder(
        () => destinations.all(),
        ({ destination }) => destination.name,
        query,
      )
      const items: Shown[] = []
      for (const open of page.items) items.push(await shownWith(options, open))
      return { items, next: page.next }
    },
  )
  app.get(
    '/destinations/:name',
    {
      schema: { params: nameParams, response: { 200: destinationOut } },
      serializerCompiler: plainJson,
      config: read,
    },
    async (request, reply) => {
      const { name } = request.params
      const open = destinationOr404(destinations, name)
      void reply.header('etag', etagOf(settingsOf(destinations, name)))
      return await shownWith(options, open)
    },
  )
}

const removeRoute = (plain: FastifyInstance, options: DestinationRoutesOptions): void => {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  const { destinations, audit } = options
  app.delete(
    '/destinations/:name',
    { schema: { params: nameParams, headers: ifMatchHeader }, config: write },
    async (request, reply) => {
      const { name } = request.params
      await oneAtATime('destinations', async () => {
        refuseFiles(destinationOr404(destinations, name))
        requireMatch(request, reply, settingsOf(destinations, name))
        await destinations.remove(name)
      })
      await audit(request, 'destination.delete', { subject: name })
      return await reply.code(204).send()
    },
  )
}

/** `/destinations`: list, show, add, change, remove. */
export const destinationRoutes = (
  plain: FastifyInstance,
  options: DestinationRoutesOptions,
): void => {
  readRoutes(plain, options)
  removeRoute(plain, options)
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  const { destinations, audit } = options
  const asTheyAre = { validatorCompiler: unchecked, serializerCompiler: plainJson, config: write }
  app.post(
    '/destinations',
    { schema: { body: destinationIn, response: { 201: destinationOut } }, ...asTheyAre },
    async (request, reply) => {
      const destination = checkedDestination(request.body)
      const { name } = destination
      if (destinations.get(name) !== undefined)
        throw new ProblemError('conflict', detail('destination.taken', { name }))
      await destinations.put(destination)
      await audit(request, 'destination.create', { subject: name, after: masked(destination) })
      void reply.code(201)
      return await shownWith(options, destinationOr404(destinations, name))
    },
  )
  app.patch(
    '/destinations/:name',
    {
      schema: {
        params: nameParams,
        headers: ifMatchHeader,
        body: destinationChange,
        response: { 200: destinationOut },
      },
      ...asTheyAre,
    },
    async (request, reply) => {
      const { name } = request.params
      const { known, destination } = await oneAtATime('destinations', async () => {
        const open = destinationOr404(destinations, name)
        refuseFiles(open)
        const present = settingsOf(destinations, name)
        if (present === null)
          throw new ProblemError(
            'state.wrong',
            detail('destination.unreadable', { name, why: open.problem ?? '' }),
          )
        requireMatch(request, reply, present)
        const changed = checkedDestination(changedBy(request.body, present))
        await destinations.put(changed)
        return { known: present, destination: changed }
      })
      void reply.header('etag', etagOf(settingsOf(destinations, name)))
      const change = { before: masked(known), after: masked(destination) }
      await audit(request, 'destination.change', { subject: name, ...change })
      return await shownWith(options, destinationOr404(destinations, name))
    },
  )
}
