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
  /** A batch is written at once when it has this many events. */
  readonly maxEvents: number
}

interface Waiting {
  readonly events: readonly PlayEvent[]
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** Batches the events of several callers into one write. */
export function createWriteBatch({ write, lingerMs, maxEvents }: WriteBatchOptions): WriteEvents {
  let waiting: Waiting[] = []
  let count = 0
  let timer: NodeJS.Timeout | undefined
  const flush = () => {
    clearTimeout(timer)
    timer = undefined
    const taken = waiting
    waiting = []
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
      else timer ??= setTimeout(flush, lingerMs)
    })
}
