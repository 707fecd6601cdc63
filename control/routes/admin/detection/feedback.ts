import { randomUUID } from 'node:crypto'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import { canonicalHome } from '#domain/networks/home-network'
import { networkKey } from '#domain/networks/network'
import type { FeedbackCache } from '../../../detect/live/feedback-cache.ts'
import { ProblemError } from '../../../plugins/problem.ts'
import { detail } from '../../../plugins/problem-texts.ts'
import { pageOf } from '../../../schemas/accounts.ts'
import { idParams, pageQuery, pagesQuery } from '../../../schemas/common.ts'
import { feedbackCreate, feedbackSchema } from '../../../schemas/detection.ts'
import type { Feedback } from '../../../store/tables/records.ts'
import type { Tables } from '../../../store/tables/stores.ts'
import { accountRef } from '../common/account-ref.ts'
import type { AuditTrail } from '../common/audit-trail.ts'
import { pageInOrder } from '../common/row-page.ts'
import { homeOf } from '../people/homes.ts'

export interface FeedbackRoutesOptions {
  readonly store: Pick<Tables, 'feedback'>
  readonly book: Pick<FeedbackCache, 'reload'>
  readonly audit: AuditTrail
  readonly clock: () => number
  readonly v6Prefix: () => number
  /** The answer already reflects the feedback. */
  readonly changed: (account: string) => Promise<void>
}

const write = { permission: 'findings:write' }
const everyQuery = Type.Object({
  limit: pageQuery.limit,
  after: pageQuery.after,
  account: Type.Optional(Type.String({ description: 'Only of this account.' })),
})

const networkOf = (value: string, v6Prefix: number): string => {
  const [address = '', bits] = value.split('/')
  const key = networkKey(address, { v6Prefix })
  if (key === null) throw new ProblemError('request.invalid', detail('address.wrong', { value }))
  const [least, most] = key.includes('/') ? [v6Prefix, 128] : [32, 32]
  if (bits === undefined || (/^\d+$/.test(bits) && Number(bits) >= least && Number(bits) <= most))
    return key
  throw new ProblemError('request.invalid', detail('network.viewer', { prefix: v6Prefix, value }))
}

const valueOf = (
  { kind, value }: Static<typeof feedbackCreate>,
  account: string,
  v6Prefix: number,
): string => {
  if (kind === 'account') return account
  if (value === undefined) throw new ProblemError('request.invalid', detail(`feedback.no_${kind}`))
  if (kind === 'home') return homeOf(value)
  if (kind !== 'network') return value
  return networkOf(value, v6Prefix)
}

/** Homes of older releases are kept as they were spelt. */
const spelt = ({ kind, value }: Feedback): string =>
  kind === 'home' ? canonicalHome(value) : value

const removeRoute = (plain: FastifyInstance, options: FeedbackRoutesOptions): void => {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  const { store, book, audit, changed } = options
  app.delete(
    '/feedback/:id',
    { schema: { params: idParams }, config: write },
    async (request, reply) => {
      const { id } = request.params
      const before = await store.feedback.get(id)
      if (!before || !(await store.feedback.remove(id))) {
        throw new ProblemError('not.found', detail('feedback.missing', { id }))
      }
      await book.reload()
      await changed(before.account)
      await audit(request, 'feedback.remove', { subject: before.account, before })
      return await reply.code(204).send()
    },
  )
}

const everyRoute = (plain: FastifyInstance, { store }: FeedbackRoutesOptions): void => {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  app.get(
    '/feedback',
    {
      schema: { querystring: everyQuery, response: { 200: pageOf(feedbackSchema) } },
      config: { permission: 'findings:read' },
    },
    async ({ query: { limit, after, account } }) => {
      const where = account === undefined ? {} : { account: accountRef(account) }
      const page = await store.feedback.list({ where, limit, after })
      return { items: [...page.rows], next: page.next }
    },
  )
}

/** `/feedback`, `/feedback/:id` and `/accounts/:id/feedback`: an operator's "this is fine". */
export const feedbackRoutes = (plain: FastifyInstance, options: FeedbackRoutesOptions): void => {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  const { store, book, audit, clock, changed } = options
  everyRoute(plain, options)
  app.get(
    '/accounts/:id/feedback',
    {
      schema: {
        params: idParams,
        querystring: pagesQuery,
        response: { 200: pageOf(feedbackSchema) },
      },
      config: { permission: 'findings:read' },
    },
    async ({ params, query }) =>
      await pageInOrder(
        async () => await store.feedback.ofAccount(accountRef(params.id)),
        ({ id }) => id,
        query,
      ),
  )
  app.post(
    '/accounts/:id/feedback',
    {
      schema: { params: idParams, body: feedbackCreate, response: { 201: feedbackSchema } },
      config: write,
    },
    async (request, reply) => {
      const account = accountRef(request.params.id)
      const { kind } = request.body
      const value = valueOf(request.body, account, options.v6Prefix())
      const known = await store.feedback.ofAccount(account)
      const same = known.find((entry) => entry.kind === kind && spelt(entry) === value)
      if (same) return await reply.code(201).send(same)
      const by = request.actor.name
      const entry: Feedback = {
        id: randomUUID(),
        account,
        kind,
        value,
        verdict: 'fine',
        at: clock(),
        by,
      }
      await store.feedback.put(entry)
      await book.reload()
      await changed(account)
      await audit(request, 'feedback.add', { subject: account, after: entry })
      return await reply.code(201).send(entry)
    },
  )
  removeRoute(plain, options)
}
