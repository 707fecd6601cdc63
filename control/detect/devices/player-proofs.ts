import type { PlayRecord } from '#domain/types'
import { isStandingSet } from '../device-class.ts'
import { isSixth } from '../network-class.ts'
import { watchedUntil } from '../watched.ts'
import { type HeldLines, lineOfPlay } from './held-lines.ts'

const DAY_MS = 86_400_000

/** Shorter overlaps are one player that changed its network. */
const OVERLAP_AT_LEAST_MS = 10 * 60_000

// More lines than this are a carrier's; none of them is held.
const LINES_AT_MOST = 40

/** On which days two places were proved to have a player each, symmetric. */
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

// A player that was updated, or fetched a new playlist, does not go back within this time.
const BACK_WITHIN_MS = 7 * DAY_MS

/**
 * Notes places between which a mark (a version, a playlist copy) changed and changed back: A with one, B with
 * another, A with the first again. One player moves on only.
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
 * Notes places of a set that stays where it is, of which one was still lived at while it played at the other: a set
 * seen at two lines at once is two sets.
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

/** What shows that plays of one model are of several players. */
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
