import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import type { KeyRing } from '../../../keys/key-ring.ts'
import { ProblemError } from '../../../plugins/problem.ts'
import { detail } from '../../../plugins/problem-texts.ts'
import { pageOf } from '../../../schemas/accounts.ts'
import { pagesQuery } from '../../../schemas/common.ts'
import { keySchema } from '../../../schemas/operations.ts'
import type { AuditTrail } from '../common/audit-trail.ts'
import { pageInOrder } from '../common/row-page.ts'

export interface KeyRoutesOptions {
  readonly ring: KeyRing
  readonly audit: AuditTrail
  readonly clock: () => number
}

const shown = (ring: KeyRing): Static<typeof keySchema>[] =>
  ring
    .describe()
    .filter(({ purpose }) => purpose === 'signing')
    .map(({ kid, createdAt, retiredAt }) => ({
      kid,
      createdAt,
      retiredAt,
      isCurrent: kid === ring.current().kid && retiredAt === null,
    }))

/** Signing keys: list, rotate, retire. Secrets never leave. */
export const keyRoutes = (plain: FastifyInstance, options: KeyRoutesOptions): void => {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  const { ring, audit, clock } = options
  const write = { permission: 'keys:write' }
  const response = { 200: pageOf(keySchema) }
  const page = async (query: Static<typeof pagesQuery> = {}) =>
    await pageInOrder(
      () => shown(ring),
      ({ kid }) => kid,
      query,
    )
  app.get(
    '/keys',
    { schema: { querystring: pagesQuery, response }, config: { permission: 'keys:read' } },
    async ({ query }) => await page(query),
  )
  app.post('/keys/rotate', { schema: { response }, config: write }, async (request) => {
    const kid = await ring.rotate(clock())
    await audit(request, 'key.rotate', { subject: String(kid) })
    return await page()
  })
  app.post(
    '/keys/:kid/retire',
    { schema: { params: Type.Object({ kid: Type.Integer() }), response }, config: write },
    async (request) => {
      const { kid } = request.params
      if (!(await ring.retire(kid, clock()))) {
        throw new ProblemError('state.wrong', detail('key.current', { kid }))
      }
      await audit(request, 'key.retire', { subject: String(kid) })
      return await page()
    },
  )
}
