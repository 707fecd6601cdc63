import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import type { ApiTokens } from '../../../operators/api-tokens.ts'
import { isGranted } from '../../../operators/roles.ts'
import { ProblemError } from '../../../plugins/problem.ts'
import { detail } from '../../../plugins/problem-texts.ts'
import { pageOf } from '../../../schemas/accounts.ts'
import { apiTokenIn, apiTokenMade, apiTokenOut } from '../../../schemas/api-access.ts'
import { idParams, wholePageQuery } from '../../../schemas/common.ts'
import type { ApiToken, OperatorTables } from '../../../store/tables/operator-tables.ts'
import type { AuditTrail } from '../common/audit-trail.ts'

/** What the routes of API tokens work with. */
export interface ApiTokenRoutesOptions {
  readonly tokens: ApiTokens
  readonly table: OperatorTables['apiTokens']
  readonly audit: AuditTrail
  /** Unix milliseconds. */
  readonly clock: () => number
}

const read = { permission: 'api-tokens:read' }
const write = { permission: 'api-tokens:write' }

const shown = ({
  hash: _hash,
  maker: _maker,
  scopes,
  ...token
}: ApiToken): Static<typeof apiTokenOut> => ({
  ...token,
  scopes: [...scopes],
})

/** `/api-tokens`: tokens for programs, each with its scopes. */
export const apiTokenRoutes = (plain: FastifyInstance, options: ApiTokenRoutesOptions): void => {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  const { tokens, table, audit, clock } = options
  app.get(
    '/api-tokens',
    {
      schema: { querystring: Type.Object(wholePageQuery), response: { 200: pageOf(apiTokenOut) } },
      config: read,
    },
    async ({ query }) => {
      const { rows, next } = await table.list({ sort: 'name', ...query })
      return { items: rows.map(shown), next }
    },
  )
  app.post(
    '/api-tokens',
    { schema: { body: apiTokenIn, response: { 201: apiTokenMade } }, config: write },
    async (request, reply) => {
      const { name, scopes, expiresAt = null } = request.body
      const { permissions, name: by, person: maker = null } = request.actor
      const beyond = scopes.find((scope) => !isGranted(permissions, scope))
      if (beyond !== undefined)
        throw new ProblemError('permission.missing', detail('token.beyond', { permission: beyond }))
      if (expiresAt !== null && expiresAt <= clock())
        throw new ProblemError('request.invalid', detail('token.past'))
      const { record, token } = await tokens.issue({ name, scopes, expiresAt, by, maker })
      await audit(request, 'api-token.create', { subject: name, after: { scopes, expiresAt } })
      return await reply.code(201).send({ ...shown(record), token })
    },
  )
  app.delete(
    '/api-tokens/:id',
    { schema: { params: idParams, response: { 204: Type.Null() } }, config: write },
    async (request, reply) => {
      const found = await table.get(request.params.id)
      if (found === null)
        throw new ProblemError('not.found', detail('token.missing', { id: request.params.id }))
      await table.remove(found.id)
      await audit(request, 'api-token.delete', { subject: found.name })
      return await reply.code(204).send(null)
    },
  )
}
