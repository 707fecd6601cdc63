import { wordAt } from './address.ts'
import { formatNetwork, type Network } from './network.ts'

/** One network of one group, cut to the bits that tell viewers apart: IPv4's 32, IPv6's first 64. */
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

/** The block of a network; an IPv6 one longer than /64 becomes its whole /64. */
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

/** Ascending, parents before children; of equal ones the first in config order stays. */
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

const pushStretch = (stretches: AddressRange[], next: AddressRange): void => {
  if (next.start > next.end) return
  const last = stretches.at(-1)
  if (last && last.code === next.code && last.end + 1n === next.start) last.end = next.end
  else stretches.push(next)
}

/** A start behind every block of either family. */
const beyondAll = 1n << 64n

/** Sorted nested blocks as disjoint ascending stretches, the longest prefix winning. */
export const flatten = (sorted: readonly Block[]): AddressRange[] => {
  const stretches: AddressRange[] = []
  const open: Block[] = []
  let at = 0n
  const closeUntil = (start: bigint): void => {
    for (let top = open.at(-1); top && top.end < start; top = open.at(-1)) {
      pushStretch(stretches, { start: at, end: top.end, code: top.code })
      if (top.end >= at) at = top.end + 1n
      open.pop()
    }
  }
  for (const block of sorted) {
    closeUntil(block.start)
    const top = open.at(-1)
    if (top) pushStretch(stretches, { start: at, end: block.start - 1n, code: top.code })
    at = block.start
    open.push(block)
  }
  closeUntil(beyondAll)
  return stretches
}
