import { hash } from 'node:crypto'
import type { EntryNames } from '../catalogue/channel.ts'

/** What an address was called, oldest first; nothing where the operator let it be forgotten. */
export interface NameRecord {
  /** Hash of the address as it was. */
  readonly address: string
  /** Hash of the address without what is a login or changes by itself. */
  readonly place: string
  /** Unix ms. */
  readonly at: number
  readonly called: readonly (readonly EntryNames[])[]
  /** The last of them are what it was called when it left the lists; if it comes back by these, nothing has changed. */
  readonly isGone?: true
}

/** The memory of former names, for this process or for all control planes. */
export interface NameRecords {
  /** Changes where another than `put` changed something. */
  readonly version: () => number
  readonly all: () => Iterable<NameRecord>
  readonly put: (records: readonly NameRecord[]) => void
}

/** Addresses may hold a login of the provider: only their hash is kept. */
export const hashOfAddress = (text: string): string =>
  hash('sha256', text, 'base64url').slice(0, 22)

/**
 * Addresses that are remembered at most, more than lists have, since what is forgotten closes nothing: 150 MB where so many are. Those that are in no list go first.
 */
export const MOST_RECORDS = 250_000

const isNamedAnew = ({ called, isGone }: NameRecord): boolean =>
  isGone !== true && called.length > 0

/** Takes records that are newer, the oldest making room; returns how many went of addresses that lists named anew. */
export const keepRecords = (
  kept: Map<string, NameRecord>,
  records: readonly NameRecord[],
  most = MOST_RECORDS,
): number => {
  for (const record of records) {
    const known = kept.get(record.address)
    if (known !== undefined && known.at > record.at) continue
    kept.delete(record.address)
    kept.set(record.address, record)
  }
  for (const [address, record] of kept) {
    if (kept.size <= most) return 0
    if (!isNamedAnew(record)) kept.delete(address)
  }
  let lost = 0
  for (const address of kept.keys()) {
    if (kept.size <= most) break
    kept.delete(address)
    lost += 1
  }
  return lost
}

/** A memory of this process alone. */
export const createOwnRecords = (): NameRecords => {
  const kept = new Map<string, NameRecord>()
  return {
    version: () => 0,
    all: () => kept.values(),
    put: (records) => void keepRecords(kept, records),
  }
}
