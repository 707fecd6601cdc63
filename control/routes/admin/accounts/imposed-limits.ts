import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { ProblemError } from '../../../plugins/problem.ts'
import { detail } from '../../../plugins/problem-texts.ts'
import type { ImposedLimits } from '../../../respond/imposed-limits.ts'
import { pageOf } from '../../../schemas/accounts.ts'
import { idParams, wholePageQuery } from '../../../schemas/common.ts'
import { imposedSchema } from '../../../schemas/detection.ts'
import { accountRef } from '../common/account-ref.ts'
import type { AuditTrail } from '../common/audit-trail.ts'
import { pageOfRows } from '../common/row-page.ts'

export interface ImposedRoutesOptions {
  readonly imposed: Pick<ImposedLimits, 'list' | 'of' | 'lift'>
  readonly audit: AuditTrail
  /** Gives an account's running sessions the caps it has now. */
  readonly applyLimits: (account: string) => Promise<void>
}

/** `/imposed-limits`: caps that rules have set for a time. */
export const imposedRoutes = (plain: FastifyInstance, options: ImposedRoutesOptions): void => {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  const { imposed, audit, applyLimits } = options
  app.get(
    '/imposed-limits',
    {
      schema: {
        querystring: Type.Object(wholePageQuery),
        response: { 200: pageOf(imposedSchema) },
      },
      config: { permission: 'bans:read' },
    },
    ({ query }) => {
      const rows = [...imposed.list()].map(([account, limit]) => ({
        id: account,
        account,
        ...limit,
      }))
      return pageOfRows(rows, query, ['account'])
    },
  )
  app.delete(
    '/imposed-limits/:id',
    { schema: { params: idParams }, config: { permission: 'bans:write' } },
    async (request, reply) => {
      const account = accountRef(request.params.id)
      const before = imposed.of(account)
      if (!before) throw new ProblemError('not.found', detail('limit.none', { account }))
      await imposed.lift(account)
      await applyLimits(account)
      await audit(request, 'limit.lift', { subject: account, before })
      return await reply.code(204).send()
    },
  )
}
