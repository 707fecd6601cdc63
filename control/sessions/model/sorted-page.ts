import type { LiveSession } from './live-session.ts'
import type { SessionQuery } from './session-view.ts'

type Sort = NonNullable<SessionQuery['sort']>
/** What a session is sorted by, and its id where that is the same. */
type Place = readonly [number | string, string]

const placeOf = (session: LiveSession, sort: Sort): Place => {
  const field = sort.replace('-', '')
  if (field === 'channel') return [session.channel, session.id]
  if (field === 'bytes') return [session.bytes, session.id]
  return [field === 'openedAt' ? session.openedAt : session.lastSeenAt, session.id]
}

const compareBy = (sort: Sort) => {
  const sign = sort.startsWith('-') ? -1 : 1
  return ([x, a]: Place, [y, b]: Place): number => {
    if (x === y) return a === b ? 0 : a < b ? -1 : 1
    return sign * (x < y ? -1 : 1)
  }
}

/** Where a page of sorted sessions ended; `null` = never said by one. */
const readPlace = (cursor: string, sort: Sort): Place | null => {
  try {
    const read: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    const [value, id]: unknown[] = Array.isArray(read) ? read : []
    if (typeof id !== 'string') return null
    if (sort === 'channel') return typeof value === 'string' ? [value, id] : null
    return typeof value === 'number' ? [value, id] : null
  } catch {
    // Not JSON: not a valid cursor.
    return null
  }
}

/** Whether a cursor is one of this sort order. */
export const isSortedPlace = (cursor: string, sort: Sort): boolean =>
  readPlace(cursor, sort) !== null

/** One page of all matches, continued behind a session even when it is gone. */
export const sortedPageOf = (
  sessions: readonly LiveSession[],
  wish: { readonly sort: Sort; readonly limit: number; readonly cursor: string | undefined },
): { items: LiveSession[]; next: string | null } => {
  const { sort, limit, cursor } = wish
  const compare = compareBy(sort)
  const from = cursor === undefined ? null : readPlace(cursor, sort)
  const behind = sessions
    .filter((session) => from === null || compare(placeOf(session, sort), from) > 0)
    .sort((a, b) => compare(placeOf(a, sort), placeOf(b, sort)))
  const items = behind.slice(0, limit)
  const last = items.at(-1)
  const isMore = last !== undefined && behind.length > limit
  const next = isMore
    ? Buffer.from(JSON.stringify(placeOf(last, sort))).toString('base64url')
    : null
  return { items, next }
}
