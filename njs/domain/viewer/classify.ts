import type { EdgeGroup } from '../channels/protocol.ts'
import type { GroupWonBy } from '../types.ts'

/** What is known about a viewer when groups are chosen. `null` = nothing. */
export interface ClassifyFacts {
  /** Group of the longest prefix that holds the address. */
  readonly networkGroup: string | null
  readonly country: string | null
  /** Group of the account. */
  readonly accountGroup: string | null
}

/** The group a viewer falls into, and why. */
export interface Classification {
  readonly group: string
  readonly wonBy: GroupWonBy
}

/** What of a group decides who is in it. */
export type GroupRule = Pick<EdgeGroup, 'id' | 'countries' | 'isDefault'>

/** Network first, then country, then the account's group, then the default. */
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
