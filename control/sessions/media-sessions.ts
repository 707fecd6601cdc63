import { matchesQuery } from './live-view.ts'
import type { LiveSession } from './model/live-session.ts'
import type { SessionPage, SessionQuery, SessionView } from './model/session-view.ts'
import { sortedPageOf } from './model/sorted-page.ts'

/** Sessions of media servers, all in memory. */
export type MediaSessions = () => readonly LiveSession[]

const DEFAULT_LIMIT = 50
/** A cursor within the sessions of media servers, which follow those of edges where nothing is sorted. */
const MEDIA_CURSOR = 'm.'

/** Whether a cursor of an unsorted list lies within the sessions of media servers. */
export const isMediaCursor = (cursor: string): boolean => /^m\.[\w.-]*$/.test(cursor)

const matching = (sessions: readonly LiveSession[], query: SessionQuery): LiveSession[] =>
  sessions.filter((session) => matchesQuery(session, query))

const withTotal = (page: SessionPage, more: number): SessionPage => ({
  ...page,
  total: page.total === null ? null : page.total + more,
})

/** One page of the sessions behind a cursor, by id. */
const mediaPage = (
  sessions: readonly LiveSession[],
  after: string,
  room: number,
): Pick<SessionPage, 'items' | 'next'> => {
  const behind = sessions.filter(({ id }) => id > after).toSorted((a, b) => (a.id < b.id ? -1 : 1))
  const items = behind.slice(0, room)
  const next = behind.length > room ? `${MEDIA_CURSOR}${items.at(-1)?.id ?? after}` : null
  return { items, next }
}

const unsorted = async (
  view: SessionView,
  media: readonly LiveSession[],
  query: SessionQuery & { readonly limit: number },
): Promise<SessionPage> => {
  const { cursor, limit } = query
  const isBehind = cursor !== undefined && isMediaCursor(cursor)
  if (isBehind) {
    const total = (await view.list({ ...without(query, 'cursor'), limit: 1 })).total
    const page = mediaPage(media, cursor.slice(MEDIA_CURSOR.length), limit)
    return withTotal({ ...page, total }, media.length)
  }
  const first = await view.list(query)
  if (first.next !== null) return withTotal(first, media.length)
  const rest = mediaPage(media, '', limit - first.items.length)
  return withTotal(
    { items: [...first.items, ...rest.items], next: rest.next, total: first.total },
    media.length,
  )
}

const without = <K extends keyof SessionQuery>(query: SessionQuery, name: K) => {
  const { [name]: _, ...rest } = query
  return rest
}

/** A view of the sessions of our edges and of media servers together. */
export const withMediaSessions = (view: SessionView, media: MediaSessions): SessionView => ({
  ...view,
  list: async (query) => {
    const limit = query.limit ?? DEFAULT_LIMIT
    const own = matching(media(), query)
    const { sort, cursor } = query
    if (own.length === 0 && !isMediaCursor(cursor ?? '')) return await view.list(query)
    if (sort === undefined) return await unsorted(view, own, { ...query, limit })
    const page = await view.list({ ...query, limit })
    const merged = sortedPageOf([...page.items, ...own], { sort, limit, cursor })
    return withTotal({ ...merged, next: merged.next ?? page.next, total: page.total }, own.length)
  },
  show: async (id) =>
    media().find((session) => session.id === id || session.sid === id) ?? (await view.show(id)),
  numbers: async () => {
    const numbers = await view.numbers()
    return { ...numbers, totalClients: numbers.totalClients + media().length }
  },
})
