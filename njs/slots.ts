import type { DegradedOpening } from './domain/protocol.ts'
import { texts, trySet } from './memory.ts'
import { noteReport } from './reports.ts'

/** Takes one of an account's places at this edge, or keeps the one it has. Places free themselves. */
export const takeSlot = (
  account: string,
  cap: number | null,
  key: string,
  ttlSec: number,
): boolean => {
  if (cap === null) return true
  const dict = texts('gh_slots')
  const ttlMs = ttlSec * 1000
  for (let place = 0; place < cap; place += 1) {
    const name = `${account}#${place}`
    if (dict.get(name) === key) return trySet(dict, name, key, ttlMs)
  }
  for (let place = 0; place < cap; place += 1) {
    if (dict.add(`${account}#${place}`, key, ttlMs)) return true
  }
  return false
}

/** Notes a session opened without control, for the next sync. */
export const noteDegraded = (opening: DegradedOpening): void => {
  noteReport('degraded', JSON.stringify(opening))
}
