import { get } from '../data/api.ts'
import { hrefOf } from '../data/route.ts'
import { useQuery } from '../data/use-query.ts'

/** Leads to an account, by its name as soon as that is known. */
export const AccountLink = ({ account }: { readonly account: string }) => {
  const { data } = useQuery(`name ${account}`, async (signal) => {
    const newest = 'limit=1&sort=-startedAt' as const
    const { items } = await get(`/accounts/${encodeURIComponent(account)}/plays?${newest}`, signal)
    return items[0]?.accountName ?? null
  })
  return (
    <>
      <a href={hrefOf(['accounts', account])}>{data ?? account}</a>{' '}
      {data !== null && <span class="dim">{account}</span>}
    </>
  )
}
