import { StoreError } from './errors.ts'
import { plainText } from './plain-text.ts'
import type { Column, ColumnKind, SqlRow, SqlValue } from './sql.ts'
import { isSqlValue, quoted } from './sql.ts'

/** A table's columns as the fields of a record, in the order of the table. */
export interface Table<Row> {
  readonly name: string
  readonly fields: readonly Field<Row>[]
  readonly columns: readonly Column[]
  /** The column of the primary key. */
  readonly key: Field<Row>
  readonly select: string
  field(name: string): Field<Row> | undefined
  readonly toRow: (record: Row) => SqlValue[]
  readonly toRecord: (row: SqlRow) => Row
}

export interface Field<Row> extends Column {
  readonly field: keyof Row & string
  /** Never changed once written: left out of updates. */
  readonly isFixed: boolean
  /** Never null. */
  readonly isRequired: boolean
}

/** A question mark marks what may be null. */
export type FieldKind = ColumnKind | `${ColumnKind}?`

export interface TableSpec<Row> {
  readonly name: string
  readonly key: keyof Row & string
  readonly fields: Record<keyof Row & string, FieldKind>
  readonly fixed?: readonly (keyof Row & string)[]
}

const PLAIN: Record<FieldKind, ColumnKind> = {
  text: 'text',
  'text?': 'text',
  int: 'int',
  'int?': 'int',
  float: 'float',
  'float?': 'float',
  bool: 'bool',
  'bool?': 'bool',
  json: 'json',
  'json?': 'json',
  bytes: 'bytes',
  'bytes?': 'bytes',
}

/**
 * Describes a table once; names of columns are those of the fields in snake case. Throws a
 * `TypeError` where the key is no field.
 */
export function defineTable<Row>(spec: TableSpec<Row>): Table<Row> {
  const fixed = new Set<string>([spec.key, ...(spec.fixed ?? [])])
  const isField = (name: string): name is keyof Row & string => Object.hasOwn(spec.fields, name)
  const fields = Object.keys(spec.fields)
    .filter(isField)
    .map((field) => ({
      field,
      kind: PLAIN[spec.fields[field]],
      name: snakeCase(field),
      isFixed: fixed.has(field),
      isRequired: !spec.fields[field].endsWith('?'),
    }))
  const byName = new Map<string, Field<Row>>(fields.map((field) => [field.field, field]))
  const key = byName.get(spec.key)
  if (key === undefined) throw new TypeError(`${spec.name} has no field ${spec.key}`)
  return {
    name: spec.name,
    fields,
    columns: fields,
    key,
    select: fields.map((field) => quoted(field.name)).join(', '),
    field: (name) => byName.get(name),
    toRow: (record) => fields.map((field) => encode(record[field.field], field.kind)),
    toRecord: (row) => decodeRow(fields, row),
  }
}

/** `maxSessions` → `max_sessions`. */
export const snakeCase = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/**
 * A field's value as its column keeps it. Throws a `StoreError` (`store.query`) for a value of
 * another type.
 */
export function encode(value: unknown, kind: ColumnKind): SqlValue {
  if (value === null || value === undefined) return null
  if (kind === 'json') return JSON.stringify(value)
  if (typeof value === 'string') return plainText(value)
  if (isSqlValue(value)) return value
  throw new StoreError('store.query', `a column of ${kind} cannot hold a ${typeof value}`)
}

function decodeRow<Row>(fields: readonly Field<Row>[], row: SqlRow): Row {
  const record: Record<string, unknown> = {}
  for (const { field, name, kind } of fields) {
    const value = row[name] ?? null
    record[field] = kind === 'json' && typeof value === 'string' ? JSON.parse(value) : value
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the migration gives every column its type
  return record as Row
}
