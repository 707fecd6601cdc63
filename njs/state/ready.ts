import { hasBans } from './known-bans.ts'
import { currentKid } from './memory.ts'
import { readPolicy } from './policy.ts'
import { liveTable } from './table-halves.ts'

/** What an edge must have been told before it may let anybody in. */
export type Part = 'keys' | 'policy' | 'networks' | 'channels' | 'bans'

const HAS: Readonly<Record<Part, () => boolean>> = {
  keys: () => currentKid() !== null,
  policy: () => readPolicy() !== null,
  networks: () => liveTable('networks') !== null,
  channels: () => liveTable('channels') !== null,
  bans: hasBans,
}
const PARTS: readonly Part[] = ['keys', 'policy', 'networks', 'channels', 'bans']

/** What this edge was not told yet, or lost where a reload has emptied its memory. */
export const missingParts = (): readonly Part[] => PARTS.filter((part) => !HAS[part]())

/** Whether this edge knows all it must know to let somebody in. */
export const isReady = (): boolean => PARTS.every((part) => HAS[part]())
