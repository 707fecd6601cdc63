import type { AccountRef } from '#domain/types'
import type { History } from '../../../store/history/history.ts'
import type { Tables } from '../../../store/tables/stores.ts'

/** Where accounts stand. */
export interface AccountSources {
  readonly store: Pick<Tables, 'accounts' | 'serverUsers'> & {
    readonly history: Pick<History, 'dashboard'>
  }
  readonly clock: () => number
}

const OWN = 'own:'

/** Whether there is such an account: of our own, at a media server, or in the history. */
export const isAccount = async (
  { store, clock }: AccountSources,
  account: AccountRef,
): Promise<boolean> => {
  if (account.startsWith(OWN) && (await store.accounts.get(account.slice(OWN.length))) !== null)
    return true
  if ((await store.serverUsers.get(account)) !== null) return true
  const { days } = await store.history.dashboard.user(account, { from: 0, to: clock() }, 1)
  return days.length > 0
}
