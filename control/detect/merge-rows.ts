import { copyPlay } from '#domain/copy-play'
import { TupleNumbers } from '#domain/tuple-numbers'
import type { PlayRecord } from '#domain/types'
import { hasDerivedDevice } from './guards.ts'
import { endOf } from './normalise.ts'

// Two monitors of one server, or one that runs twice, write the same start a few seconds apart.
const SAME_START_MS = 60_000

// A monitor that restarts writes what still plays as a new row; viewers do not stop and resume that
// fast so often.
const RESTART_GAP_MS = 5 * 60_000

// A player cannot begin two items within this time.
const AT_ONCE_MS = 2000

/** The player and its line. */
const playerOf = (play: PlayRecord, numbers: TupleNumbers): number => {
  const device = numbers.add(TupleNumbers.EMPTY, play.device)
  const model = numbers.add(numbers.add(device, play.platform), play.client)
  return numbers.add(model, play.isLan ? true : play.network)
}

// A play without device and item cannot be distinguished from another viewer's.
const isRecognisable = (play: PlayRecord): boolean =>
  play.device !== null && (play.title !== null || play.channel !== null)

const sum = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? null : a + b

const larger = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? (a ?? b) : Math.max(a, b)

/** Two rows as one play under the identity of the earlier. */
const joined = (first: PlayRecord, next: PlayRecord, isSameStart: boolean): PlayRecord => {
  const add = isSameStart ? larger : sum
  const late = endOf(next) >= endOf(first) ? next : first
  const whole = copyPlay(first)
  whole.lastSeenAt = late.lastSeenAt
  whole.endedAt = late.endedAt
  whole.playedMs = add(first.playedMs, next.playedMs)
  whole.bytes = add(first.bytes, next.bytes)
  whole.reason = late.reason
  return whole
}

/**
 * Whether the later row is the same play again: started at the same time, or continued after a
 * restart.
 */
const isSamePlaying = (first: PlayRecord, next: PlayRecord): 'again' | 'on' | null => {
  if (next.startedAt - first.startedAt <= SAME_START_MS) return 'again'
  const gap = next.startedAt - endOf(first)
  return gap >= 0 && gap <= RESTART_GAP_MS && first.source === next.source ? 'on' : null
}

/**
 * One record per play, in order: rows with the same start of one item on one device become one, and
 * so does what a restart of the monitor split. The first row's id stays. Plays must be in order of
 * start.
 */
export const mergeRows = (plays: readonly PlayRecord[]): PlayRecord[] => {
  const numbers = new TupleNumbers()
  const last = new Map<number, number>()
  const lastOfPlayer = new Map<number, number>()
  const merged: PlayRecord[] = []
  for (const play of plays) {
    if (!isRecognisable(play)) {
      merged.push(play)
      continue
    }
    const player = playerOf(play, numbers)
    const key = numbers.add(numbers.add(player, play.channel), play.title)
    const latest = lastOfPlayer.get(player)
    const isAtOnce =
      latest !== undefined && play.startedAt - (merged[latest]?.startedAt ?? 0) <= AT_ONCE_MS
    const at = isAtOnce && play.device !== null && !hasDerivedDevice(play) ? latest : last.get(key)
    const first = at === undefined ? undefined : merged[at]
    const how = first === undefined ? null : isSamePlaying(first, play)
    if (at === undefined || first === undefined || how === null) {
      last.set(key, merged.length)
      lastOfPlayer.set(player, merged.length)
      merged.push(play)
    } else merged[at] = joined(first, play, how === 'again')
  }
  return merged
}
