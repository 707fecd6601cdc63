const DAY_MS = 86_400_000

// What happened a season ago counts half.
const HALF_LIFE_DAYS = 90

/** How much something at a time still counts: 1 now, half after the half-life. */
export type Decay = (at: number) => number

/** The decay as seen from a moment. */
export const decayAt =
  (now: number, halfLifeDays = HALF_LIFE_DAYS): Decay =>
  (at) =>
    0.5 ** (Math.max(0, now - at) / DAY_MS / halfLifeDays)
