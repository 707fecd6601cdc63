import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import type { Assessor } from '../../../detect/live/assessor.ts'
import { loadTrust } from '../../../detect/live/trust-ledger.ts'
import { recover, trustLevel } from '../../../detect/scoring/trust.ts'
import { ProblemError } from '../../../plugins/problem.ts'
import { detail } from '../../../plugins/problem-texts.ts'
import { pageOf } from '../../../schemas/accounts.ts'
import { idParams } from '../../../schemas/common.ts'
import {
  explanationSchema,
  sharingQuery,
  sharingSchema,
  trustSchema,
} from '../../../schemas/detection.ts'
import type { StoredAssessment } from '../../../store/tables/records.ts'
import type { Tables } from '../../../store/tables/stores.ts'
import { accountRef } from '../common/account-ref.ts'
import type { AuditTrail } from '../common/audit-trail.ts'
import { type AccountSources, isAccount } from '../common/known-account.ts'
import { sortOrder } from '../common/sort-order.ts'

export interface SharingRoutesOptions extends AccountSources {
  readonly store: AccountSources['store'] & Pick<Tables, 'assessments' | 'trust'>
  readonly assessor: Assessor
  readonly audit: AuditTrail
}

const SORTS = ['confidence', 'at', 'plays', 'name'] as const

const explained = ({
  detail: kept,
  ...known
}: StoredAssessment): Static<typeof explanationSchema> => {
  const fields = new Map(Object.entries(typeof kept === 'object' ? (kept ?? {}) : {}))
  const of = (name: string): unknown => fields.get(name) ?? []
  return {
    ...known,
    contributions: of('contributions'),
    households: of('households'),
    findings: of('findings'),
  }
}

const read = { permission: 'findings:read' }
const write = { permission: 'findings:write' }

const confidenceRoutes = (plain: FastifyInstance, options: SharingRoutesOptions): void => {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  const { store, assessor, audit } = options
  app.get(
    '/sharing',
    {
      schema: { querystring: sharingQuery, response: { 200: pageOf(sharingSchema) } },
      config: read,
    },
    async (request) => {
      const { limit, after, sort, flagged, min_confidence: from } = request.query
      const order = sortOrder(sort ?? '-confidence', SORTS)
      const where = { flagged, ...(from === undefined ? {} : { confidence: { from } }) }
      const page = await store.assessments.list({ where, limit, after, ...order })
      return { items: [...page.rows], next: page.next }
    },
  )
  app.post(
    '/sharing/assess',
    {
      schema: {
        body: Type.Object({
          most: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000, default: 1000 })),
        }),
        response: { 200: Type.Object({ assessed: Type.Integer(), left: Type.Integer() }) },
      },
      config: write,
    },
    async (request) => {
      const round = await assessor.round(request.body.most)
      await audit(request, 'sharing.assess', { subject: 'accounts', after: round })
      return round
    },
  )
}

/** `/sharing`, `/accounts/:id/sharing`, `/accounts/:id/trust`: how likely accounts are shared, and why. */
export const sharingRoutes = (plain: FastifyInstance, options: SharingRoutesOptions): void => {
  confidenceRoutes(plain, options)
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  const { store, assessor, clock } = options
  const orMissing = (found: StoredAssessment | null, account: string) => {
    if (!found) throw new ProblemError('not.found', detail('sharing.unknown', { account }))
    return explained(found)
  }
  const schema = { params: idParams, response: { 200: explanationSchema } }
  const orNone = {
    204: Type.Null({
      description: 'There is such an account, and too little was played to judge it.',
    }),
  }
  app.get(
    '/accounts/:id/sharing',
    { schema: { ...schema, response: { ...schema.response, ...orNone } }, config: read },
    async (request, reply) => {
      const account = accountRef(request.params.id)
      const found = (await store.assessments.get(account)) ?? (await assessor.assess(account))
      if (found === null && (await isAccount(options, account)))
        return await reply.code(204).send(null)
      return orMissing(found, account)
    },
  )
  app.post('/accounts/:id/sharing', { schema, config: write }, async (request) => {
    const account = accountRef(request.params.id)
    return orMissing(await assessor.assess(account), account)
  })
  app.get(
    '/accounts/:id/trust',
    { schema: { params: idParams, response: { 200: trustSchema } }, config: read },
    async (request) => {
      const account = accountRef(request.params.id)
      const { value, ledger } = recover(await loadTrust(store.trust, account, clock()), clock())
      return { account, value, level: trustLevel(value), ledger: ledger.toReversed() }
    },
  )
}
