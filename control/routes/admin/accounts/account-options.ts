import type { Static } from 'typebox'
import type { AccountService } from '../../../accounts/account-service.ts'
import { ProblemError } from '../../../plugins/problem.ts'
import { detail } from '../../../plugins/problem-texts.ts'
import type { planOut } from '../../../schemas/accounts.ts'
import type { Account } from '../../../store/tables/records.ts'
import type { Tables } from '../../../store/tables/stores.ts'
import type { AuditTrail } from '../common/audit-trail.ts'

/** Dependencies of the account routes. */
export interface AccountRoutesOptions {
  readonly store: Pick<Tables, 'accounts' | 'tokens'>
  readonly accounts: AccountService
  readonly audit: AuditTrail
  readonly clock: () => number
  /** Called after a change: empties caches and applies new caps to running sessions. */
  readonly changed: (account: Account | null) => Promise<void>
  /** The playlist address of a token, as viewers reach it. */
  readonly playlistUrl: (token: string) => string
  /** Names accounts may refer to. */
  readonly known: {
    readonly group: (name: string) => boolean
    readonly plans: () => Promise<readonly Static<typeof planOut>[]>
  }
}

/** Finds an account; throws a 404 problem where there is none. */
export const accountOr404 = async (
  options: Pick<AccountRoutesOptions, 'store'>,
  id: string,
): Promise<Account> => {
  const account =
    (await options.store.accounts.get(id)) ?? (await options.store.accounts.byName(id))
  if (!account) throw new ProblemError('not.found', detail('account.missing', { id }))
  return account
}
