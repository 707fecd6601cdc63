/** What is to be done at each moment that comes, in milliseconds since the process began. */
const coming = new Map<number, Set<() => void>>()

/** The next multiple of `everyMs` that is at least a tenth of it away: timers may be early. */
const nextBeat = (now: number, everyMs: number): number => {
  const left = everyMs - (now % everyMs)
  return Math.round(now + (left < everyMs / 10 ? left + everyMs : left))
}

/**
 * Acts once, on the next beat: all that waits for the same one wakes the process once, and its commands go in one write. Does not keep the process running.
 * The function returned calls it off.
 */
export const onBeat = (everyMs: number, act: () => void): (() => void) => {
  const now = performance.now()
  const at = nextBeat(now, everyMs)
  const acts = coming.get(at) ?? new Set()
  if (!coming.has(at)) {
    coming.set(at, acts)
    const begin = (): void => {
      coming.delete(at)
      for (const one of acts) one()
    }
    setTimeout(begin, at - now).unref()
  }
  const own = (): void => act()
  acts.add(own)
  return () => acts.delete(own)
}
