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

/** A token of the admin API that may do what its scopes say. */
export interface ApiToken {
  readonly id: string
  readonly name: string
  /** SHA-256 of the token, hex. */
  readonly hash: string
  /** Permissions of routes, such as `sessions:read`. */
  readonly scopes: readonly string[]
  /** Who made it. */
  readonly createdBy: string
  /** Id of that person; `null` = none signed in. */
  readonly maker: string | null
  readonly createdAt: number
  /** `null` = never. */
  readonly expiresAt: number | null
  readonly lastUsedAt: number | null
}

/** The second factor of somebody who signs in (TOTP, RFC 6238). */
export interface SecondFactor {
  readonly operator: string
  /** The shared secret, sealed. */
  readonly secret: string
  /** `null` = shown, and no code of it was typed in yet: not asked for. */
  readonly confirmedAt: number | null
  /** The time step of the last code that was taken: none is taken twice. */
  readonly lastStep: number
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
  apiTokens: defineTable<ApiToken>({
    name: 'api_tokens',
    key: 'id',
    fixed: ['createdAt'],
    fields: {
      id: 'text',
      name: 'text',
      hash: 'text',
      scopes: 'json',
      createdBy: 'text',
      maker: 'text?',
      createdAt: 'int',
      expiresAt: 'int?',
      lastUsedAt: 'int?',
    },
  }),
  secondFactors: defineTable<SecondFactor>({
    name: 'second_factors',
    key: 'operator',
    fields: { operator: 'text', secret: 'text', confirmedAt: 'int?', lastStep: 'int' },
  }),
} as const

/** Collections of people and their sign-ins. */
export interface OperatorTables {
  readonly operators: Collection<Operator> & { byName(name: string): Promise<Operator | null> }
  readonly signIns: Collection<SignIn> & { ofOperator(id: string): Promise<SignIn[]> }
  readonly apiTokens: Collection<ApiToken> & {
    byHash(hash: string): Promise<ApiToken | null>
    ofMaker(id: string): Promise<ApiToken[]>
  }
  readonly secondFactors: Collection<SecondFactor> & {
    /** Takes the code of a time step, if none of this or a later one was taken; true when it did, for one of many at once. */
    takeStep(
      operator: string,
      taken: Pick<SecondFactor, 'confirmedAt' | 'lastStep'>,
    ): Promise<boolean>
  }
}

/** The collections of people over a database or a transaction. */
export const createOperatorTables = (sql: Sql): OperatorTables => {
  const operators = createCollection(sql, OPERATOR_TABLES.operators)
  const signIns = createCollection(sql, OPERATOR_TABLES.signIns)
  const apiTokens = createCollection(sql, OPERATOR_TABLES.apiTokens)
  const secondFactors = createCollection(sql, OPERATOR_TABLES.secondFactors)
  return {
    apiTokens: {
      ...apiTokens,
      byHash: (hash) => apiTokens.first('hash = $1', [hash]),
      ofMaker: (id) => apiTokens.all('maker = $1 order by name, id', [id]),
    },
    secondFactors: {
      ...secondFactors,
      takeStep: async (operator, taken) =>
        await secondFactors.change(operator, taken, `last_step < ${Math.trunc(taken.lastStep)}`),
    },
    operators: { ...operators, byName: (name) => operators.first('name = $1', [name]) },
    signIns: {
      ...signIns,
      ofOperator: (id) => signIns.all('operator = $1 order by created_at, id', [id]),
    },
  }
}
