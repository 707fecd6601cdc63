import type { PushMessage } from '../../domain/channels/protocol.ts'
import { numbers, trySet } from '../memory.ts'

const MAX_AGE_MS = 60_000
const SINCE = 'pushSince'
const SINCE_MS = 40 * 86_400_000

/**
 * From now on (Unix ms) pushes are taken, where they were not before. The time stands beside the numbers that keep out replays: where a reload
 * empties that dictionary, it goes with them.
 */
export const openPushes = (now: number): void => {
  const dict = numbers('gh_streams')
  if (dict.get(SINCE) === undefined) trySet(dict, SINCE, now, SINCE_MS)
}

/**
 * Replays and strays are refused: time must be near, and the numbers of each control plane only rise. The last number is kept for longer than a
 * message is good, in a dictionary that throws nothing away; where it cannot be kept, nothing is taken. What was sent before this nginx first
 * synced may be a replay of what it has forgotten. `now`: Unix ms.
 */
export const isFresh = (message: PushMessage, now: number): boolean => {
  const dict = numbers('gh_streams')
  const since = dict.get(SINCE) ?? Infinity
  if (Math.abs(now - message.at) >= MAX_AGE_MS || message.at < since) return false
  const name = `push:${message.from}`
  if (message.seq <= (dict.get(name) ?? 0)) return false
  return trySet(dict, name, message.seq, 5 * MAX_AGE_MS)
}
