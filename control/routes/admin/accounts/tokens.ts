import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { ProblemError } from '../../../plugins/problem.ts'
import { detail } from '../../../plugins/problem-texts.ts'
import {
  pageOf,
  passwordPut,
  tokenCreate,
  tokenCreated,
  tokenSchema,
} from '../../../schemas/accounts.ts'
import { idParams, pagesQuery } from '../../../schemas/common.ts'
import { pageInOrder } from '../common/row-page.ts'
import { type AccountRoutesOptions, accountOr404 } from './account-options.ts'

const write = { permission: 'tokens:write' }

const passwordRoute = (plain: FastifyInstance, options: AccountRoutesOptions): void => {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  const { store, accounts, audit, clock } = options
  app.put(
    '/accounts/:id/password',
    {
      schema: { params: idParams, body: passwordPut, response: { 204: Type.Null() } },
      config: write,
    },
    async (request, reply) => {
      const account = await accountOr404(options, request.params.id)
      const holder = await store.tokens.byUsername(request.body.username)
      if (holder && holder.accountId !== account.id) {
        throw new ProblemError('conflict', detail('login.taken', { name: request.body.username }))
      }
      const id = await accounts.setPassword(account.id, request.body, clock())
      await options.changed(null)
      const after = { id, username: request.body.username }
      await audit(request, 'password.set', { subject: account.id, after })
      return await reply.code(204).send(null)
    },
  )
}

/** Tokens and passwords of an account. */
export const tokenRoutes = (plain: FastifyInstance, options: AccountRoutesOptions): void => {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  const { store, accounts, audit, clock } = options
  app.get(
    '/accounts/:id/tokens',
    {
      schema: { params: idParams, querystring: pagesQuery, response: { 200: pageOf(tokenSchema) } },
      config: { permission: 'tokens:read' },
    },
    async ({ params, query }) => {
      const account = await accountOr404(options, params.id)
      return await pageInOrder(
        async () => await store.tokens.ofAccount(account.id),
        ({ id }) => id,
        query,
      )
    },
  )
  app.post(
    '/accounts/:id/tokens',
    {
      schema: { params: idParams, body: tokenCreate, response: { 201: tokenCreated } },
      config: write,
    },
    async (request, reply) => {
      const account = await accountOr404(options, request.params.id)
      const issued = await accounts.issueToken(account.id, request.body.label ?? null, clock())
      await options.changed(null)
      await audit(request, 'token.issue', { subject: account.id, after: { id: issued.id } })
      return await reply.code(201).send({ ...issued, playlist: options.playlistUrl(issued.token) })
    },
  )
  app.delete(
    '/tokens/:id',
    { schema: { params: idParams }, config: write },
    async (request, reply) => {
      const { id } = request.params
      if (!(await store.tokens.revoke(id, clock()))) {
        throw new ProblemError('not.found', detail('token.missing', { id }))
      }
      await options.changed(null)
      await audit(request, 'token.revoke', { subject: id })
      return await reply.code(204).send()
    },
  )
  passwordRoute(plain, options)
}
