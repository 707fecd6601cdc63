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

/** An edge that has not synced for so long is silent; another one syncs on after it was read. */
const SILENT_MS = 10_000

/** Time since the last sync: of an edge that syncs as it was read, of a silent one as it goes by. */
export const lagOf = (lastSyncAt: number, readAt: number, now: number): number =>
  Math.max(0, (readAt - lastSyncAt > SILENT_MS ? Math.max(now, readAt) : readAt) - lastSyncAt)
