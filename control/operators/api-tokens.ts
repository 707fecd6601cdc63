import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { ApiToken, OperatorTables } from '../store/tables/operator-tables.ts'

/** Tokens of the admin API for programs: each may do what its scopes say, until it expires or is removed. */
export interface ApiTokens {
  /** Makes a token; its text is given once and kept as a hash. */
  issue(wish: {
    readonly name: string
    readonly scopes: readonly string[]
    /** Unix milliseconds; `null` = never. */
    readonly expiresAt: number | null
    readonly by: string
  }): Promise<{ readonly record: ApiToken; readonly token: string }>
  /** The record a presented token belongs to; `null` for an unknown or expired one. */
  find(token: string): Promise<ApiToken | null>
}

const TOKEN_BYTES = 30
const TOUCH_MS = 60_000
/** So that a token found in a log or a repository is known for what it is. */
const PREFIX = 'gat_'

/** Whether a text looks like one of these tokens; the token of the state folder does not. */
export const isApiToken = (token: string): boolean => token.startsWith(PREFIX)

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex')

/** Tokens over the database; `now` in Unix milliseconds. */
export const createApiTokens = (
  { apiTokens }: Pick<OperatorTables, 'apiTokens'>,
  now: () => number,
): ApiTokens => ({
  issue: async ({ name, scopes, expiresAt, by }) => {
    const token = `${PREFIX}${randomBytes(TOKEN_BYTES).toString('base64url')}`
    const about = { name, hash: hashOf(token), scopes, createdBy: by, createdAt: now() }
    const record: ApiToken = { id: randomUUID(), ...about, expiresAt, lastUsedAt: null }
    await apiTokens.put(record)
    return { record, token }
  },
  find: async (token) => {
    if (!isApiToken(token)) return null
    const found = await apiTokens.byHash(hashOf(token))
    const at = now()
    if (found === null || (found.expiresAt !== null && found.expiresAt <= at)) return null
    if (at - (found.lastUsedAt ?? 0) > TOUCH_MS) await apiTokens.put({ ...found, lastUsedAt: at })
    return found
  },
})
