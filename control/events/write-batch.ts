import type { PlayEvent } from './play-event.ts'

/** Writes events; the promise settles once all of them are written, or one batch of theirs has failed. */
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
  /**
   * Milliseconds for which the opening of a play among many waits for what follows it, to be written with it; 0 by default: opening and end of a viewer who
   * never played are one row then, written once.
   */
  readonly holdMs?: number
  /** A batch is written at once when it has this many events, and no write has more. */
  readonly maxEvents: number
}

/** Gathers events of several callers into one write. */
export interface WriteBatch {
  readonly add: WriteEvents
  /** Writes what waits, and from now on everything at once. */
  readonly close: () => void
}

/** So many events in one batch say that more come at once. */
export const BUSY = 100
/** Openings that may wait for what follows them; the oldest are written then. */
export const MOST_HELD = 20_000
/** Of the time an opening may wait, such a part is given up for larger batches. */
const SPARED = 5

interface Caller {
  left: number
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

interface Waiting {
  readonly event: PlayEvent
  readonly caller: Caller
}

interface Held extends Waiting {
  readonly until: number
}

const playOf = ({ source, id }: PlayEvent): string => `${source}\n${id}`

/** Openings by their play, the oldest first. */
const createHeld = (holdMs: number) => {
  const held = new Map<string, Held>()
  return {
    /** Keeps openings back, and answers what is to be written of the plays. */
    sort(fresh: readonly Waiting[], isBusy: boolean): Waiting[] {
      const due: Waiting[] = []
      const until = performance.now() + holdMs
      for (const one of fresh) {
        const { event, caller } = one
        const isOpening = event.type === 'opened'
        const play = isOpening || held.size > 0 ? playOf(event) : ''
        const opening = held.get(play)
        if (opening !== undefined) {
          held.delete(play)
          due.push(opening)
        } else if (isBusy && holdMs > 0 && isOpening) {
          held.set(play, { event, caller, until })
          continue
        }
        due.push(one)
      }
      return due
    },
    /** Those that have waited long enough, or are too many. */
    take(all: boolean): Waiting[] {
      const taken: Waiting[] = []
      // Those that are due within a moment go along: one by one, each would be a transaction.
      const now = performance.now() + holdMs / SPARED
      for (const [play, one] of held) {
        if (!all && one.until > now && held.size <= MOST_HELD) break
        held.delete(play)
        taken.push(one)
      }
      return taken
    },
    /** Milliseconds until the first one has waited long enough; `null` where none waits. */
    dueInMs(): number | null {
      const [first] = held.values()
      return first === undefined ? null : Math.max(0, first.until - performance.now())
    },
  }
}

const settle = (taken: readonly Waiting[], failed: { readonly error: unknown } | null): void => {
  for (const { caller } of taken) {
    caller.left -= 1
    if (failed !== null) caller.reject(failed.error)
    else if (caller.left === 0) caller.resolve()
  }
}

/** Batches the events of several callers into one write. */
export function createWriteBatch(options: WriteBatchOptions): WriteBatch {
  const { write, lingerMs, busyLingerMs = lingerMs, maxEvents } = options
  const held = createHeld(options.holdMs ?? 0)
  let fresh: Waiting[] = []
  let isBusy = false
  let isClosed = false
  let timer: NodeJS.Timeout | undefined

  const writeAll = async (due: readonly Waiting[]): Promise<void> => {
    for (let at = 0; at < due.length; at += maxEvents) {
      const some = due.slice(at, at + maxEvents)
      await write(some.map(({ event }) => event)).then(
        () => settle(some, null),
        (error: unknown) => settle(some, { error }),
      )
    }
  }
  const flush = (): void => {
    clearTimeout(timer)
    timer = undefined
    isBusy = fresh.length >= BUSY
    const due = held.sort(fresh, isBusy && !isClosed)
    fresh = []
    due.push(...held.take(isClosed))
    void writeAll(due)
    const ms = held.dueInMs()
    if (ms !== null) timer = setTimeout(flush, ms)
  }
  /** What is new is not kept waiting by what is held. */
  const flushSoon = (): void => {
    const ms = isBusy ? busyLingerMs : lingerMs
    const heldMs = held.dueInMs() ?? Number.POSITIVE_INFINITY
    clearTimeout(timer)
    timer = setTimeout(flush, Math.min(ms, heldMs))
  }
  return {
    add: (events) =>
      new Promise((resolve, reject) => {
        if (events.length === 0) return resolve()
        const caller = { left: events.length, resolve, reject }
        const isFirst = fresh.length === 0
        for (const event of events) fresh.push({ event, caller })
        if (fresh.length >= maxEvents || isClosed) flush()
        else if (isFirst) flushSoon()
      }),
    close: () => {
      isClosed = true
      flush()
    },
  }
}
