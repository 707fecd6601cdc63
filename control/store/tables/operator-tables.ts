import type { Sql } from '../sql/sql.ts'
import { defineTable } from '../sql/table.ts'
import { type Collection, createCollection } from './collection.ts'

/** Somebody who may sign in to the dashboard. Times are Unix milliseconds. */
export interface Operator {
  readonly id: string
  /** Lower case, unique. */
  readonly name: string
  /** `owner`, `operator` or `viewer`. */
  readonly role: string
  /** argon2id; `null` = signs in by link alone. */
  readonly passwordHash: string | null
  readonly createdAt: number
  readonly updatedAt: number
}

/** One browser that is signed in. */
export interface SignIn {
  /** SHA-256 of the cookie, hex. */
  readonly id: string
  readonly operator: string
  readonly createdAt: number
  readonly lastSeenAt: number
  readonly address: string
  readonly agent: string
}

/** The tables of people; field order is column order. */
export const OPERATOR_TABLES = {
  operators: defineTable<Operator>({
    name: 'operators',
    key: 'id',
    fixed: ['createdAt'],
    fields: {
      id: 'text',
      name: 'text',
      role: 'text',
      passwordHash: 'text?',
      createdAt: 'int',
      updatedAt: 'int',
    },
  }),
  signIns: defineTable<SignIn>({
    name: 'sign_ins',
    key: 'id',
    fixed: ['createdAt'],
    fields: {
      id: 'text',
      operator: 'text',
      createdAt: 'int',
      lastSeenAt: 'int',
      address: 'text',
      agent: 'text',
    },
  }),
} as const

/** Collections of people and their sign-ins. */
export interface OperatorTables {
  readonly operators: Collection<Operator> & { byName(name: string): Promise<Operator | null> }
  readonly signIns: Collection<SignIn> & { ofOperator(id: string): Promise<SignIn[]> }
}

/** The collections of people over a database or a transaction. */
export const createOperatorTables = (sql: Sql): OperatorTables => {
  const operators = createCollection(sql, OPERATOR_TABLES.operators)
  const signIns = createCollection(sql, OPERATOR_TABLES.signIns)
  return {
    operators: { ...operators, byName: (name) => operators.first('name = $1', [name]) },
    signIns: {
      ...signIns,
      ofOperator: (id) => signIns.all('operator = $1 order by created_at, id', [id]),
    },
  }
}
