/** More than this is no pause between two looks, but a wait for something that can be asked for: see `until`. */
export const LONGEST_PAUSE_MS = 300

/** Waits a moment, as between two requests of a player; throws a RangeError beyond 300 ms. */
export async function pause(ms: number): Promise<void> {
  if (ms > LONGEST_PAUSE_MS) throw new RangeError(`${ms} ms: wait for a condition instead`)
  await new Promise((resolve) => setTimeout(resolve, ms))
}
