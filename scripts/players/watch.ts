import { setTimeout as sleep } from 'node:timers/promises'
import type { Playing } from './player.ts'

const LOOK_MS = 200

/** What a viewer saw. */
export interface Watched {
  /** Seconds until the first picture; null where none came. */
  readonly start: number | null
  /** The longest time in which the picture stood still after that, seconds. */
  readonly longestStop: number
  /** Seconds from the first picture to the end of watching. */
  readonly watched: number
  /** Whether the player ended by itself. */
  readonly isOver: boolean
}

/** Waits until a player shows something new; false after `ms`, or when it has ended. */
export async function shows(
  playing: Pick<Playing, 'position' | 'isOver'>,
  ms: number,
): Promise<boolean> {
  const before = await playing.position()
  for (const until = Date.now() + ms; Date.now() < until; await sleep(LOOK_MS)) {
    const now = await playing.position()
    if (now !== null && now !== before) return true
    if (playing.isOver()) return false
  }
  return false
}

/** Watches a player for `seconds` from its first picture, which it may take 20 s for. */
export async function watch(playing: Playing, seconds: number): Promise<Watched> {
  const from = Date.now()
  let first: number | null = null
  let moved = from
  let last: number | null = null
  let longest = 0
  const until = () => (first ?? from) + (first === null ? 20_000 : seconds * 1000)
  while (Date.now() < until() && !playing.isOver()) {
    const at = await playing.position()
    const now = Date.now()
    if (at !== null && at !== last) {
      if (first === null) first = now
      else longest = Math.max(longest, now - moved)
      moved = now
      last = at
    }
    await sleep(LOOK_MS)
  }
  const now = Date.now()
  if (first !== null) longest = Math.max(longest, now - moved)
  return {
    start: first === null ? null : (first - from) / 1000,
    longestStop: longest / 1000,
    watched: first === null ? 0 : (now - first) / 1000,
    isOver: playing.isOver(),
  }
}
