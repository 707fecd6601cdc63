import type { AccountRef } from '#domain/types'

/** Groups records by account; the order within an account is kept. */
export const byAccount = <T extends { readonly account: AccountRef }>(
  records: Iterable<T>,
): Map<AccountRef, T[]> => {
  const accounts = new Map<AccountRef, T[]>()
  for (const record of records) {
    const known = accounts.get(record.account)
    if (known) known.push(record)
    else accounts.set(record.account, [record])
  }
  return accounts
}
