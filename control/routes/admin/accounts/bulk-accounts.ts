import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { ProblemError } from '../../../plugins/problem.ts'
import { detail } from '../../../plugins/problem-texts.ts'
import { accountsBulk } from '../../../schemas/accounts.ts'
import { bulkOut } from '../../../schemas/bulk.ts'
import { eachOf } from '../common/bulk.ts'
import { changeAccount, removeAccount } from './account-changes.ts'
import type { AccountRoutesOptions } from './account-options.ts'

/** `POST /accounts/bulk`: the same change for many accounts, or their removal. */
export const bulkAccountRoute = (plain: FastifyInstance, options: AccountRoutesOptions): void => {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  app.post(
    '/accounts/bulk',
    {
      schema: { body: accountsBulk, response: { 200: bulkOut } },
      config: { permission: 'accounts:write' },
    },
    async (request) => {
      const { ids, action, change } = request.body
      if ((action === 'change') !== (change !== undefined))
        throw new ProblemError('request.invalid', detail('bulk.change'))
      return await eachOf(
        ids,
        (id) => id,
        async (id) =>
          change === undefined
            ? await removeAccount(options, request, id)
            : await changeAccount(options, request, { id, change }),
      )
    },
  )
}
