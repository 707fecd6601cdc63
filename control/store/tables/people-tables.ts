import type { AccountRef } from '#domain/types'
import type { Sql } from '../sql/sql.ts'
import { defineTable } from '../sql/table.ts'
import { type Collection, createCollection } from './collection.ts'
import type { Json } from './records.ts'

/** A person with several accounts. Times are Unix milliseconds. */
export interface StoredPerson {
  readonly id: string
  readonly name: string | null
  /** A list of account references; the first speaks for all. */
  readonly accounts: Json
  readonly createdAt: number
  readonly updatedAt: number
}

/** A user of a media server, as last reported. */
export interface StoredServerUser {
  readonly account: AccountRef
  readonly server: string
  readonly name: string
  readonly email: string | null
  readonly seenAt: number
  /** When the server was first without this user; `null` while it has it. */
  readonly removedAt: number | null
}

/** The tables of people; field order is column order. */
const PEOPLE_TABLES = {
  people: defineTable<StoredPerson>({
    name: 'people',
    key: 'id',
    fixed: ['createdAt'],
    fields: { id: 'text', name: 'text?', accounts: 'json', createdAt: 'int', updatedAt: 'int' },
  }),
  serverUsers: defineTable<StoredServerUser>({
    name: 'server_users',
    key: 'account',
    fields: {
      account: 'text',
      server: 'text',
      name: 'text',
      email: 'text?',
      seenAt: 'int',
      removedAt: 'int?',
    },
  }),
} as const

/** Collections of people. */
export interface PeopleTables {
  readonly people: Collection<StoredPerson>
  readonly serverUsers: Collection<StoredServerUser>
}

/** The collections of people over a database or a transaction. */
export const createPeopleTables = (sql: Sql): PeopleTables => ({
  people: createCollection(sql, PEOPLE_TABLES.people),
  serverUsers: createCollection(sql, PEOPLE_TABLES.serverUsers),
})
