import { fetchHistory, fetchUsers, type Page } from './tautulli-api.ts'
import type { CallParams, TautulliClient } from './tautulli-client.ts'
import { isPassing, TautulliError } from './tautulli-error.ts'
import type { TautulliRow, TautulliUser } from './tautulli-rows.ts'

const PAGE_LENGTH = 1000
const SMALL_PAGE_LENGTH = 100
const MOST_PAGES = 20_000

type FetchPage<Row> = (start: number, length: number) => Promise<Page<Row>>

/** A page the server stumbles over is asked for again in small pieces, which it may manage. */
const fetchGently = async <Row>(fetchPage: FetchPage<Row>, start: number): Promise<Page<Row>> => {
  try {
    return await fetchPage(start, PAGE_LENGTH)
  } catch (error) {
    const mayHelp = error instanceof TautulliError && isPassing(error.failure)
    if (!mayHelp || error.failure.kind === 'unreachable') throw error
    return await fetchPage(start, SMALL_PAGE_LENGTH)
  }
}

/** Reads a table to its end; rows that shift onto the next page meanwhile are kept once. */
const readAll = async <Row>(
  fetchPage: FetchPage<Row>,
  keyOf: (row: Row) => string,
): Promise<Row[]> => {
  const rows = new Map<string, Row>()
  let start = 0
  for (let pages = 0; pages < MOST_PAGES; pages++) {
    const page = await fetchGently(fetchPage, start)
    const before = rows.size
    for (const row of page.rows) rows.set(keyOf(row), row)
    start += page.rows.length
    const isLast = page.total === null ? page.rows.length < PAGE_LENGTH : start >= page.total
    // A server that ignores `start` repeats its first page for ever.
    if (page.rows.length === 0 || isLast || rows.size === before) break
  }
  return [...rows.values()]
}

/** Every user, however many pages that takes; rows without an id are left out. */
export const readUsers = async (client: TautulliClient): Promise<TautulliUser[]> => {
  const users = await readAll<TautulliUser>(
    (start, length) => fetchUsers(client, { start, length }),
    (user) => String(user.user_id),
  )
  return users.filter((user) => user.user_id !== null && user.user_id !== undefined)
}

const rowKey = (row: TautulliRow): string =>
  typeof row.row_id === 'number'
    ? String(row.row_id)
    : `live ${String(row.session_key)} ${String(row.started)} ${String(row.machine_id)}`

/** Every single play of a user since a date, running ones included. */
export const readHistory = (
  client: TautulliClient,
  userId: unknown,
  after: string,
): Promise<TautulliRow[]> => {
  const fixed: CallParams = { user_id: String(userId), after, grouping: 0, include_activity: 1 }
  return readAll<TautulliRow>(
    (start, length) => fetchHistory(client, { ...fixed, start, length }),
    rowKey,
  )
}
