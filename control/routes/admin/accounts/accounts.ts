import { randomBytes } from 'node:crypto'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { ProblemError } from '../../../plugins/problem.ts'
import {
  accountChange,
  accountCreate,
  accountQuery,
  accountSchema,
  pageOf,
} from '../../../schemas/accounts.ts'
import { idParams } from '../../../schemas/common.ts'
import type { Account } from '../../../store/tables/records.ts'
import { sortOrder } from '../common/sort-order.ts'
import { type AccountRoutesOptions, accountOr404 } from './account-options.ts'
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

const requireKnown = async (
  account: Pick<Account, 'group' | 'plan'>,
  known: AccountRoutesOptions['known'],
): Promise<void> => {
  if (account.group !== null && !known.group(account.group)) {
    throw new ProblemError('request.invalid', `There is no group '${account.group}'.`)
  }
  if (account.plan !== null && !(await known.plan(account.plan))) {
    throw new ProblemError('request.invalid', `There is no plan '${account.plan}'.`)
  }
}

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
    '/accounts/:id',
    {
      schema: { params: idParams, response: { 200: accountSchema } },
      config: { permission: 'accounts:read' },
    },
    async (request) => await accountOr404(options, request.params.id),
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
      if (await store.accounts.get(id)) throw new ProblemError('conflict', `'${id}' exists.`)
      if (await store.accounts.byName(name)) throw new ProblemError('conflict', `'${name}' exists.`)
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
      schema: { params: idParams, body: accountChange, response: { 200: accountSchema } },
      config: { permission: 'accounts:write' },
    },
    async (request) => {
      const before = await accountOr404(options, request.params.id)
      const after: Account = { ...before, ...request.body, updatedAt: clock() }
      await requireKnown(after, options.known)
      await store.accounts.put(after)
      await options.changed(after)
      await audit(request, 'account.change', { subject: before.id, before, after })
      return after
    },
  )
  app.delete(
    '/accounts/:id',
    { schema: { params: idParams }, config: { permission: 'accounts:write' } },
    async (request, reply) => {
      const before = await accountOr404(options, request.params.id)
      for (const token of await store.tokens.ofAccount(before.id)) {
        await store.tokens.revoke(token.id, clock())
      }
      await store.accounts.remove(before.id)
      await options.changed({ ...before, enabled: false })
      await audit(request, 'account.delete', { subject: before.id, before })
      return await reply.code(204).send()
    },
  )
}

/** `/accounts` and their tokens. */
export const accountRoutes = (app: FastifyInstance, options: AccountRoutesOptions): void => {
  readRoutes(app, options)
  writeRoutes(app, options)
  tokenRoutes(app, options)
}
