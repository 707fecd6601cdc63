import { wordAt } from './address.ts'
import { formatNetwork, type Network } from './network.ts'

/** One network of one group as a range of numbers: 32 bits for IPv4, the first 64 bits for IPv6. `code` is the group's code in the table. */
export interface Block {
  readonly start: bigint
  readonly end: bigint
  readonly prefix: number
  readonly code: string
  readonly group: string
  readonly network: Network
}

/** Neighbouring addresses that belong to one group; both ends included. */
export interface AddressRange {
  readonly start: bigint
  end: bigint
  readonly code: string
}

/** The block of a network; an IPv6 prefix longer than /64 is widened to its /64. */
export const blockOf = (network: Network, code: string, group: string): Block => {
  const bits = network.base.family === 4 ? 32 : 64
  const prefix = Math.min(bits, network.prefix)
  const first = BigInt(wordAt(network.base, 0))
  const start = bits === 32 ? first : (first << 32n) + BigInt(wordAt(network.base, 1))
  const end = start + (1n << BigInt(bits - prefix)) - 1n
  return { start, end, prefix, code, group, network }
}

const compareBlocks = (a: Block, b: Block): number => {
  if (a.start !== b.start) return a.start < b.start ? -1 : 1
  return a.prefix - b.prefix
}

/** Blocks in ascending order, an enclosing block before those inside it; of equal ones only the first in configuration order is kept, and `warn` is called. */
export const sortBlocks = (blocks: readonly Block[], warn: (text: string) => void): Block[] => {
  const kept: Block[] = []
  for (const block of [...blocks].sort(compareBlocks)) {
    const last = kept.at(-1)
    if (!last || last.start !== block.start || last.prefix !== block.prefix) kept.push(block)
    else if (last.group !== block.group)
      warn(
        `${formatNetwork(block.network)} is in ${last.group} and in ${block.group}; ${last.group} wins`,
      )
  }
  return kept
}

const pushRange = (ranges: AddressRange[], next: AddressRange): void => {
  if (next.start > next.end) return
  const last = ranges.at(-1)
  if (last && last.code === next.code && last.end + 1n === next.start) last.end = next.end
  else ranges.push(next)
}

/** Greater than the start of every block. */
const beyondAll = 1n << 64n

/** Sorted, possibly nested blocks as disjoint ascending ranges; where blocks overlap, the longest prefix decides. */
export const flatten = (sorted: readonly Block[]): AddressRange[] => {
  const ranges: AddressRange[] = []
  const open: Block[] = []
  let at = 0n
  const closeUntil = (start: bigint): void => {
    for (let top = open.at(-1); top && top.end < start; top = open.at(-1)) {
      pushRange(ranges, { start: at, end: top.end, code: top.code })
      if (top.end >= at) at = top.end + 1n
      open.pop()
    }
  }
  for (const block of sorted) {
    closeUntil(block.start)
    const top = open.at(-1)
    if (top) pushRange(ranges, { start: at, end: block.start - 1n, code: top.code })
    at = block.start
    open.push(block)
  }
  closeUntil(beyondAll)
  return ranges
}
