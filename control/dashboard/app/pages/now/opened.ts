/** What "the last hour" is, ms. */
export const HOUR_MS = 3_600_000
/** Plays of the past hour that are read at most. */
export const MOST = 10_000
/** Of how much time a column of the last hour tells, ms. */
export const SLICE_MS = 300_000
