import { isPassing, SourceError } from '../model/source-error.ts'
import { fetchHistory, fetchUsers, type Page } from './api.ts'
import type { CallParams, TautulliClient } from './client.ts'
import type { TautulliRow, TautulliUser } from './rows.ts'

const PAGE_LENGTH = 1000
const SMALL_PAGE_LENGTH = 100
const MOST_PAGES = 20_000

type FetchPage<Row> = (start: number, length: number) => Promise<Page<Row>>

const mayManageLess = (error: unknown): boolean =>
  error instanceof SourceError && isPassing(error.failure) && error.failure.kind !== 'unreachable'

/** Fetches pages; after the server failed on a large page, smaller ones are requested. */
const createPager = <Row>(fetchPage: FetchPage<Row>) => {
  let length = PAGE_LENGTH
  return async (start: number): Promise<Page<Row> & { readonly isShort: boolean }> => {
    try {
      const page = await fetchPage(start, length)
      return { ...page, isShort: page.rows.length < length }
    } catch (error) {
      if (length === SMALL_PAGE_LENGTH || !mayManageLess(error)) throw error
      length = SMALL_PAGE_LENGTH
      const page = await fetchPage(start, length)
      return { ...page, isShort: page.rows.length < length }
    }
  }
}

/** Reads a table to its end; rows that shift onto the next page meanwhile are given once. */
async function* readPages<Row>(
  fetchPage: FetchPage<Row>,
  keyOf: (row: Row) => string | number,
): AsyncGenerator<Row[]> {
  const known = new Set<string | number>()
  const pageAt = createPager(fetchPage)
  let start = 0
  for (let pages = 0; pages < MOST_PAGES; pages++) {
    const page = await pageAt(start)
    const before = known.size
    const fresh = page.rows.filter((row) => {
      const size = known.size
      return known.add(keyOf(row)).size > size
    })
    if (fresh.length > 0) yield fresh
    start += page.rows.length
    const isLast = page.total === null ? page.isShort : start >= page.total
    // A server that ignores `start` repeats its first page for ever.
    if (page.rows.length === 0 || isLast || known.size === before) break
  }
}

/** Every user, however many pages that takes; rows without an id are left out. */
export const readUsers = async (client: TautulliClient): Promise<TautulliUser[]> => {
  const users: TautulliUser[] = []
  const pages = readPages<TautulliUser>(
    (start, length) => fetchUsers(client, { start, length }),
    (user) => String(user.user_id),
  )
  for await (const page of pages) users.push(...page)
  return users.filter((user) => user.user_id !== null && user.user_id !== undefined)
}

/** Ids of one server's rows are all numbers or all texts. */
const rowKey = (row: TautulliRow): string | number =>
  typeof row.row_id === 'number' || (typeof row.row_id === 'string' && row.row_id !== '')
    ? row.row_id
    : `live ${String(row.session_key)} ${String(row.started)} ${String(row.machine_id)}`

interface HistoryQuestion {
  readonly user: string | number | null
  readonly after: string
  /** Past plays alone, in the order in which they began: what is played meanwhile is added at the end. */
  readonly oldestFirst?: boolean | undefined
}

/**
 * Every single play since a date, running ones included, page by page. Tautulli groups plays of an item by default
 * (`grouping=1`), and the address and device of a group are those of any one of its members: groups are not asked for.
 */
export const readHistory = (
  client: TautulliClient,
  { user, after, oldestFirst = false }: HistoryQuestion,
): AsyncIterable<TautulliRow[]> => {
  const order: CallParams = oldestFirst
    ? { include_activity: 0, order_column: 'date', order_dir: 'asc' }
    : { include_activity: 1 }
  const fixed: CallParams = { user_id: user, after, grouping: 0, ...order }
  return readPages<TautulliRow>(
    (start, length) => fetchHistory(client, { ...fixed, start, length }),
    rowKey,
  )
}
