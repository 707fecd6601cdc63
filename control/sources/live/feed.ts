import { setTimeout as pause } from 'node:timers/promises'
import { say } from '../../sentences/sentences.ts'

/** Opens a connection on which a server pushes changes of plays. */
export type ConnectFeed = (
  /** To be called when the server has taken the connection. */
  isUp: () => void,
  signal: AbortSignal,
) => Promise<void>

/** A connection that is made again whenever it ends. */
export interface Feed {
  start(): void
  /** Settled when the connection is closed and no timer waits. */
  stop(): Promise<void>
  /** Whether the connection is up. */
  isUp(): boolean
  /** Why it is not; `null` while it is, or before the first failure. */
  problem(): string | null
}

/** Waits between two connections, in milliseconds. */
export interface FeedPace {
  readonly firstMs: number
  readonly longestMs: number
  /** After so many failures in a row, `rarelyMs` lie between two attempts: the server does not offer it. */
  readonly mostFailures: number
  readonly rarelyMs: number
}

/** One second, doubled up to half a minute; after five failures every three minutes. */
export const FEED_PACE: FeedPace = {
  firstMs: 1000,
  longestMs: 30_000,
  mostFailures: 5,
  rarelyMs: 180_000,
}

const waitAfter = (failures: number, pace: FeedPace): number =>
  failures >= pace.mostFailures
    ? pace.rarelyMs
    : Math.min(pace.longestMs, pace.firstMs * 2 ** Math.max(0, failures - 1))

/** Callbacks and pace of a feed. */
export interface FeedOptions {
  /** Called for each connection: changes before it were not pushed. */
  readonly onUp: () => void
  /** Called when a connection that was up has ended: from now on nothing is pushed. */
  readonly onDown: () => void
  readonly pace?: FeedPace
}

/** Creates a feed that is not started. */
export const createFeed = (
  connect: ConnectFeed,
  { onUp, onDown, pace = FEED_PACE }: FeedOptions,
): Feed => {
  let running: { readonly halt: AbortController; readonly loop: Promise<void> } | null = null
  let isUp = false
  let problem: string | null = null
  const once = async (signal: AbortSignal): Promise<boolean> => {
    let wasUp = false
    try {
      await connect(() => {
        wasUp = true
        isUp = true
        problem = null
        onUp()
      }, signal)
      problem = say('server.closed')
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error)
    }
    isUp = false
    if (wasUp && !signal.aborted) onDown()
    return wasUp
  }
  const loop = async (signal: AbortSignal): Promise<void> => {
    let failures = 0
    while (!signal.aborted) {
      failures = (await once(signal)) ? 1 : failures + 1
      if (signal.aborted) return
      await pause(waitAfter(failures, pace), undefined, { signal }).catch(() => undefined)
    }
  }
  return {
    start: () => {
      if (running !== null) return
      const halt = new AbortController()
      running = { halt, loop: loop(halt.signal) }
    },
    stop: async () => {
      const before = running
      running = null
      before?.halt.abort()
      await before?.loop
    },
    isUp: () => isUp,
    problem: () => problem,
  }
}
