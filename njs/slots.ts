import type { DegradedOpening } from './domain/protocol.ts'
import { parseJson } from './json.ts'
import { numbers, texts, trySet } from './memory.ts'

const REPORT_SLOTS = 4096
const REPORT_TTL_MS = 86_400_000

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
  try {
    const slot = numbers('gh_state').incr('degradedHead', 1, 0) % REPORT_SLOTS
    trySet(texts('gh_ring'), `d${slot}`, JSON.stringify(opening), REPORT_TTL_MS)
  } catch {
    // Control learns of it by its next check.
  }
}

/** Openings noted and not yet reported, oldest first; `take` removes them. */
export const pendingDegraded = (most: number): { list: DegradedOpening[]; take: () => void } => {
  const state = numbers('gh_state')
  const head = state.get('degradedHead') ?? 0
  const tail = Math.max(state.get('degradedTail') ?? 0, head - REPORT_SLOTS)
  const end = Math.min(head, tail + most)
  const list: DegradedOpening[] = []
  for (let at = tail + 1; at <= end; at += 1) {
    const text = texts('gh_ring').get(`d${at % REPORT_SLOTS}`)
    if (text !== undefined) list.push(parseJson<DegradedOpening>(text))
  }
  return { list, take: () => void trySet(state, 'degradedTail', end) }
}
