import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import type { Static } from 'typebox'
import { loadTrust, saveTrust } from '../../../detect/live/trust-ledger.ts'
import { dismissFinding, reinstateFinding } from '../../../detect/scoring/trust.ts'
import { ProblemError } from '../../../plugins/problem.ts'
import { pageOf } from '../../../schemas/accounts.ts'
import { idParams } from '../../../schemas/common.ts'
import { findingChange, findingQuery, findingSchema } from '../../../schemas/detection.ts'
import type { StoredFinding } from '../../../store/tables/records.ts'
import type { Tables } from '../../../store/tables/stores.ts'
import { accountRef } from '../common/account-ref.ts'
import type { AuditTrail } from '../common/audit-trail.ts'
import { sortOrder } from '../common/sort-order.ts'

export interface FindingRoutesOptions {
  readonly store: Pick<Tables, 'findings'> & {
    readonly atomically: <T>(work: (nouns: Tables) => Promise<T>) => Promise<T>
  }
  readonly audit: AuditTrail
  readonly clock: () => number
}

const summaryOf = ({ evidence }: StoredFinding): string => {
  const fields = typeof evidence === 'object' && evidence !== null ? Object.entries(evidence) : []
  const summary: unknown = fields.find(([name]) => name === 'summary')?.[1]
  return typeof summary === 'string' ? summary : ''
}

const shown = (finding: StoredFinding): Static<typeof findingSchema> => ({
  ...finding,
  summary: summaryOf(finding),
})

const SORTS = ['at', 'confidence'] as const

/** `/findings`: list, show, dismiss, confirm. */
export const findingRoutes = (plain: FastifyInstance, options: FindingRoutesOptions): void => {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  const { store, audit, clock } = options
  const read = { permission: 'findings:read' }
  const orMissing = async (id: string): Promise<StoredFinding> => {
    const finding = await store.findings.get(id)
    if (!finding) throw new ProblemError('not.found', `There is no finding '${id}'.`)
    return finding
  }
  app.get(
    '/findings',
    {
      schema: { querystring: findingQuery, response: { 200: pageOf(findingSchema) } },
      config: read,
    },
    async (request) => {
      const { limit, after, sort, account, from, to, ...same } = request.query
      const order = sortOrder(sort ?? '-at', SORTS)
      const at = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }
      const where = {
        ...same,
        at,
        account: account === undefined ? undefined : accountRef(account),
      }
      const page = await store.findings.list({ where, limit, after, ...order })
      return { items: page.rows.map(shown), next: page.next }
    },
  )
  app.get(
    '/findings/:id',
    { schema: { params: idParams, response: { 200: findingSchema } }, config: read },
    async (request) => shown(await orMissing(request.params.id)),
  )
  app.patch(
    '/findings/:id',
    {
      schema: { params: idParams, body: findingChange, response: { 200: findingSchema } },
      config: { permission: 'findings:write' },
    },
    async (request) => {
      const { id } = request.params
      const { state } = request.body
      const before = await orMissing(id)
      await store.atomically(async ({ findings, trust }) => {
        await findings.judge(id, state)
        const known = await loadTrust(trust, before.account, clock())
        const become = state === 'dismissed' ? dismissFinding : reinstateFinding
        await saveTrust(trust, before.account, known, become(known, id, clock()))
      })
      const change = { subject: id, before: { state: before.state }, after: { state } }
      await audit(request, 'finding.judge', change)
      return shown(await orMissing(id))
    },
  )
}
