import type { EdgeGroup } from '../channels/protocol.ts'
import type { GroupWonBy } from '../types.ts'

/** What a viewer's group is chosen by. `null` = unknown or none. */
export interface ClassifyFacts {
  /** Group whose networks have the address, by longest prefix. */
  readonly networkGroup: string | null
  readonly country: string | null
  /** Group of the account. */
  readonly accountGroup: string | null
}

/** The group of a viewer, and what assigned it. */
export interface Classification {
  readonly group: string
  readonly wonBy: GroupWonBy
}

/** The settings of a group that assign viewers to it. */
export type GroupRule = Pick<EdgeGroup, 'id' | 'countries' | 'isDefault'>

/** The viewer's group: by network, else by country, else the account's, else the default group; `null` where there is no default. */
export const classify = (
  groups: readonly GroupRule[],
  facts: ClassifyFacts,
): Classification | null => {
  const has = (id: string | null): id is string => groups.some((group) => group.id === id)
  if (has(facts.networkGroup)) return { group: facts.networkGroup, wonBy: 'network' }
  const { country } = facts
  const byCountry = country && groups.find((group) => group.countries.includes(country))
  if (byCountry) return { group: byCountry.id, wonBy: 'country' }
  if (has(facts.accountGroup)) return { group: facts.accountGroup, wonBy: 'account' }
  const byDefault = groups.find((group) => group.isDefault)
  return byDefault ? { group: byDefault.id, wonBy: 'default' } : null
}
