import { parseAddress } from '#domain/networks/network'
import type { GroupWonBy } from '#domain/types'
import { classify as choose } from '#domain/viewer/classify'
import type { PrefixHit, PrefixIndex } from './prefix-index.ts'

/** The settings of a group that classification uses. */
export interface GroupMembership {
  readonly id: string
  /** Upper case. */
  readonly countries: readonly string[]
  /** Account ids. */
  readonly accounts: readonly string[]
  readonly isDefault: boolean
}

/** Groups in the order of the configuration, with the index of their networks. */
export interface Classifier {
  readonly networks: PrefixIndex
  readonly groups: readonly GroupMembership[]
}

/** The authenticated account of a viewer. */
export interface KnownAccount {
  readonly id: string
  readonly name: string
  /** The group set on the account; `null` = none. */
  readonly group: string | null
}

/** The properties of a viewer that classification uses. */
export interface Viewer {
  readonly address: string
  /** ISO 3166-1 alpha-2 in any case. */
  readonly country: string | null
  readonly account: KnownAccount | null
}

/** The viewer's group, the kind of rule that chose it, and that rule as text. */
export interface Classification {
  readonly group: string
  readonly wonBy: GroupWonBy
  readonly rule: string
}

/** The group set on the account, else the first group that lists it. */
const accountGroup = (account: KnownAccount | null, groups: readonly GroupMembership[]) =>
  account &&
  (groups.find(({ id }) => id === account.group) ??
    groups.find(({ accounts }) => accounts.includes(account.id)))

const ruleOf = (wonBy: GroupWonBy, hit: PrefixHit | null, { country, account }: Viewer): string => {
  if (wonBy === 'network') return `network ${hit?.text}`
  if (wonBy === 'country') return `country ${country?.toUpperCase()}`
  return wonBy === 'account' ? `account ${account?.name}` : 'default group'
}

/** Classifies by the same function as the edge (network, country, account, default), and returns the matching rule's text too; `null` where no group matches and there is no default. */
export const classify = (viewer: Viewer, classifier: Classifier): Classification | null => {
  const { groups, networks } = classifier
  const address = parseAddress(viewer.address)
  const hit = address && networks.find(address)
  const found = choose(groups, {
    networkGroup: hit?.group ?? null,
    country: viewer.country?.toUpperCase() ?? null,
    accountGroup: accountGroup(viewer.account, groups)?.id ?? null,
  })
  if (found === null) return null
  const { group, wonBy } = found
  return { group, wonBy, rule: ruleOf(wonBy, hit, viewer) }
}

/** Warnings about countries and accounts that several groups name: the first group of the configuration has them. */
export const membershipConflicts = (groups: readonly GroupMembership[]): string[] => {
  const owners = new Map<string, string>()
  const warnings: string[] = []
  for (const { id, countries, accounts } of groups) {
    const claims = [
      ...countries.map((country) => `country ${country.toUpperCase()}`),
      ...accounts.map((account) => `account ${account}`),
    ]
    for (const claim of new Set(claims)) {
      const owner = owners.get(claim)
      if (owner === undefined) owners.set(claim, id)
      else warnings.push(`${claim} is in ${owner} and in ${id}; ${owner} wins`)
    }
  }
  return warnings
}
