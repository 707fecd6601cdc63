import type { Address } from '#domain/networks/address'
import { maskAddress } from '#domain/networks/network'
import { yieldEvery } from '../playlists/catalogue/yield-to-event-loop.ts'
import type { GroupRules } from './network-texts.ts'

/** Result of a longest-prefix match. */
export interface PrefixHit {
  readonly group: string
  /** The network as configured. */
  readonly text: string
}

/** Longest-prefix match that also returns the rule's text; edges match the same rules in their lookup table. */
export interface PrefixIndex {
  find(address: Address): PrefixHit | null
}

const keyOf = (address: Address): string => address.words.slice(0, 2).join('.')

/** Builds an index of one map for each family and prefix length, searched from the longest; of equal networks the first group's is used. */
export const buildPrefixIndex = async (groups: readonly GroupRules[]): Promise<PrefixIndex> => {
  const families: Record<4 | 6, Map<number, Map<string, PrefixHit>>> = {
    4: new Map(),
    6: new Map(),
  }
  for (const { id, rules } of groups)
    for (const [index, { network, text }] of rules.entries()) {
      await yieldEvery(index)
      const { family } = network.base
      const prefix = family === 6 ? Math.min(64, network.prefix) : network.prefix
      const key = keyOf(maskAddress(network.base, prefix))
      const byKey = families[family].get(prefix) ?? new Map<string, PrefixHit>()
      families[family].set(prefix, byKey)
      if (!byKey.has(key)) byKey.set(key, { group: id, text })
    }
  const sorted = {
    4: [...families[4]].sort(([a], [b]) => b - a),
    6: [...families[6]].sort(([a], [b]) => b - a),
  }
  return {
    find: (address) => {
      for (const [prefix, byKey] of sorted[address.family]) {
        const hit = byKey.get(keyOf(maskAddress(address, prefix)))
        if (hit) return hit
      }
      return null
    },
  }
}
