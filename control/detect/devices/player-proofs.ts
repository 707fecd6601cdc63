import type { PlayRecord } from '#domain/types'
import { isStandingSet } from '../device-class.ts'
import { isSixth } from '../network-class.ts'
import { watchedUntil } from '../watched.ts'
import { type HeldLines, lineOfPlay } from './held-lines.ts'

const DAY_MS = 86_400_000

/** Shorter overlaps may be one player that changed its network. */
const OVERLAP_AT_LEAST_MS = 10 * 60_000

// With more lines than this, the account uses a carrier's changing addresses.
const LINES_AT_MOST = 40

/** By pair of places, symmetric: the days that prove a player at each of them. */
export type Proofs = ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<number>>>

class ProofBook {
  readonly rows = new Map<string, Map<string, Set<number>>>()

  note(a: string, b: string, at: number): void {
    if (a === b) return
    const day = Math.floor(at / DAY_MS)
    for (const [x, y] of [
      [a, b],
      [b, a],
    ] as const) {
      const row = this.rows.get(x) ?? new Map<string, Set<number>>()
      this.rows.set(x, row.set(y, (row.get(y) ?? new Set<number>()).add(day)))
    }
  }
}

/** Where a play was seen, by name. */
export type PlaceOf = (play: PlayRecord) => string

const noteOverlaps = (plays: readonly PlayRecord[], placeOf: PlaceOf, book: ProofBook): void => {
  let running: PlayRecord[] = []
  for (const play of plays) {
    const until = watchedUntil(play)
    running = running.filter((r) => watchedUntil(r) - play.startedAt >= OVERLAP_AT_LEAST_MS)
    const place = placeOf(play)
    for (const other of running) {
      if (until - play.startedAt < OVERLAP_AT_LEAST_MS || placeOf(other) === place) continue
      book.note(placeOf(other), place, play.startedAt)
    }
    running.push(play)
  }
}

// Within this time a player does not go back to an older version or playlist download.
const BACK_WITHIN_MS = 7 * DAY_MS

/**
 * Notes pairs of places between which a mark (a version, a playlist download) changed and changed back: A with one,
 * B with another, A with the first again. A single player does not change back.
 */
const noteReturns = (
  plays: readonly PlayRecord[],
  markOf: (play: PlayRecord) => string | null,
  placeOf: PlaceOf,
  book: ProofBook,
): void => {
  const last = new Map<string, { readonly at: number; readonly since: Map<string, PlayRecord> }>()
  for (const play of plays) {
    const mark = markOf(play)
    if (mark === null || mark === '') continue
    const place = placeOf(play)
    const key = `${mark}\n${place}`
    const before = last.get(key)
    if (before && play.startedAt - before.at <= BACK_WITHIN_MS) {
      for (const between of before.since.values())
        if (placeOf(between) !== place) book.note(place, placeOf(between), play.startedAt)
    }
    for (const [name, state] of last) {
      if (play.startedAt - state.at > BACK_WITHIN_MS) last.delete(name)
      else if (!name.startsWith(`${mark}\n`)) state.since.set(place, play)
    }
    last.set(key, { at: play.startedAt, since: new Map() })
  }
}

/**
 * Notes pairs of places of a television or set-top box where one line was in use before and after it played at the
 * other: a device that stays in place and is seen at two lines is two devices.
 */
const noteHeldLines = (
  plays: readonly PlayRecord[],
  placeOf: PlaceOf,
  held: HeldLines,
  book: ProofBook,
): void => {
  const lines = new Map<string, string>()
  for (const play of plays) {
    const line = lineOfPlay(play)
    if (line !== null) lines.set(line, placeOf(play))
  }
  if (lines.size < 2 || lines.size > LINES_AT_MOST) return
  for (const play of plays) {
    const own = lineOfPlay(play)
    if (own === null) continue
    for (const [line, place] of lines) {
      if (line === own || isSixth(line) !== isSixth(own) || place === placeOf(play)) continue
      if (held.wasHeld(line, play.startedAt)) book.note(place, placeOf(play), play.startedAt)
    }
  }
}

/** Marks by which several players of one model are distinguished. */
export interface ProofMarks {
  readonly held: HeldLines
  readonly downloadOf: (play: PlayRecord) => string | null
}

/** Finds the days that prove two players of one model, place by place; plays must be in order of start. */
export const provePlayers = (
  plays: readonly PlayRecord[],
  placeOf: PlaceOf,
  { downloadOf, held }: ProofMarks,
): Proofs => {
  const book = new ProofBook()
  noteOverlaps(plays, placeOf, book)
  noteReturns(plays, downloadOf, placeOf, book)
  const [first] = plays
  if (first !== undefined && isStandingSet(first)) noteHeldLines(plays, placeOf, held, book)
  return book.rows
}
