import { copyPlay } from '#domain/copy-play'
import { PlayerIndex } from '#domain/player-index'
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

/** Records of one player, by their place among the merged ones. */
interface Player {
  /** The one that was added last. */
  latest: number
  /** The last of each item, as far as a row may go on with it. */
  open: number[]
}

/** Whether a later row may still be the same play. */
const isOpen = (record: PlayRecord | undefined, at: number): boolean =>
  record !== undefined &&
  (at - record.startedAt <= SAME_START_MS || at - endOf(record) <= RESTART_GAP_MS)

const isSameItem = (a: PlayRecord | undefined, b: PlayRecord): boolean =>
  a !== undefined && a.channel === b.channel && a.title === b.title

/** The last record of a play's item on its player; `undefined` where a row cannot go on with it. */
const lastOfItem = (
  { open }: Player,
  play: PlayRecord,
  merged: readonly PlayRecord[],
): number | undefined => {
  for (const at of open) if (isSameItem(merged[at], play)) return at
  return undefined
}

/** Adds a record to its player, which forgets what no row goes on with. */
const addRecord = (player: Player, play: PlayRecord, merged: PlayRecord[]): void => {
  const { open } = player
  let kept = 0
  for (const at of open) {
    const record = merged[at]
    if (isOpen(record, play.startedAt) && !isSameItem(record, play)) {
      open[kept] = at
      kept += 1
    }
  }
  open.length = kept
  open.push(merged.length)
  player.latest = merged.length
  merged.push(play)
}

/**
 * One record per play, in order: rows with the same start of one item on one device become one, and
 * so does what a restart of the monitor split. The first row's id stays. Plays must be in order of
 * start.
 */
export const mergeRows = (plays: readonly PlayRecord[]): PlayRecord[] => {
  const players = new PlayerIndex<Player>(() => ({ latest: -1, open: [] }))
  const merged: PlayRecord[] = []
  for (const play of plays) {
    if (!isRecognisable(play)) {
      merged.push(play)
      continue
    }
    const player = players.of(play, '')
    const isAtOnce = play.startedAt - (merged[player.latest]?.startedAt ?? 0) <= AT_ONCE_MS
    const at =
      isAtOnce && !hasDerivedDevice(play) ? player.latest : lastOfItem(player, play, merged)
    const first = at === undefined ? undefined : merged[at]
    const how = first === undefined ? null : isSamePlaying(first, play)
    if (at === undefined || first === undefined || how === null) addRecord(player, play, merged)
    else merged[at] = joined(first, play, how === 'again')
  }
  return merged
}
