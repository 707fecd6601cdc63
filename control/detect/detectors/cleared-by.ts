import type { PlayRecord } from '#domain/types'

const NAMED_AT_MOST = 3

/** The first few of several names: "a, b, c, …". */
export const namedShortly = (names: readonly string[]): string =>
  `${names.slice(0, NAMED_AT_MOST).join(', ')}${names.length > NAMED_AT_MOST ? ', …' : ''}`

/** Networks of plays outside the LAN, the commonest first. */
export const networksOf = (plays: readonly PlayRecord[]): string[] => {
  const counts = new Map<string, number>()
  for (const { isLan, network } of plays)
    if (!isLan && network !== null) counts.set(network, (counts.get(network) ?? 0) + 1)
  return [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).map(([name]) => name)
}

/** What clears a finding about two plays apart: where one of them came from is nothing to hold against the account. */
export const clearedAtEither = (a: PlayRecord, b: PlayRecord): string =>
  `Cleared by feedback that ${a.network} or ${b.network} is home, or fine as a VPN of the viewer's own.`

/** What clears a finding about more than a rule allows. */
export const clearedOfSome = (
  { count, limit }: { readonly count: number; readonly limit: number },
  what: string,
  as: string,
): string => {
  const more = count - limit
  return `Cleared by feedback that ${more} of ${what} ${more === 1 ? 'is' : 'are'} ${as}, or by a rule that allows ${count}.`
}
