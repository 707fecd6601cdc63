import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import type { EdgeStatus } from '../../../edge/edge-registry.ts'
import { hashEdgeKey, newEdgeKey } from '../../../keys/edge-key.ts'
import { ProblemError } from '../../../plugins/problem.ts'
import { detail } from '../../../plugins/problem-texts.ts'
import { pageOf } from '../../../schemas/accounts.ts'
import { idParams, pagesQuery } from '../../../schemas/common.ts'
import { edgeBody, edgeCheck, edgeSchema, newEdgeSchema } from '../../../schemas/operations.ts'
import { type SentenceId, say } from '../../../sentences/sentences.ts'
import { connectionFault } from '../../../sources/http/connection-fault.ts'
import type { Edge } from '../../../store/tables/records.ts'
import type { EdgeStore } from '../../../store/tables/stores.ts'
import type { AuditTrail } from '../common/audit-trail.ts'
import { pageOfRows } from '../common/row-page.ts'

export interface EdgeAdminOptions {
  /** Edges that have synced with this control plane. */
  readonly seen: () => readonly EdgeStatus[]
  readonly store: EdgeStore
  /** Called when an edge was added or revoked: its requests are authenticated anew. */
  readonly changed: (edge: string) => void
  readonly audit: AuditTrail
  readonly clock: () => number
  /** The address viewers reach the edge by, or why none is known. */
  readonly address: () =>
    | { readonly url: string }
    | { readonly url: null; readonly why: SentenceId }
}

type Shown = Static<typeof edgeSchema>

const MOST_EDGES = 1000
const NEVER = {
  nginx: '',
  njs: '',
  engine: '',
  lastSyncAt: null,
  clockSkewMs: 0,
  free: {},
  reports: 0,
}

const shown = (seen: EdgeStatus | undefined, added: Edge | undefined): Shown => ({
  ...NEVER,
  id: added?.id ?? '',
  ...seen,
  addedAt: added?.createdAt ?? null,
  revokedAt: added?.revokedAt ?? null,
  alarms: [...(seen?.alarms ?? [])],
})

const listEdges = async ({ seen, store }: EdgeAdminOptions): Promise<Shown[]> => {
  const added = new Map((await store.list({ limit: MOST_EDGES })).rows.map((it) => [it.id, it]))
  const known = new Map(seen().map((it) => [it.id, it]))
  return [...new Set([...known.keys(), ...added.keys()])].map((id) =>
    shown(known.get(id), added.get(id)),
  )
}

/** How long an edge may take to answer, ms. */
const PATIENCE_MS = 4_000

const NO_EDGE = say('edge.other')

/** What every edge says of its health, and nothing else does. */
const edgeHealth = Type.Object({ status: Type.String(), njs: Type.String(), zones: Type.String() })

/** Asks an edge for its health, as a viewer would reach it. */
const checkEdge = async (
  address: ReturnType<EdgeAdminOptions['address']>,
): Promise<Static<typeof edgeCheck>> => {
  if (address.url === null) return { url: null, ok: false, problem: say(address.why) }
  const url = `${address.url}/health`
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS), redirect: 'error' })
    const health: unknown = await answer.json()
    if (!Value.Check(edgeHealth, health)) return { url, ok: false, problem: NO_EDGE }
    if (health.status === 'ok') return { url, ok: true, problem: null }
    return { url, ok: false, problem: say('edge.unwell', { status: health.status }) }
  } catch (error) {
    const isJson = error instanceof SyntaxError
    const words = connectionFault(error).text
    return {
      url,
      ok: false,
      problem: isJson ? NO_EDGE : words,
    }
  }
}

/** `/edges`: who syncs, and the edges on other machines that may. */
export const edgeAdminRoutes = (plain: FastifyInstance, options: EdgeAdminOptions): void => {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  const { store, changed, audit, clock } = options
  const write = { permission: 'edges:write' }
  app.get(
    '/edges',
    {
      schema: { querystring: pagesQuery, response: { 200: pageOf(edgeSchema) } },
      config: { permission: 'operations:read' },
    },
    async ({ query }) => pageOfRows(await listEdges(options), query, ['id']),
  )
  app.get(
    '/edges/check',
    { schema: { response: { 200: edgeCheck } }, config: { permission: 'operations:read' } },
    async () => await checkEdge(options.address()),
  )
  app.post(
    '/edges',
    { schema: { body: edgeBody, response: { 201: newEdgeSchema } }, config: write },
    async (request, reply) => {
      const { id } = request.body
      const known = await store.get(id)
      if (known && known.revokedAt === null) {
        throw new ProblemError('conflict', detail('edge.taken', { id }))
      }
      const key = newEdgeKey()
      const createdAt = clock()
      await store.put({ id, name: id, keyHash: hashEdgeKey(key), createdAt, revokedAt: null })
      changed(id)
      await audit(request, 'edge.add', { subject: id })
      return await reply.code(201).header('cache-control', 'no-store').send({ id, key, createdAt })
    },
  )
  app.delete(
    '/edges/:id',
    { schema: { params: idParams }, config: write },
    async (request, reply) => {
      const { id } = request.params
      if (!(await store.revoke(id, clock()))) {
        throw new ProblemError('not.found', detail('edge.missing', { id }))
      }
      changed(id)
      await audit(request, 'edge.revoke', { subject: id })
      return await reply.code(204).send()
    },
  )
}
