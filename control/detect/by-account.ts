import type { AccountRef } from '#domain/types'

/** Records by their account, in the order they come in. */
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
