import type { Sql } from '../sql/sql.ts'
import { defineTable } from '../sql/table.ts'
import { type Collection, createCollection } from './collection.ts'

/** A text of the configuration that was in use. */
export interface ConfigVersion {
  readonly id: string
  /** Path of the configuration's file. */
  readonly file: string
  /** When it came into use, Unix milliseconds. */
  readonly at: number
  /** Who brought it into use. */
  readonly by: string
  readonly note: string | null
  /** SHA-256 of the text, hex. */
  readonly digest: string
  /** The text, sealed: it may hold secrets. */
  readonly sealed: string
}

/** The table of the configuration's versions; field order is column order. */
export const CONFIG_TABLES = {
  configVersions: defineTable<ConfigVersion>({
    name: 'config_versions',
    key: 'id',
    fixed: ['at'],
    fields: {
      id: 'text',
      file: 'text',
      at: 'int',
      by: 'text',
      note: 'text?',
      digest: 'text',
      sealed: 'text',
    },
  }),
} as const

/** The collection of the configuration's versions. */
export interface ConfigTables {
  readonly configVersions: Collection<ConfigVersion>
}

/** The versions over a database or a transaction. */
export const createConfigTables = (sql: Sql): ConfigTables => ({
  configVersions: createCollection(sql, CONFIG_TABLES.configVersions),
})
