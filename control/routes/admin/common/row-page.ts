import { ProblemError } from '../../../plugins/problem.ts'
import { detail } from '../../../plugins/problem-texts.ts'
import { sortOrder } from './sort-order.ts'

/** What a list asks for. */
export interface PageRequest {
  readonly limit?: number
  readonly after?: string
  readonly sort?: string
}

type Value = string | number | null

/** Null sorts after every time: a ban without an end comes last. */
const order = (x: Value, y: Value): number => {
  if (x === y) return 0
  if (x === null || y === null) return x === null ? 1 : -1
  return x < y ? -1 : 1
}

const foreignCursor = (): ProblemError =>
  new ProblemError('request.invalid', detail('cursor.wrong'))

const isValue = (read: unknown): read is Value =>
  read === null || typeof read === 'string' || typeof read === 'number'

const readCursor = (text: string): [Value, string] => {
  try {
    const read: unknown = JSON.parse(Buffer.from(text, 'base64url').toString())
    const [value, id]: unknown[] = Array.isArray(read) ? read : []
    if (isValue(value) && typeof id === 'string') return [value, id]
  } catch {
    // Said in the description below.
  }
  throw foreignCursor()
}

const cursorOf = (place: readonly [Value, Value]): string =>
  Buffer.from(JSON.stringify(place)).toString('base64url')

/**
 * One page of rows that are all in memory, sorted by one of `fields` and continued behind a row
 * even when it is gone. Throws `request.invalid` for a foreign cursor or an unknown field.
 */
export const pageOfRows = <F extends string, Row extends Readonly<Record<F | 'id', Value>>>(
  rows: readonly Row[],
  wish: PageRequest,
  fields: readonly F[],
): { items: Row[]; next: string | null } => {
  const wanted = sortOrder(wish.sort, fields)
  const field: F | 'id' = wanted.sort ?? 'id'
  const sign = wanted.descending ? -1 : 1
  const compare = (a: readonly [Value, Value], b: readonly [Value, Value]): number =>
    sign * order(a[0], b[0]) || order(a[1], b[1])
  const placeOf = (row: Row): [Value, Value] => [row[field], row.id]
  const from = wish.after === undefined ? null : readCursor(wish.after)
  const behind = rows.filter((row) => from === null || compare(placeOf(row), from) > 0)
  behind.sort((a, b) => compare(placeOf(a), placeOf(b)))
  const items = behind.slice(0, wish.limit ?? behind.length)
  const last = items.at(-1)
  const isMore = items.length < behind.length && last !== undefined
  return { items, next: isMore ? cursorOf(placeOf(last)) : null }
}

/** Beyond this row no list is paged. */
const FARTHEST = 1_000_000

const readPlace = (after: string | undefined): [number, string] => {
  if (after === undefined) return [0, '']
  const [at, id] = readCursor(after)
  if (typeof at === 'number' && Number.isInteger(at) && at >= 0 && at < FARTHEST) return [at, id]
  throw foreignCursor()
}

/**
 * One page of a list in its own order, continued behind a row, or by its number where it is gone or has no id that may be told. `read` gets how many rows
 * are needed at most. Throws `request.invalid` for a foreign cursor.
 */
export const pageInOrder = async <Row>(
  read: (most: number) => readonly Row[] | Promise<readonly Row[]>,
  idOf: (row: Row) => string | number | null,
  { limit = 1000, after }: Omit<PageRequest, 'sort'>,
): Promise<{ items: Row[]; next: string | null }> => {
  const [at, id] = readPlace(after)
  const rows = await read(at + limit + 2)
  const known = id === '' ? -1 : rows.findIndex((row) => String(idOf(row)) === id)
  const start = known < 0 ? at : known + 1
  const items = rows.slice(start, start + limit)
  const last = items.at(-1)
  const isMore = last !== undefined && start + limit < rows.length
  return { items, next: isMore ? cursorOf([start + limit, String(idOf(last) ?? '')]) : null }
}
