import type { PlaySource } from '../model/play-source.ts'
import { SourceError } from '../model/source-error.ts'
import type { SourcePorts, SourceSettings } from '../model/source-kind.ts'
import { createEnd } from './end-play.ts'
import { type ConnectFeed, createFeed, type Feed } from './feed.ts'
import { createHealth, type HealthKeeper } from './health.ts'
import { createPlayTable, type PlayTable, type SeenPlay } from './play-table.ts'
import { createPoller } from './poller.ts'

/** Callbacks of a feed. */
export interface FeedHandlers {
  /** Something has changed: the server is polled. */
  readonly changed: () => void
  /** Everything that plays, without a poll. */
  readonly seen: (plays: readonly SeenPlay[]) => void
  readonly table: PlayTable
}

/** Ports of watching a server. */
export interface WatchingParts {
  readonly title: string
  /** Everything that plays now; throws a `SourceError`. */
  readonly look: () => Promise<readonly SeenPlay[]>
  readonly terminate: (handle: string, reason: string) => Promise<void>
  /** The server's feed of changes; `null` where it has to be polled. */
  readonly feed: ((handlers: FeedHandlers) => ConnectFeed) | null
  /** Aborts running requests. */
  readonly close: () => Promise<void>
}

/** The watching half of a source, and the table behind it. */
export interface Watching
  extends Pick<PlaySource, 'start' | 'stop' | 'health' | 'nudge' | 'plays' | 'end'> {
  readonly table: PlayTable
  /** Looks now; throws when it cannot. */
  look(): Promise<void>
  isStarted(): boolean
}

const POLL_MS = 5000
/** Factors of the poll interval: with a feed, polls only find what it missed; with nothing playing they are less urgent. */
const WITH_FEED = 6
const WHILE_IDLE = 2
const LONGEST_POLL_MS = 60_000
const GRACE_MS = 15_000
const CONFIRM_MS = 10_000
const CONFIRM_CHECKS = 10

const confirming = ({ confirmMs = CONFIRM_MS }: SourceSettings) => ({
  confirmMs,
  checkMs: confirmMs / CONFIRM_CHECKS,
})

/** Milliseconds until the next look. */
const pollMs = (baseMs: number, feed: Feed | null, table: PlayTable): number => {
  if (feed?.isUp() === true) return baseMs * WITH_FEED
  return table.list().length === 0 ? baseMs * WHILE_IDLE : baseMs
}

const stoppedError = (title: string): SourceError =>
  new SourceError(`${title} is not asked: the source is stopped`, {
    kind: 'unreachable',
    command: 'plays',
  })

/** One poll of the server into the table; throws while the source is stopped. */
const createLook =
  (
    parts: WatchingParts,
    to: { readonly table: PlayTable; readonly health: HealthKeeper; isStarted(): boolean },
  ) =>
  async (): Promise<void> => {
    if (!to.isStarted()) throw stoppedError(parts.title)
    try {
      to.table.replace(await parts.look())
      to.health.answered()
    } catch (error) {
      to.health.failed(error)
      throw error
    }
  }

/** Watches a server by its feed and rare polls, or without a feed by polls every few seconds. */
export const createWatching = (
  parts: WatchingParts,
  settings: SourceSettings,
  { now, onChange, resume, pause }: SourcePorts,
): Watching => {
  const { pollMs: baseMs = POLL_MS, graceMs = GRACE_MS } = settings
  let stopping: AbortController | null = null
  const health = createHealth(now)
  const table = createPlayTable({ now, onChange, graceMs, resume })
  const lookOnce = createLook(parts, { table, health, isStarted: () => stopping !== null })
  const poller = createPoller({
    look: lookOnce,
    everyMs: () => pollMs(baseMs, feed, table),
    longestMs: Math.max(baseMs, LONGEST_POLL_MS),
    pause,
  })
  const seen: FeedHandlers['seen'] = (plays) => {
    if (stopping === null) return
    table.replace(plays)
    health.heard()
  }
  const feed: Feed | null =
    parts.feed === null
      ? null
      : createFeed(parts.feed({ changed: () => poller.nudge(), seen, table }), {
          onUp: () => poller.nudge(),
          onDown: () => poller.hurry(),
        })
  return {
    table,
    look: async () => await poller.look(),
    isStarted: () => stopping !== null,
    start: async () => {
      if (stopping === null) health.started()
      stopping ??= new AbortController()
      await poller.start()
      if (stopping !== null) feed?.start()
    },
    stop: async () => {
      stopping?.abort()
      stopping = null
      health.stopped()
      await parts.close()
      await Promise.all([feed?.stop(), poller.stop()])
    },
    health: () => health.read(),
    nudge: () => poller.nudge(),
    plays: () => table.list(),
    end: createEnd({
      table,
      look: async () => await poller.look(),
      terminate: parts.terminate,
      ...confirming(settings),
      stopping: () => stopping?.signal ?? null,
    }),
  }
}
