import type { PlayEvent } from './play-event.ts'

/** Writes events; the promise settles with the result of the batch they were written in. */
export type WriteEvents = (events: readonly PlayEvent[]) => Promise<void>

export interface WriteBatchOptions {
  readonly write: WriteEvents
  /**
   * Milliseconds for which the first call waits for others: a transaction costs nearly the same for one event as
   * for a hundred.
   */
  readonly lingerMs: number
  /** The same after a batch of at least {@link BUSY} events; `lingerMs` by default. */
  readonly busyLingerMs?: number
  /** A batch is written at once when it has this many events. */
  readonly maxEvents: number
}

/** So many events in one batch say that more come at once. */
export const BUSY = 100

interface Waiting {
  readonly events: readonly PlayEvent[]
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** Batches the events of several callers into one write. */
export function createWriteBatch(options: WriteBatchOptions): WriteEvents {
  const { write, lingerMs, busyLingerMs = lingerMs, maxEvents } = options
  let waiting: Waiting[] = []
  let count = 0
  let isBusy = false
  let timer: NodeJS.Timeout | undefined
  const flush = () => {
    clearTimeout(timer)
    timer = undefined
    const taken = waiting
    waiting = []
    isBusy = count >= BUSY
    count = 0
    write(taken.flatMap(({ events }) => events)).then(
      () => taken.forEach(({ resolve }) => resolve()),
      (error: unknown) => taken.forEach(({ reject }) => reject(error)),
    )
  }
  return (events) =>
    new Promise((resolve, reject) => {
      waiting.push({ events, resolve, reject })
      count += events.length
      if (count >= maxEvents) flush()
      else timer ??= setTimeout(flush, isBusy ? busyLingerMs : lingerMs)
    })
}
