import { setTimeout as timer } from 'node:timers/promises'

/** Polls a server. */
export interface Poller {
  /** Settled after the first look; what runs already goes on. */
  start(): Promise<void>
  /** Settled when no look runs and no timer waits. */
  stop(): Promise<void>
  /** Polls now, not sharing a poll that began earlier; throws what the poll throws. */
  look(): Promise<void>
  /** A look soon, whatever comes of it. */
  nudge(): void
  /** Ends the wait for the next look: it comes now, and the wait after it is asked anew. */
  hurry(): void
}

/** How a poller looks, and how often. */
export interface PollerOptions {
  /** One poll; its errors are already recorded in the source's health. */
  readonly look: () => Promise<void>
  /** From the end of one look to the next, in milliseconds, asked anew after each. */
  readonly everyMs: number | (() => number)
  /** The longest wait while looks fail: it doubles with each failure. */
  readonly longestMs: number
  /** Waits between looks until broken off; by the process's own clock where left out. */
  readonly pause?: ((ms: number, signal: AbortSignal) => Promise<void>) | undefined
}

const byOwnClock = async (ms: number, signal: AbortSignal): Promise<void> =>
  await timer(ms, undefined, { signal }).catch(() => undefined)

/** Opens a poller that does not run yet; looks never overlap, and those wanted while one runs are one. */
export const createPoller = ({
  look,
  everyMs,
  longestMs,
  pause = byOwnClock,
}: PollerOptions): Poller => {
  const usualMs = typeof everyMs === 'number' ? () => everyMs : everyMs
  let running: { readonly halt: AbortController; readonly loop: Promise<void> } | null = null
  let turn: Promise<unknown> = Promise.resolve()
  let waiting: Promise<void> | null = null
  const inTurn = (): Promise<void> => {
    if (waiting !== null) return waiting
    const mine = turn.then(async () => {
      waiting = null
      await look()
    })
    waiting = mine
    turn = mine.catch(() => undefined)
    return mine
  }
  const succeeds = async (): Promise<boolean> => {
    try {
      await inTurn()
      return true
    } catch {
      return false
    }
  }
  let wait = new AbortController()
  const loop = async (signal: AbortSignal, first: Promise<boolean>): Promise<void> => {
    let waitMs = (await first) ? usualMs() : Math.min(usualMs() * 2, longestMs)
    while (!signal.aborted) {
      wait = new AbortController()
      await pause(waitMs, AbortSignal.any([signal, wait.signal]))
      if (signal.aborted) return
      waitMs = (await succeeds()) ? usualMs() : Math.min(waitMs * 2, longestMs)
    }
  }
  let first: Promise<boolean> = Promise.resolve(true)
  return {
    start: async () => {
      if (running === null) {
        const halt = new AbortController()
        first = succeeds()
        running = { halt, loop: loop(halt.signal, first) }
      }
      await first
    },
    stop: async () => {
      const before = running
      running = null
      before?.halt.abort()
      await before?.loop
      await turn
    },
    look: inTurn,
    nudge: () => void inTurn().catch(() => undefined),
    hurry: () => wait.abort(),
  }
}
