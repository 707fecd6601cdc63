import type { Column, ColumnKind, SqlRow, SqlValue } from './sql.ts'
import { quoted } from './sql.ts'

/** A table's columns as the fields of a record, in the order of the table. */
export interface Table<Row> {
  readonly name: string
  readonly fields: readonly Field<Row>[]
  readonly columns: readonly Column[]
  /** The column of the primary key. */
  readonly key: Field<Row>
  readonly select: string
  field(name: string): Field<Row> | undefined
  toRow(record: Row): SqlValue[]
  toRecord(row: SqlRow): Row
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

/** Describes a table once; names of columns are those of the fields in snake case. */
export function defineTable<Row>(spec: TableSpec<Row>): Table<Row> {
  const fixed = new Set<string>([spec.key, ...(spec.fixed ?? [])])
  const entries = Object.entries(spec.fields) as [keyof Row & string, FieldKind][]
  const fields = entries.map(([field, kind]) => ({
    field,
    kind: kind.replace('?', '') as ColumnKind,
    name: snakeCase(field),
    isFixed: fixed.has(field),
    isRequired: !kind.endsWith('?'),
  }))
  const byName = new Map(fields.map((field) => [field.field as string, field]))
  return {
    name: spec.name,
    fields,
    columns: fields,
    key: byName.get(spec.key) as Field<Row>,
    select: fields.map((field) => quoted(field.name)).join(', '),
    field: (name) => byName.get(name),
    toRow: (record) => fields.map((field) => encode(record[field.field], field.kind)),
    toRecord: (row) => decodeRow(fields, row),
  }
}

/** `maxSessions` → `max_sessions`. */
export const snakeCase = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** A field's value as its column keeps it. */
export function encode(value: unknown, kind: ColumnKind): SqlValue {
  if (value === null || value === undefined) return null
  return kind === 'json' ? JSON.stringify(value) : (value as SqlValue)
}

function decodeRow<Row>(fields: readonly Field<Row>[], row: SqlRow): Row {
  const record: Record<string, unknown> = {}
  for (const { field, name, kind } of fields) {
    const value = row[name] ?? null
    record[field] = kind === 'json' && value !== null ? JSON.parse(value as string) : value
  }
  return record as Row
}
