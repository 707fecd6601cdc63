import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Static } from 'typebox'
import { PAST } from '../../../detect/live/judge-past.ts'
import { loadTrust, saveTrust } from '../../../detect/live/trust-ledger.ts'
import {
  confirmFinding,
  dismissFinding,
  reinstateFinding,
  type TrustState,
} from '../../../detect/scoring/trust.ts'
import type { Severity } from '../../../detect/types.ts'
import { ProblemError } from '../../../plugins/problem.ts'
import { detail } from '../../../plugins/problem-texts.ts'
import { pageOf } from '../../../schemas/accounts.ts'
import { bulkOut } from '../../../schemas/bulk.ts'
import { idParams } from '../../../schemas/common.ts'
import {
  findingChange,
  findingQuery,
  findingSchema,
  findingsBulk,
} from '../../../schemas/detection.ts'
import type { StoredFinding } from '../../../store/tables/records.ts'
import type { Tables } from '../../../store/tables/stores.ts'
import { accountRef } from '../common/account-ref.ts'
import type { AuditTrail } from '../common/audit-trail.ts'
import { eachOf } from '../common/bulk.ts'
import { ifMatchHeader, requireMatch, withEtag } from '../common/etag.ts'
import { oneAtATime } from '../common/one-at-a-time.ts'
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

const read = { permission: 'findings:read' }
const write = { permission: 'findings:write' }

const findingOr404 = async (
  { store }: FindingRoutesOptions,
  id: string,
): Promise<StoredFinding> => {
  const finding = await store.findings.get(id)
  if (!finding) throw new ProblemError('not.found', detail('finding.missing', { id }))
  return finding
}

const severityOf = ({ severity }: StoredFinding): Severity =>
  severity === 'high' || severity === 'low' ? severity : 'warning'

/** Trust after a finding got its state; what was found in an imported past lowers none. */
const trustAfter = (trust: TrustState, finding: StoredFinding, now: number): TrustState => {
  const { id, state, acted } = finding
  if (state === 'dismissed') return dismissFinding(trust, id, now)
  if (state !== 'confirmed' || acted === PAST) return reinstateFinding(trust, id, now)
  return confirmFinding(trust, { ...finding, severity: severityOf(finding) }, now)
}

/** Sets the state of a finding, and the trust that follows from it; `check` gets it as it was, and throws to refuse. */
const judge = async (
  options: FindingRoutesOptions,
  request: Pick<FastifyRequest, 'actor'>,
  { id, state }: { readonly id: string } & Static<typeof findingChange>,
  check: (before: StoredFinding) => void = () => undefined,
): Promise<StoredFinding> =>
  await oneAtATime('findings', async () => {
    const { store, audit, clock } = options
    const before = await findingOr404(options, id)
    check(before)
    await store.atomically(async ({ findings, trust }) => {
      await findings.judge(id, state)
      const known = await loadTrust(trust, before.account, clock())
      await saveTrust(
        trust,
        before.account,
        known,
        trustAfter(known, { ...before, state }, clock()),
      )
    })
    const change = { subject: id, before: { state: before.state }, after: { state } }
    await audit(request, 'finding.judge', change)
    return await findingOr404(options, id)
  })

/** `/findings`: list, show, dismiss, confirm, one or many. */
export const findingRoutes = (plain: FastifyInstance, options: FindingRoutesOptions): void => {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  const { store } = options
  const orMissing = async (id: string) => await findingOr404(options, id)
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
    async (request, reply) => withEtag(reply, shown(await orMissing(request.params.id))),
  )
  app.patch(
    '/findings/:id',
    {
      schema: {
        params: idParams,
        headers: ifMatchHeader,
        body: findingChange,
        response: { 200: findingSchema },
      },
      config: write,
    },
    async (request, reply) => {
      const { params, body } = request
      const check = (before: StoredFinding) => requireMatch(request, reply, shown(before))
      return withEtag(reply, shown(await judge(options, request, { ...params, ...body }, check)))
    },
  )
  app.post(
    '/findings/bulk',
    { schema: { body: findingsBulk, response: { 200: bulkOut } }, config: write },
    async (request) => {
      const { ids, state } = request.body
      const one = async (id: string) => await judge(options, request, { id, state })
      return await eachOf(ids, (id) => id, one)
    },
  )
}
