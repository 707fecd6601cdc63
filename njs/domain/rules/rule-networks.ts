import { type Address, contains, type Network, parseNetwork } from '../networks/network.ts'

/** The networks of one list, sorted: since CIDRs are either nested or disjoint, a binary search and the chain of enclosing entries finds all that match. */
export interface NetworkIndex {
  readonly families: Readonly<Record<4 | 6, readonly Entry[]>>
}

interface Entry {
  readonly network: Network
  /** Index of its text in the list. */
  readonly index: number
  /** Index of the smallest enclosing entry; -1 = none. */
  readonly parent: number
}

/** A text of a list that is not a network. */
export interface NetworkProblem {
  readonly index: number
  readonly reason: string
}

/** The index, and the texts that are not networks. */
export interface CompiledNetworks {
  readonly index: NetworkIndex
  readonly problems: readonly NetworkProblem[]
}

const compareWords = (a: Address, b: Address): number => {
  for (const [at, word] of a.words.entries()) {
    const other = b.words[at] ?? 0
    if (word !== other) return word < other ? -1 : 1
  }
  return 0
}

const linkParents = (found: readonly Omit<Entry, 'parent'>[]): Entry[] => {
  const sorted = [...found].sort(
    (a, b) =>
      compareWords(a.network.base, b.network.base) ||
      a.network.prefix - b.network.prefix ||
      a.index - b.index,
  )
  const around: number[] = []
  return sorted.map((entry, at) => {
    while (around.length > 0) {
      const outer = sorted[around.at(-1) ?? 0]
      if (outer !== undefined && contains(outer.network, entry.network.base)) break
      around.pop()
    }
    const parent = around.at(-1) ?? -1
    around.push(at)
    return { ...entry, parent }
  })
}

/** Compiles a list of networks as configuration has them: addresses, CIDRs, short CIDRs, ranges. */
export const compileNetworks = (texts: readonly string[]): CompiledNetworks => {
  const found: Record<4 | 6, Omit<Entry, 'parent'>[]> = { 4: [], 6: [] }
  const problems: NetworkProblem[] = []
  for (const [index, text] of texts.entries()) {
    const parsed = parseNetwork(text)
    if (parsed.ok)
      for (const network of parsed.networks) found[network.base.family].push({ network, index })
    else problems.push({ index, reason: parsed.reason })
  }
  return {
    index: { families: { 4: linkParents(found[4]), 6: linkParents(found[6]) } },
    problems,
  }
}

const lastNotAfter = (entries: readonly Entry[], address: Address): number => {
  let low = 0
  let high = entries.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const entry = entries[middle]
    if (entry !== undefined && compareWords(entry.network.base, address) <= 0) low = middle + 1
    else high = middle
  }
  return low - 1
}

/** Index in the list of the first network that has the address; -1 = none. */
export const findNetwork = (index: NetworkIndex, address: Address): number => {
  const entries = index.families[address.family]
  let first = -1
  for (let at = lastNotAfter(entries, address); at >= 0; ) {
    const entry = entries[at]
    if (entry === undefined) break
    if (contains(entry.network, address) && (first < 0 || entry.index < first)) first = entry.index
    at = entry.parent
  }
  return first
}
