import { StoreError } from './errors.ts'
import type { Dialect, SqlParam, SqlRow, SqlValue } from './sql.ts'
import { isSqlValue, quoted } from './sql.ts'
import type { Field, Table } from './table.ts'

/** What a field must be: this value, one of several, at least `from` and below `to`, or text that contains. */
export type Condition<Value> =
  | Value
  | { readonly in: readonly Value[] }
  | { readonly from?: Value; readonly to?: Value }
  | { readonly contains: string }

export type Filter<Row> = { readonly [Key in keyof Row]?: Condition<Row[Key]> | undefined }

export interface ListQuery<Row> {
  readonly where?: Filter<Row> | undefined
  /** The primary key when left out; it always breaks ties. */
  readonly sort?: (keyof Row & string) | undefined
  readonly descending?: boolean | undefined
  /** `next` of the page before. */
  readonly after?: string | undefined
  /** 1 to 1000, 100 by default. */
  readonly limit?: number | undefined
}

export interface Page<Row> {
  readonly rows: readonly Row[]
  /** Pass as `after`; `null` on the last page. */
  readonly next: string | null
}

export interface Statement {
  readonly text: string
  readonly params: readonly SqlParam[]
}

const DEFAULT_LIMIT = 100
const MAX_LIMIT = 1000

/** How many rows a query asks for. */
export const limitOf = (query: { limit?: number | undefined }): number =>
  Math.max(1, Math.min(query.limit ?? DEFAULT_LIMIT, MAX_LIMIT))

/**
 * Builds the statement for one page and one row more, which shows whether another page follows.
 * Throws a `StoreError` (`store.query`) for an unknown field or a foreign cursor.
 */
export function listStatement<Row>(
  table: Table<Row>,
  query: ListQuery<Row>,
  dialect: Dialect,
): Statement {
  const params: SqlParam[] = []
  const bind = (value: SqlParam): string => `$${params.push(value)}`
  const sort = fieldOf(table, query.sort ?? table.key.field)
  const order = [orderTerm(sort, dialect), orderTerm(table.key, dialect)]
  const conditions = conditionsOf(table, query.where ?? {}, bind)
  if (query.after !== undefined) {
    const [value, key] = readCursor(query.after, sort, table.key)
    const beyond = query.descending === true ? '<' : '>'
    const at = bind(value)
    // The first half alone lets the engine skip what lies on earlier pages.
    conditions.push(`${order[0]} ${beyond}= ${at}`)
    conditions.push(`(${order[0]} ${beyond} ${at} or ${order[1]} ${beyond} ${bind(key)})`)
  }
  const direction = query.descending === true ? ' desc' : ''
  const where = conditions.length > 0 ? ` where ${conditions.join(' and ')}` : ''
  const by = order.map((term) => term + direction).join(', ')
  const limit = bind(limitOf(query) + 1)
  const text = `select ${table.select} from ${quoted(table.name)}${where} order by ${by} limit ${limit}`
  return { text, params }
}

/** Turns the rows fetched into a page. */
export function pageOf<Row>(
  table: Table<Row>,
  query: ListQuery<Row>,
  rows: readonly SqlRow[],
): Page<Row> {
  const limit = limitOf(query)
  const kept = rows.slice(0, limit)
  const last = kept.at(-1)
  const sort = fieldOf(table, query.sort ?? table.key.field)
  const hasMore = rows.length > limit && last !== undefined
  const next = hasMore ? writeCursor(sortValue(last, sort), sortValue(last, table.key)) : null
  return { rows: kept.map((row) => table.toRecord(row)), next }
}

function conditionsOf<Row>(
  table: Table<Row>,
  filter: Filter<Row>,
  bind: (value: SqlParam) => string,
): string[] {
  const conditions: string[] = []
  for (const [name, condition] of Object.entries(filter)) {
    if (condition === undefined) continue
    conditions.push(conditionOn(fieldOf(table, name), condition, bind))
  }
  return conditions
}

interface Tests {
  readonly in?: readonly SqlValue[]
  readonly from?: SqlValue
  readonly to?: SqlValue
  readonly contains?: string
}

function conditionOn<Row>(
  field: Field<Row>,
  condition: unknown,
  bind: (value: SqlParam) => string,
): string {
  const column = quoted(field.name)
  if (condition === null) return `${column} is null`
  if (isSqlValue(condition)) return `${column} = ${bind(condition)}`
  if (typeof condition !== 'object') return 'true'
  const test: Tests = condition
  const parts: string[] = []
  if (test.in !== undefined) {
    // An empty list matches nothing, and `in ()` is no SQL.
    parts.push(test.in.length === 0 ? 'false' : `${column} in (${test.in.map(bind).join(', ')})`)
  }
  if (test.from !== undefined) parts.push(`${column} >= ${bind(test.from)}`)
  if (test.to !== undefined) parts.push(`${column} < ${bind(test.to)}`)
  if (test.contains !== undefined) {
    parts.push(`position(lower(${bind(test.contains)}) in lower(${column})) > 0`)
  }
  return parts.length > 0 ? parts.join(' and ') : 'true'
}

function fieldOf<Row>(table: Table<Row>, name: string): Field<Row> {
  const field = table.field(name)
  if (field === undefined || field.kind === 'json' || field.kind === 'bytes') {
    throw new StoreError('store.query', `${table.name} cannot be filtered or sorted by ${name}`)
  }
  return field
}

/** Nulls sort lowest on both engines, and as a value, so that a cursor can point at them. */
function orderTerm<Row>(field: Field<Row>, dialect: Dialect): string {
  const column = quoted(field.name)
  if (field.kind === 'bool') return `case when ${column} then 1 else 0 end`
  const collation = field.kind === 'text' ? dialect.binaryCollation : ''
  if (field.isRequired) return column + collation
  return `coalesce(${column}, ${field.kind === 'text' ? "''" : LOWEST})${collation}`
}

const LOWEST = -9007199254740991

/** A row's sort key, nulls and booleans made comparable. */
function sortValue<Row>(row: SqlRow, field: Field<Row>): string | number {
  const value = row[field.name]
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value === 'string' || typeof value === 'number') return value
  return field.kind === 'text' ? '' : LOWEST
}

const writeCursor = (value: string | number, key: string | number): string =>
  Buffer.from(JSON.stringify([value, key])).toString('base64url')

function readCursor<Row>(
  cursor: string,
  sort: Field<Row>,
  key: Field<Row>,
): [string | number, string | number] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    const [at, last]: unknown[] = Array.isArray(parts) ? parts : []
    if (isSortValue(at, sort) && isSortValue(last, key)) return [at, last]
  } catch {
    // Falls through to the one error below.
  }
  throw new StoreError('store.query', 'the cursor is not one of ours')
}

const isSortValue = <Row>(value: unknown, field: Field<Row>): value is string | number =>
  typeof value === (field.kind === 'text' ? 'string' : 'number')
