const DAY_MS = 86_400_000

// Evidence of this age counts half.
const HALF_LIFE_DAYS = 90

/** Weight of evidence by its time (Unix ms): 1 now, one half after the half-life. */
export type Decay = (at: number) => number

/** Exponential decay relative to `now` (Unix ms). */
export const decayAt =
  (now: number, halfLifeDays = HALF_LIFE_DAYS): Decay =>
  (at) =>
    0.5 ** (Math.max(0, now - at) / DAY_MS / halfLifeDays)
