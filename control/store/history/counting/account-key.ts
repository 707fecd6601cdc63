import type { AccountRef } from '#domain/types'
import { isPseudoUser } from '#domain/viewer/person'
import { hash52 } from './hash52.ts'

/** A number that finds an account's plays fast; below 0 where a pseudo user played, who is no account. */
export const accountKey = (account: AccountRef): number => {
  const number = hash52(account)
  return isPseudoUser(account) ? -1 - number : number
}

/** Whether a play is an account's, in SQL. */
export const OF_ACCOUNT = 'account_key >= 0'
