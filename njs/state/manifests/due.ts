import { numbers, trySet } from '../memory.ts'

/** When the answer to a blocking reload that is under way will come, as far as the last ones tell. */
export interface Due {
  /** Unix ms; 0 = unknown. */
  readonly at: number
  /** By how much the last ones came before they were due, in ms. */
  readonly earlyMs: number
}

/** Of what is held back by nobody, or was never asked for. */
export const UNKNOWN_DUE: Due = { at: 0, earlyMs: 0 }

/** How long a request waits for another's fetch, in ms: longer than players do. */
export const WAIT_MS = 30_000

const KEPT_MS = 20_000
/** Around when an answer is due, others look often: from so long before at least, or at most. */
const EARLY_MS = 10
const NEAR_MS = 40
const LOOK_NEAR_MS = 4
/** What an origin has held back for less was there when it was asked. */
const HELD_MS = 20

const LOOKS_MS = [4, 4, 6, 8, 12, 16]
const LOOK_MS = 20
/** Of what takes long, each further look comes so much later than the last: many who wait would keep the worker from what they wait for. */
const LATER = 1 / 8
/** A copy of a low-latency playlist is sent for 200 ms: whoever looked more seldom could miss it. */
const LONGEST_MS = 60
/** An answer that its origin does not hold back comes by then. */
const FIRST_LOOK_MS = 12
const LOOK_FAR_MS = 30

const dueName = (playlist: string): string => `due ${playlist}`
const earlyName = (playlist: string): string => `early ${playlist}`

/** When the next answer of a playlist is due. */
export const readDue = (playlist: string): Due => {
  const dict = numbers('gh_flights')
  return { at: dict.get(dueName(playlist)) ?? 0, earlyMs: dict.get(earlyName(playlist)) ?? 0 }
}

/** Notes that a playlist's answer came now, which its origin held back for so long; the next comes a pace later. */
export const noteAnswer = (
  playlist: string,
  now: number,
  { heldMs, paceMs }: { readonly heldMs: number; readonly paceMs: number },
): void => {
  const { at, earlyMs } = readDue(playlist)
  const isKnown = Math.abs(now - at) < paceMs
  const isHeld = heldMs >= HELD_MS
  const early = isKnown && isHeld ? Math.max(at - now, earlyMs * 0.9) : earlyMs
  const dict = numbers('gh_flights')
  trySet(dict, dueName(playlist), (isKnown && !isHeld ? at : now) + paceMs, KEPT_MS)
  trySet(dict, earlyName(playlist), Math.min(NEAR_MS, early), KEPT_MS)
}

/**
 * How long to wait for another look, of which there were so many. Each waiter has a context of its own, which the processor has forgotten by the next look: looks are few until the
 * answer is due, each at half of what is left.
 */
export const pauseMs = (looks: number, { at, earlyMs }: Due, now: number): number => {
  if (at === 0)
    return (
      LOOKS_MS[looks] ?? Math.min(LONGEST_MS, LOOK_MS * (1 + LATER) ** (looks - LOOKS_MS.length))
    )
  const leftMs = at - now
  if (leftMs < -NEAR_MS) return Math.min(LONGEST_MS, Math.max(LOOK_MS, -leftMs * LATER))
  const quietMs = leftMs - Math.max(EARLY_MS, earlyMs)
  if (quietMs <= LOOK_NEAR_MS) return LOOK_NEAR_MS
  return Math.min(quietMs, looks === 0 ? FIRST_LOOK_MS : Math.max(LOOK_FAR_MS, leftMs / 2))
}
