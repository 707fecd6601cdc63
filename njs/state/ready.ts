import { hasBans } from './known-bans.ts'
import { currentKid } from './memory.ts'
import { readPolicy } from './policy.ts'
import { liveTable } from './table-halves.ts'

/** What an edge must have loaded from control before it may admit viewers. */
export type Part = 'keys' | 'policy' | 'networks' | 'channels' | 'bans'

const HAS: Readonly<Record<Part, () => boolean>> = {
  keys: () => currentKid() !== null,
  policy: () => readPolicy() !== null,
  networks: () => liveTable('networks') !== null,
  channels: () => liveTable('channels') !== null,
  bans: hasBans,
}
const PARTS: readonly Part[] = ['keys', 'policy', 'networks', 'channels', 'bans']

/** What this edge has not loaded yet, or has lost because a reload emptied its zone. */
export const missingParts = (): readonly Part[] => PARTS.filter((part) => !HAS[part]())

/** Cached per worker: only a reload empties a zone, and it starts new workers. */
const seen = { isReady: false }

/** Whether this edge has loaded everything it needs to admit viewers. */
export const isReady = (): boolean => {
  if (!seen.isReady) seen.isReady = PARTS.every((part) => HAS[part]())
  return seen.isReady
}
