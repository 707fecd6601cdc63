import { randomBytes } from 'node:crypto'
import { allShards, newsKey, streamKey } from '../keys.ts'
import { decodeEvent, type PlayEvent } from '../play-event.ts'
import { BODY, entriesOf, type StreamClient } from '../stream-client.ts'
import { decodeNews, encodeNews, type Told } from './news.ts'

/** What entries are named, in the order of the documentation. */
export const EVENT_NAMES = [
  'session.opened',
  'session.updated',
  'session.ended',
  'session.refused',
  'ban.set',
  'download',
  'history.written',
  'import.progress',
  'changed',
] as const

export type EventName = (typeof EVENT_NAMES)[number]

/** One thing that happened, as watching clients get it. */
export interface FeedEntry {
  /** Rises with each entry; only of this control plane, and of the time it reads without a break. */
  readonly id: string
  readonly event: EventName
  readonly data: PlayEvent | Told['data']
}

/** What happens now, for dashboards that stay open. */
export interface LiveFeed {
  /**
   * Calls `onEntry` for each entry after `lastId` (`null` = from now on), until the returned function is called. `isWhole` is false where entries after
   * `lastId` are not remembered any more, or were another control plane's: the client reads everything anew. What happens once `begun` has settled is
   * told in any case.
   */
  follow(
    lastId: string | null,
    onEntry: (entry: FeedEntry) => void,
  ): {
    readonly isWhole: boolean
    readonly lastId: string
    readonly begun: Promise<void>
    readonly stop: () => void
  }
  /** Tells those who watch any control plane of what is no play; while Redis is away, those who watch this one. */
  tell(told: Told): void
  /** Whether anybody watches this control plane. */
  isWatched(): boolean
  stop(): void
}

export interface LiveFeedOptions {
  readonly redis: StreamClient
  /** Milliseconds between two looks into the streams while somebody watches. */
  readonly everyMs?: number
  /** Milliseconds the streams are read on after the last watcher left. */
  readonly lingerMs?: number
  readonly onFailure?: (error: unknown) => void
}

/** Entries remembered for those who come back after a broken connection. */
const REMEMBERED = 2_000
const LINGER_MS = 60_000
const MOST_AT_ONCE = 500
/** Entries of the stream of news; it is only read by those who watch meanwhile. */
const MOST_NEWS = 1_000

const NAMES: Readonly<Record<PlayEvent['type'], EventName>> = {
  opened: 'session.opened',
  authorized: 'session.opened',
  started: 'session.opened',
  updated: 'session.updated',
  closed: 'session.ended',
  refused: 'session.refused',
  banned: 'ban.set',
  download: 'download',
}

/** Reads what came into a stream since the last time; the first time, where the stream ends. */
const createStreamReader = (redis: StreamClient) => {
  const positions = new Map<string, string>()
  return {
    forget: () => positions.clear(),
    next: async (key: string, tell: (body: string | undefined) => void): Promise<void> => {
      const from = positions.get(key)
      if (from === undefined) {
        const [latest] = entriesOf(await redis.call('XREVRANGE', key, '+', '-', 'COUNT', 1))
        positions.set(key, latest?.id ?? '0-0')
        return
      }
      const reply = await redis.call('XRANGE', key, `(${from}`, '+', 'COUNT', MOST_AT_ONCE)
      for (const { id, body } of entriesOf(reply)) {
        positions.set(key, id)
        tell(body)
      }
    },
  }
}

/** The latest entries, and who watches. */
const createEntries = () => {
  const watchers = new Set<(entry: FeedEntry) => void>()
  let run = randomBytes(4).toString('hex')
  let remembered: FeedEntry[] = []
  let count = 0
  return {
    watchers,
    tell: (event: EventName, data: FeedEntry['data']): void => {
      count += 1
      const entry = { id: `${run}-${count}`, event, data }
      remembered.push(entry)
      if (remembered.length > 2 * REMEMBERED) remembered = remembered.slice(-REMEMBERED)
      for (const watcher of watchers) watcher(entry)
    },
    /** Tells a new watcher what came after `lastId`. */
    catchUp: (lastId: string | null, onEntry: (entry: FeedEntry) => void) => {
      const at = remembered.findIndex(({ id }) => id === lastId)
      const newest = `${run}-${count}`
      if (at >= 0) for (const entry of remembered.slice(at + 1)) onEntry(entry)
      return { isWhole: lastId === null || lastId === newest || at >= 0, lastId: newest }
    },
    /** What happens until somebody watches again is not read: no id of before may be taken for the newest. */
    breakOff: (): void => {
      remembered = []
      run = randomBytes(4).toString('hex')
    },
  }
}

/** How what stands in the streams is told; what this control plane told itself is known already. */
const readersOf = (tell: ReturnType<typeof createEntries>['tell'], self: string) => ({
  play: (body: string | undefined) => {
    const data = decodeEvent(body)
    if (data !== null) tell(NAMES[data.type], data)
  },
  news: (body: string | undefined) => {
    const news = decodeNews(body)
    if (news !== null && news.by !== self) tell(news.event, news.data)
  },
})

/** Reads the event streams of all control planes for those who watch, without a place in any consumer group. */
export const createLiveFeed = ({
  redis,
  everyMs = 500,
  lingerMs = LINGER_MS,
  onFailure = () => undefined,
}: LiveFeedOptions): LiveFeed => {
  const self = randomBytes(4).toString('hex')
  const entries = createEntries()
  const streams = createStreamReader(redis)
  const told = readersOf(entries.tell, self)
  let leftAt = 0
  let timer: NodeJS.Timeout | undefined
  /** Settles when it is known where the streams are read from; nothing while nobody watches. */
  let begun: Promise<void> | null = null
  let isStopped = false

  const read = async () => {
    try {
      await Promise.all([
        ...allShards().map((shard) => streams.next(streamKey(shard), told.play)),
        streams.next(newsKey, told.news),
      ])
    } catch (error) {
      onFailure(error)
    }
    const isWatched = entries.watchers.size > 0 || Date.now() - leftAt < lingerMs
    if (isStopped || !isWatched) {
      begun = null
      streams.forget()
      entries.breakOff()
    } else timer = setTimeout(() => void read(), everyMs)
  }

  return {
    follow: (lastId, onEntry) => {
      const caughtUp = entries.catchUp(lastId, onEntry)
      entries.watchers.add(onEntry)
      begun ??= read()
      const stop = () => {
        entries.watchers.delete(onEntry)
        leftAt = Date.now()
      }
      return { ...caughtUp, begun, stop }
    },
    tell: (news) => {
      if (isStopped) return
      entries.tell(news.event, news.data)
      const body = encodeNews({ by: self, ...news })
      redis.call('XADD', newsKey, 'MAXLEN', '~', MOST_NEWS, '*', BODY, body).catch(onFailure)
    },
    isWatched: () => entries.watchers.size > 0,
    stop: () => {
      isStopped = true
      clearTimeout(timer)
      entries.watchers.clear()
    },
  }
}
