import { randomBytes } from 'node:crypto'
import { allShards, streamKey } from '../keys.ts'
import { decodeEvent, type PlayEvent } from '../play-event.ts'
import { entriesOf, type StreamClient } from '../stream-client.ts'

/** An import that has gone on, or ended. */
export interface ImportNews {
  /** Unix milliseconds. */
  readonly at: number
  readonly account: null
  readonly importId: string
}

/** One thing that happened, as watching clients get it. */
export interface FeedEntry {
  /** Rises with each entry; only of this control plane. */
  readonly id: string
  /** `session.opened`, `session.ended`, `session.refused`, `ban.set`, `download`, `session.updated`, `import.progress`. */
  readonly event: string
  readonly data: PlayEvent | ImportNews
}

/** What happens now, for dashboards that stay open. */
export interface LiveFeed {
  /**
   * Calls `onEntry` for each entry after `lastId` (`null` = from now on), until the returned function is called. `isWhole` is false where entries after
   * `lastId` are not remembered any more, or were another control plane's: the client reads everything anew.
   */
  follow(
    lastId: string | null,
    onEntry: (entry: FeedEntry) => void,
  ): { readonly isWhole: boolean; readonly lastId: string; readonly stop: () => void }
  /** Tells those who watch this control plane of what stands in no stream. */
  tell(event: 'import.progress', data: ImportNews): void
  stop(): void
}

export interface LiveFeedOptions {
  readonly redis: StreamClient
  /** Milliseconds between two looks into the streams while somebody watches. */
  readonly everyMs?: number
  readonly onFailure?: (error: unknown) => void
}

/** Entries remembered for those who come back after a broken connection. */
const REMEMBERED = 2_000
/** The streams are read on for so long after the last watcher left. */
const LINGER_MS = 60_000
const MOST_AT_ONCE = 500

const NAMES: Readonly<Record<PlayEvent['type'], string>> = {
  opened: 'session.opened',
  authorized: 'session.opened',
  started: 'session.opened',
  updated: 'session.updated',
  closed: 'session.ended',
  refused: 'session.refused',
  banned: 'ban.set',
  download: 'download',
}

/** Reads what came into a shard since the last time; the first time, where the shard ends. */
const createShardReader = (redis: StreamClient, tell: (body: string | undefined) => void) => {
  const positions = new Map<number, string>()
  return {
    forget: () => positions.clear(),
    next: async (shard: number): Promise<void> => {
      const key = streamKey(shard)
      const from = positions.get(shard)
      if (from === undefined) {
        const [latest] = entriesOf(await redis.call('XREVRANGE', key, '+', '-', 'COUNT', 1))
        positions.set(shard, latest?.id ?? '0-0')
        return
      }
      const reply = await redis.call('XRANGE', key, `(${from}`, '+', 'COUNT', MOST_AT_ONCE)
      for (const { id, body } of entriesOf(reply)) {
        positions.set(shard, id)
        tell(body)
      }
    },
  }
}

/** Reads the event streams of all control planes for those who watch, without a place in any consumer group. */
export const createLiveFeed = ({
  redis,
  everyMs = 500,
  onFailure = () => undefined,
}: LiveFeedOptions): LiveFeed => {
  const boot = randomBytes(4).toString('hex')
  const watchers = new Set<(entry: FeedEntry) => void>()
  let remembered: FeedEntry[] = []
  let count = 0
  let leftAt = 0
  let timer: NodeJS.Timeout | null = null
  let isStopped = false

  const tell = (event: string, data: FeedEntry['data']) => {
    count += 1
    const entry = { id: `${boot}-${count}`, event, data }
    remembered.push(entry)
    if (remembered.length > 2 * REMEMBERED) remembered = remembered.slice(-REMEMBERED)
    for (const watcher of watchers) watcher(entry)
  }
  const readShard = createShardReader(redis, (body) => {
    const data = decodeEvent(body)
    if (data !== null) tell(NAMES[data.type], data)
  })
  const read = async () => {
    try {
      await Promise.all(allShards().map((shard) => readShard.next(shard)))
    } catch (error) {
      onFailure(error)
    }
    const isWatched = watchers.size > 0 || Date.now() - leftAt < LINGER_MS
    if (isStopped || !isWatched) {
      timer = null
      readShard.forget()
      remembered = []
    } else timer = setTimeout(() => void read(), everyMs)
  }

  return {
    follow: (lastId, onEntry) => {
      const at = remembered.findIndex(({ id }) => id === lastId)
      const isWhole = lastId === null || lastId === `${boot}-${count}` || at >= 0
      if (at >= 0) for (const entry of remembered.slice(at + 1)) onEntry(entry)
      watchers.add(onEntry)
      if (timer === null) timer = setTimeout(() => void read(), 0)
      const stop = () => {
        watchers.delete(onEntry)
        leftAt = Date.now()
      }
      return { isWhole, lastId: `${boot}-${count}`, stop }
    },
    tell,
    stop: () => {
      isStopped = true
      if (timer !== null) clearTimeout(timer)
      watchers.clear()
    },
  }
}
