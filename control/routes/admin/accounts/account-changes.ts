import type { FastifyRequest } from 'fastify'
import type { Static } from 'typebox'
import { ProblemError } from '../../../plugins/problem.ts'
import { detail } from '../../../plugins/problem-texts.ts'
import type { accountChange } from '../../../schemas/accounts.ts'
import type { Account } from '../../../store/tables/records.ts'
import { oneAtATime } from '../common/one-at-a-time.ts'
import { type AccountRoutesOptions, accountOr404 } from './account-options.ts'

/** Gets an account as it is right before a change; throws to refuse the change. */
export type AccountCheck = (before: Account) => void

const anything: AccountCheck = () => undefined

/** Throws `request.invalid` where an account names a group or plan that is not there. */
export const requireKnown = async (
  account: Pick<Account, 'group' | 'plan'>,
  known: AccountRoutesOptions['known'],
): Promise<void> => {
  if (account.group !== null && !known.group(account.group)) {
    throw new ProblemError('request.invalid', detail('group.missing', { name: account.group }))
  }
  const isPlan = ({ name }: { readonly name: string }) => name === account.plan
  if (account.plan !== null && !(await known.plans()).some(isPlan)) {
    throw new ProblemError('request.invalid', detail('plan.missing', { name: account.plan }))
  }
}

/** Changes an account found by id or name; returns it as it is then. Throws a 404 problem, and what `check` throws. */
export const changeAccount = async (
  options: AccountRoutesOptions,
  request: Pick<FastifyRequest, 'actor'>,
  { id, change }: { readonly id: string; readonly change: Static<typeof accountChange> },
  check: AccountCheck = anything,
): Promise<Account> =>
  await oneAtATime('accounts', async () => {
    const before = await accountOr404(options, id)
    check(before)
    const after: Account = { ...before, ...change, updatedAt: options.clock() }
    await requireKnown(after, options.known)
    await options.store.accounts.put(after)
    await options.changed(after)
    await options.audit(request, 'account.change', { subject: before.id, before, after })
    return after
  })

/** Removes an account with its tokens, and ends its sessions. Throws a 404 problem, and what `check` throws. */
export const removeAccount = async (
  options: AccountRoutesOptions,
  request: Pick<FastifyRequest, 'actor'>,
  id: string,
  check: AccountCheck = anything,
): Promise<void> =>
  await oneAtATime('accounts', async () => {
    const { store, clock } = options
    const before = await accountOr404(options, id)
    check(before)
    for (const token of await store.tokens.ofAccount(before.id))
      await store.tokens.revoke(token.id, clock())
    await store.accounts.remove(before.id)
    await options.changed({ ...before, enabled: false })
    await options.audit(request, 'account.delete', { subject: before.id, before })
  })
