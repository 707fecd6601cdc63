/** A clock that is advanced by hand, and that a poller waits by. Times in Unix milliseconds. */
export interface HandClock {
  readonly now: () => number
  /** Waits so many milliseconds of this clock, or until woken or broken off. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>
  /** Goes on to a moment, with a stop wherever the poller wants to look before it, and lets it look at that moment after `change`. */
  playTo(at: number, change: () => void): Promise<void>
}

interface Waiting {
  readonly until: number
  readonly wake: () => void
}

/** A clock that stands at a moment; it serves one poller. */
export const createHandClock = (start: number): HandClock => {
  let now = start
  let waiting: Waiting | null = null
  let whenWaiting: (() => void) | null = null
  /** Settled when the poller has looked and waits again. */
  const quiet = async (): Promise<void> => {
    if (waiting === null) {
      await new Promise<void>((resolve) => {
        whenWaiting = resolve
      })
    }
  }
  const dueAt = (): number => waiting?.until ?? Number.POSITIVE_INFINITY
  const look = async (): Promise<void> => {
    await quiet()
    const { wake } = waiting ?? { wake: () => undefined }
    waiting = null
    wake()
    await quiet()
  }
  return {
    now: () => now,
    pause: async (ms, signal) =>
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          signal.removeEventListener('abort', wake)
          resolve()
        }
        signal.addEventListener('abort', wake)
        waiting = { until: now + ms, wake }
        whenWaiting?.()
        whenWaiting = null
      }),
    playTo: async (at, change) => {
      await quiet()
      for (let due = dueAt(); due < at; due = dueAt()) {
        now = due
        await look()
      }
      now = at
      change()
      await look()
    },
  }
}
