import { parseAddress } from '#domain/network'
import type { GroupWonBy } from '#domain/types'
import type { PrefixIndex } from './prefix-index.ts'

/** A group as far as membership goes. */
export interface GroupMembership {
  readonly id: string
  readonly countries: readonly string[]
  /** Account ids. */
  readonly accounts: readonly string[]
  readonly isDefault: boolean
}

/** Groups ready to be asked, in config order. */
export interface Classifier {
  readonly networks: PrefixIndex
  readonly groups: readonly GroupMembership[]
}

/** The account a viewer proved to have. */
export interface KnownAccount {
  readonly id: string
  readonly name: string
  /** The group set on the account itself. */
  readonly group: string | null
}

/** What is known of a viewer. */
export interface Viewer {
  readonly address: string
  /** ISO 3166-1 alpha-2 in any case. */
  readonly country: string | null
  readonly account: KnownAccount | null
}

/** The viewer's group, how it was won, and the rule in an operator's words. */
export interface Classification {
  readonly group: string
  readonly wonBy: GroupWonBy
  readonly rule: string
}

const byNetwork = (viewer: Viewer, { networks }: Classifier): Classification | null => {
  const address = parseAddress(viewer.address)
  const hit = address && networks.find(address)
  return hit && { group: hit.group, wonBy: 'network', rule: `network ${hit.text}` }
}

const byCountry = (viewer: Viewer, { groups }: Classifier): Classification | null => {
  const country = viewer.country?.toUpperCase() ?? ''
  if (country === '') return null
  const group = groups.find(({ countries }) => countries.some((it) => it.toUpperCase() === country))
  return group ? { group: group.id, wonBy: 'country', rule: `country ${country}` } : null
}

const byAccount = ({ account }: Viewer, { groups }: Classifier): Classification | null => {
  if (!account) return null
  const own = groups.find(({ id }) => id === account.group)
  if (own) return { group: own.id, wonBy: 'account', rule: `group set on account ${account.name}` }
  const listed = groups.find(({ accounts }) => accounts.includes(account.id))
  return listed
    ? { group: listed.id, wonBy: 'account', rule: `account ${account.name} in group ${listed.id}` }
    : null
}

const byDefault = ({ groups }: Classifier): Classification | null => {
  const group = groups.find(({ isDefault }) => isDefault)
  return group ? { group: group.id, wonBy: 'default', rule: 'default group' } : null
}

/** Network before country before the account's group before the default; `null` where no group takes the viewer. */
export const classify = (viewer: Viewer, classifier: Classifier): Classification | null =>
  byNetwork(viewer, classifier) ??
  byCountry(viewer, classifier) ??
  byAccount(viewer, classifier) ??
  byDefault(classifier)

/** Countries and accounts more than one group names: the first in config order has them. */
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
