import { randomBytes } from 'node:crypto'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { ProblemError } from '../../../plugins/problem.ts'
import { detail } from '../../../plugins/problem-texts.ts'
import {
  accountChange,
  accountCreate,
  accountQuery,
  accountSchema,
  pageOf,
  planOut,
} from '../../../schemas/accounts.ts'
import { idParams, pagesQuery } from '../../../schemas/common.ts'
import type { Account } from '../../../store/tables/records.ts'
import { ifMatchHeader, requireMatch, withEtag } from '../common/etag.ts'
import { pageInOrder } from '../common/row-page.ts'
import { sortOrder } from '../common/sort-order.ts'
import { changeAccount, removeAccount, requireKnown } from './account-changes.ts'
import { type AccountRoutesOptions, accountOr404 } from './account-options.ts'
import { bulkAccountRoute } from './bulk-accounts.ts'
import { tokenRoutes } from './tokens.ts'

const newAccount = (id: string, name: string, now: number): Account => ({
  id,
  name,
  enabled: true,
  expiresAt: null,
  maxSessions: null,
  maxNetworks: null,
  limitation: null,
  plan: null,
  group: null,
  note: null,
  createdAt: now,
  updatedAt: now,
})

const SORTS = ['name', 'createdAt', 'updatedAt', 'expiresAt'] as const

const readRoutes = (plain: FastifyInstance, options: AccountRoutesOptions): void => {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  app.get(
    '/accounts',
    {
      schema: { querystring: accountQuery, response: { 200: pageOf(accountSchema) } },
      config: { permission: 'accounts:read' },
    },
    async (request) => {
      const { limit, after, sort, name, plan, group, enabled } = request.query
      const order = sortOrder(sort, SORTS)
      const where = {
        ...(name === undefined ? {} : { name: { contains: name } }),
        plan,
        group,
        enabled,
      }
      const page = await options.store.accounts.list({ where, limit, after, ...order })
      return { items: [...page.rows], next: page.next }
    },
  )
  app.get(
    '/plans',
    {
      schema: { querystring: pagesQuery, response: { 200: pageOf(planOut) } },
      config: { permission: 'accounts:read' },
    },
    async ({ query }) => await pageInOrder(options.known.plans, ({ name }) => name, query),
  )
  app.get(
    '/accounts/:id',
    {
      schema: { params: idParams, response: { 200: accountSchema } },
      config: { permission: 'accounts:read' },
    },
    async (request, reply) => withEtag(reply, await accountOr404(options, request.params.id)),
  )
}

const writeRoutes = (plain: FastifyInstance, options: AccountRoutesOptions): void => {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  const { store, audit, clock } = options
  app.post(
    '/accounts',
    {
      schema: { body: accountCreate, response: { 201: accountSchema } },
      config: { permission: 'accounts:write' },
    },
    async (request, reply) => {
      const { id = randomBytes(6).toString('hex'), name, ...fields } = request.body
      if (await store.accounts.get(id))
        throw new ProblemError('conflict', detail('account.taken', { name: id }))
      if (await store.accounts.byName(name))
        throw new ProblemError('conflict', detail('account.taken', { name }))
      const account: Account = { ...newAccount(id, name, clock()), ...fields }
      await requireKnown(account, options.known)
      await store.accounts.put(account)
      await options.changed(account)
      await audit(request, 'account.create', { subject: id, after: account })
      return await reply.code(201).send(account)
    },
  )
  app.patch(
    '/accounts/:id',
    {
      schema: {
        params: idParams,
        headers: ifMatchHeader,
        body: accountChange,
        response: { 200: accountSchema },
      },
      config: { permission: 'accounts:write' },
    },
    async (request, reply) => {
      const wish = { id: request.params.id, change: request.body }
      const check = (before: Account) => requireMatch(request, reply, before)
      return withEtag(reply, await changeAccount(options, request, wish, check))
    },
  )
  app.delete(
    '/accounts/:id',
    {
      schema: { params: idParams, headers: ifMatchHeader },
      config: { permission: 'accounts:write' },
    },
    async (request, reply) => {
      const check = (before: Account) => requireMatch(request, reply, before)
      await removeAccount(options, request, request.params.id, check)
      return await reply.code(204).send()
    },
  )
}

/** `/accounts`, their tokens, and the plans they may have. */
export const accountRoutes = (app: FastifyInstance, options: AccountRoutesOptions): void => {
  readRoutes(app, options)
  writeRoutes(app, options)
  bulkAccountRoute(app, options)
  tokenRoutes(app, options)
}
