/** How far Gatehouse's clock is ahead of the browser's, ms. */
let ahead = 0
/** The header counts whole seconds and an answer takes its time: so little is no difference, ms. */
const NEAR_MS = 5_000

/** Learns from the `Date` of an answer what time it is where the answer is from. */
export const noteTime = (date: string | null): void => {
  const difference = Date.parse(date ?? '') - Date.now()
  if (Number.isNaN(difference)) return
  ahead = Math.abs(difference) < NEAR_MS ? 0 : difference
}

/** The time where Gatehouse runs, Unix milliseconds: what happened is told by its clock, and the browser's may be wrong. */
export const serverNow = (): number => Date.now() + ahead
