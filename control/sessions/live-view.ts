import type { CapEngine } from './model/cap-engine.ts'
import { accountTag, LIVE_SHARDS, shardOf } from './model/keys.ts'
import type { LiveSession } from './model/live-session.ts'
import type { SessionIndex, SessionLocation } from './model/session-index.ts'
import { sessionsOf } from './model/session-shape.ts'
import type { LiveNumbers, SessionPage, SessionQuery, SessionView } from './model/session-view.ts'
import { sortedPageOf } from './model/sorted-page.ts'

export interface LiveViewOptions {
  readonly engine: CapEngine
  readonly index: SessionIndex
  readonly now: () => number
}

const DEFAULT_LIMIT = 50
const MAX_LIMIT = 1_000
const READ_BATCH = 100
/** Sorting needs every match at once; more accounts than this are not looked at. */
const SORT_LIMIT = 20_000
const CACHE_MS = 1_000

/** Whether a session matches the filters of a query. */
export const matchesQuery = (session: LiveSession, query: SessionQuery): boolean =>
  (query.account === undefined || session.account === query.account) &&
  (query.channel === undefined || session.channel === query.channel) &&
  (query.group === undefined || session.group === query.group) &&
  (query.network === undefined || session.network === query.network) &&
  (query.edge === undefined || session.seenBy === query.edge) &&
  (query.device === undefined || session.device === query.device) &&
  (query.download === undefined || session.download === query.download)

const tagsOf = (places: readonly SessionLocation[]): string[] =>
  [...new Set(places.map(({ tag }) => tag))].sort()

/** Accounts that may hold a match, in tag order, by the narrowest index; lazily where there is none. */
async function* candidateTags(index: SessionIndex, query: SessionQuery, from: string) {
  if (query.account !== undefined) yield [accountTag(query.account)]
  else if (query.network !== undefined) yield tagsOf(await index.ofNetwork(query.network))
  else if (query.download !== undefined) yield tagsOf(await index.ofDownload(query.download))
  else if (query.channel !== undefined) yield tagsOf(await index.ofChannel(query.channel))
  else {
    for (let shard = from === '' ? 0 : shardOf(from); shard < LIVE_SHARDS; shard += 1) {
      yield tagsOf(await index.inShard(shard))
    }
  }
}

const placeName = (session: LiveSession): string => `${accountTag(session.account)}${session.id}`

/** Matches after `from` in the order of their places, until `enough` are found. */
const walk = async (
  options: LiveViewOptions,
  query: SessionQuery,
  range: { readonly from: string; readonly enough: number; readonly accounts: number },
): Promise<LiveSession[]> => {
  const { engine, index, now } = options
  const found: LiveSession[] = []
  let read = 0
  for await (const all of candidateTags(index, query, range.from)) {
    const tags = all.filter((tag) => tag >= range.from.slice(0, 16))
    for (let at = 0; at < tags.length && read < range.accounts; at += READ_BATCH) {
      const batch = tags.slice(at, at + READ_BATCH)
      read += batch.length
      const states = await engine.read(batch)
      const sessions = states.flatMap((state) => sessionsOf(state, now()))
      const fresh = sessions.filter(
        (one) => matchesQuery(one, query) && placeName(one) > range.from,
      )
      found.push(...fresh)
      if (found.length >= range.enough) return found
    }
  }
  return found
}

const sortedPage = async (
  options: LiveViewOptions,
  query: SessionQuery,
  wish: { readonly sort: NonNullable<SessionQuery['sort']>; readonly limit: number },
): Promise<SessionPage> => {
  const range = { from: '', enough: Number.POSITIVE_INFINITY, accounts: SORT_LIMIT }
  const all = await walk(options, query, range)
  return { ...sortedPageOf(all, { ...wish, cursor: query.cursor }), total: all.length }
}

const totalOf = async (options: LiveViewOptions, query: SessionQuery): Promise<number | null> => {
  const { index, now } = options
  const used = Object.entries(query).filter(([name, value]) => {
    return value !== undefined && !['sort', 'limit', 'cursor'].includes(name)
  })
  if (used.length === 0) return await index.countAll(now())
  if (used.length > 1 || query.channel === undefined) return null
  return (await index.countChannels(now(), [query.channel])).get(query.channel) ?? 0
}

const listPage = async (options: LiveViewOptions, query: SessionQuery): Promise<SessionPage> => {
  const limit = Math.max(1, Math.min(MAX_LIMIT, query.limit ?? DEFAULT_LIMIT))
  const { sort } = query
  if (sort !== undefined) return await sortedPage(options, query, { sort, limit })
  const range = { from: query.cursor ?? '', enough: limit + 1, accounts: SORT_LIMIT }
  const found = await walk(options, query, range)
  const items = found.slice(0, limit)
  const last = items.at(-1)
  const next = found.length > limit && last ? placeName(last) : null
  return { items, next, total: await totalOf(options, query) }
}

/** Caches the result of `make` for a second. */
const forASecond = <T>(now: () => number, make: (key: string) => Promise<T>) => {
  const kept = new Map<string, { readonly at: number; readonly value: Promise<T> }>()
  return (key: string): Promise<T> => {
    const known = kept.get(key)
    if (known && now() - known.at < CACHE_MS) return known.value
    if (kept.size > 10_000) kept.clear()
    const value = make(key)
    kept.set(key, { at: now(), value })
    value.catch(() => kept.delete(key))
    return value
  }
}

/** Reads live sessions from an engine and its index. */
export const createLiveView = (
  options: LiveViewOptions,
): Omit<SessionView, 'numbers'> & {
  numbers(): Promise<Omit<LiveNumbers, 'isDegraded'>>
} => {
  const { engine, index, now } = options
  const total = forASecond(now, () => index.countAll(now()))
  const ofChannel = forASecond(now, async (channel) => {
    return (await index.countChannels(now(), [channel])).get(channel) ?? 0
  })
  const all = forASecond(now, () => index.countChannels(now()))
  return {
    list: (query) => listPage(options, query),
    async show(id) {
      const entry = (await index.find([id])).get(id) ?? (await index.findSid(id))
      if (!entry) return null
      const [state] = await engine.read([entry.tag])
      return sessionsOf(state ?? null, now()).find((session) => session.id === entry.key) ?? null
    },
    accountsIn: async (shard) => tagsOf(await index.inShard(shard)),
    async ofAccounts(tags) {
      const states = await engine.read(tags)
      return states.flatMap((state) => sessionsOf(state, now()))
    },
    async counts(channel) {
      const [totalClients, streamClients] = await Promise.all([total(''), ofChannel(channel)])
      return { totalClients, streamClients }
    },
    async numbers() {
      const channels = [...(await all(''))].map(([channel, clients]) => ({ channel, clients }))
      channels.sort((a, b) => b.clients - a.clients || (a.channel < b.channel ? -1 : 1))
      return {
        totalClients: await total(''),
        channels: channels.filter(({ clients }) => clients > 0),
      }
    },
  }
}
