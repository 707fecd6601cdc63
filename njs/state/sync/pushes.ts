import type { PushMessage } from '../../domain/channels/protocol.ts'
import { numbers, trySet } from '../memory.ts'

const MAX_AGE_MS = 60_000
const SINCE = 'pushSince'
const SINCE_MS = 40 * 86_400_000

/**
 * Accepts pushes sent from now on (Unix ms), where none were accepted before. The time is in the same zone as the sequence numbers: a reload
 * that empties the zone loses both.
 */
export const openPushes = (now: number): void => {
  const dict = numbers('gh_streams')
  if (dict.get(SINCE) === undefined) trySet(dict, SINCE, now, SINCE_MS)
}

/**
 * Whether a push is not a replay: it was sent within the last minute and since this nginx's first sync, and its sequence number is higher than the
 * last of its control plane. That number is kept for longer than a message is valid, in a zone that evicts nothing; where it cannot be stored, the
 * push is refused. `now`: Unix ms.
 */
export const isFresh = (message: PushMessage, now: number): boolean => {
  const dict = numbers('gh_streams')
  const since = dict.get(SINCE) ?? Infinity
  if (Math.abs(now - message.at) >= MAX_AGE_MS || message.at < since) return false
  const name = `push:${message.from}`
  if (message.seq <= (dict.get(name) ?? 0)) return false
  return trySet(dict, name, message.seq, 5 * MAX_AGE_MS)
}
