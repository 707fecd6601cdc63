import { StoreError } from '../sql/errors.ts'
import type { ListQuery, Page } from '../sql/list-query.ts'
import { listStatement, pageOf } from '../sql/list-query.ts'
import type { Sql, SqlParam, SqlValue } from '../sql/sql.ts'
import { quoted } from '../sql/sql.ts'
import type { Table } from '../sql/table.ts'
import { encode } from '../sql/table.ts'

/** Operations of every table. */
export interface Collection<Row> {
  get(key: string): Promise<Row | null>
  /** Inserts, or replaces what has the same key; doing it twice changes nothing. */
  put(record: Row): Promise<void>
  putAll(records: readonly Row[]): Promise<void>
  /** True when a row was deleted. */
  remove(key: string): Promise<boolean>
  list(query?: ListQuery<Row>): Promise<Page<Row>>
}

/** Further operations, for the tables' own methods. */
export interface TableAccess<Row> extends Collection<Row> {
  /** The first row a condition finds. */
  first(condition: string, params: readonly SqlParam[]): Promise<Row | null>
  all(condition: string, params: readonly SqlParam[]): Promise<Row[]>
  /** `putAll` as a part of a transaction already begun. */
  putAllIn(tx: Sql, records: readonly Row[]): Promise<void>
  /** Changes some fields of the row with this key, where `onlyIf` holds; true when it did. */
  change(key: string, changes: Partial<Row>, onlyIf?: string): Promise<boolean>
}

/** Creates the operations of one table. */
export function createCollection<Row>(sql: Sql, table: Table<Row>): TableAccess<Row> {
  const upsert = upsertOf(table)
  const from = `select ${table.select} from ${quoted(table.name)}`
  const byKey = `${quoted(table.key.name)} = $1`
  const all = async (condition: string, params: readonly SqlParam[]) => {
    const rows = await sql.query(`${from} where ${condition}`, params)
    return rows.map((row) => table.toRecord(row))
  }
  const first = async (condition: string, params: readonly SqlParam[]) =>
    (await all(`${condition} limit 1`, params))[0] ?? null
  const putAllIn = async (tx: Sql, records: readonly Row[]) => {
    // One statement must not name a key twice; the last one wins.
    const unique = [...new Map(records.map((record) => [record[table.key.field], record])).values()]
    const rows = unique.map((record) => table.toRow(record))
    const [only, ...others] = rows
    if (only === undefined) return
    if (others.length > 0) {
      await tx.stage(stageOf(table), table.columns, rows)
      await tx.query(upsert.staged)
    } else await tx.query(upsert.one, only)
  }
  const putAll = (records: readonly Row[]) => sql.write((tx) => putAllIn(tx, records))
  return {
    all,
    first,
    putAll,
    putAllIn,
    get: (key) => first(byKey, [key]),
    put: (record) => putAll([record]),
    remove: (key) =>
      sql.write(async (tx) => {
        const text = `delete from ${quoted(table.name)} where ${byKey} returning 1 as one`
        return (await tx.query(text, [key])).length > 0
      }),
    change: (key, changes, onlyIf) => changeRow(sql, table, { key, changes, onlyIf }),
    async list(query = {}) {
      const { text, params } = listStatement(table, query, sql.dialect)
      return pageOf(table, query, await sql.query(text, params))
    },
  }
}

const stageOf = <Row>(table: Table<Row>): string => `incoming_${table.name}`

/** The statements that add or replace one row, or those staged. */
function upsertOf<Row>(table: Table<Row>): { one: string; staged: string } {
  const updates = table.fields
    .filter((field) => !field.isFixed)
    .map((field) => `${quoted(field.name)} = excluded.${quoted(field.name)}`)
  const into = `insert into ${quoted(table.name)} (${table.select})`
  const values = table.fields.map((_, index) => `$${index + 1}`)
  const conflict = `on conflict (${quoted(table.key.name)}) do update set ${updates.join(', ')}`
  return {
    one: `${into} values (${values.join(', ')}) ${conflict}`,
    // Without "where true" the conflict clause would be read as a join's.
    staged: `${into} select ${table.select} from ${stageOf(table)} where true ${conflict}`,
  }
}

interface Change<Row> {
  readonly key: string
  readonly changes: Partial<Row>
  readonly onlyIf: string | undefined
}

async function changeRow<Row>(
  sql: Sql,
  table: Table<Row>,
  { key, changes, onlyIf }: Change<Row>,
): Promise<boolean> {
  const params: SqlValue[] = [key]
  const sets = Object.entries(changes).map(([name, value]) => {
    const field = table.field(name)
    if (field === undefined) throw new StoreError('store.query', `${table.name} has no ${name}`)
    return `${quoted(field.name)} = $${params.push(encode(value, field.kind))}`
  })
  const condition = onlyIf === undefined ? '' : ` and ${onlyIf}`
  const text = `update ${quoted(table.name)} set ${sets.join(', ')} where ${quoted(table.key.name)} = $1${condition} returning 1 as one`
  return sql.write(async (tx) => (await tx.query(text, params)).length > 0)
}
