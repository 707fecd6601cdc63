import type { Arrivals, KnownEvents } from './arrivals.ts'
import type { PlayEvent } from './play-event.ts'
import type { StreamClient } from './stream-client.ts'

/**
 * Handles a batch of one shard, in order. When it throws, the batch is redelivered, finally one event at a
 * time (`isAlone`).
 */
export type EventHandler = (events: readonly PlayEvent[], isAlone: boolean) => Promise<void>

export interface ConsumeOptions {
  readonly redis: StreamClient
  readonly group: string
  /** Unique among running consumers. */
  readonly consumer: string
  readonly handler: EventHandler
  readonly batch?: number
  /**
   * Events of a shard that may be with the handler while more are read, and the pause after a read that was not full (milliseconds); without it, the next
   * batch is read once the last one is handled.
   */
  readonly ahead?: { readonly events: number; readonly pauseMs: number }
  /** Pause after a read without entries, in milliseconds: a second with `arrivals`, which end it, else a fifth of one. */
  readonly idleMs?: number
  readonly arrivals?: Arrivals
  /** What this process has written itself. */
  readonly known?: Pick<KnownEvents, 'find'>
  /** Milliseconds after which entries pending at another consumer are claimed (XAUTOCLAIM). */
  readonly claimAfterMs?: number
  /**
   * Whether a failure is independent of the event, such as a lost connection: then the batch is
   * retried until it succeeds.
   */
  readonly isTransient?: (error: unknown) => boolean
  readonly onFailure?: (error: unknown) => void
}
