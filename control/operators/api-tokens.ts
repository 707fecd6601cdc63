import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { ApiToken, OperatorTables } from '../store/tables/operator-tables.ts'
import { isGranted, isRole, permissionsOf, type Role, withinGranted } from './roles.ts'

/** A token that holds now, and what it may do: what its scopes say, and no more than the person who made it. */
export interface HeldToken {
  readonly record: ApiToken
  readonly permissions: readonly string[]
  readonly isMasked: boolean
}

/** Tokens of the admin API for programs: each may do what its scopes say, until it expires, is removed, or the person who made it is. */
export interface ApiTokens {
  /** Makes a token; its text is given once and kept as a hash. */
  issue(wish: {
    readonly name: string
    readonly scopes: readonly string[]
    /** Unix milliseconds; `null` = never. */
    readonly expiresAt: number | null
    readonly by: string
    /** Id of the person; `null` where none signed in. */
    readonly maker: string | null
  }): Promise<{ readonly record: ApiToken; readonly token: string }>
  /** What a presented token may do; `null` for an unknown or expired one, and for one whose maker is gone. */
  find(token: string): Promise<HeldToken | null>
  /** Removes every token of a person; the names. */
  removeOf(maker: string): Promise<readonly string[]>
  /** Names of a person's tokens that say more than a role may do. */
  beyond(maker: string, role: Role): Promise<readonly string[]>
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
  { apiTokens, operators }: Pick<OperatorTables, 'apiTokens' | 'operators'>,
  now: () => number,
): ApiTokens => {
  const held = async (record: ApiToken): Promise<HeldToken | null> => {
    if (record.maker === null) return { record, permissions: record.scopes, isMasked: false }
    const role = (await operators.get(record.maker))?.role ?? ''
    if (!isRole(role)) return null
    const permissions = withinGranted(permissionsOf(role), record.scopes)
    return { record, permissions, isMasked: role === 'viewer' }
  }
  return {
    issue: async ({ name, scopes, expiresAt, by, maker }) => {
      const token = `${PREFIX}${randomBytes(TOKEN_BYTES).toString('base64url')}`
      const about = { name, hash: hashOf(token), scopes, createdBy: by, maker, createdAt: now() }
      const record: ApiToken = { id: randomUUID(), ...about, expiresAt, lastUsedAt: null }
      await apiTokens.put(record)
      return { record, token }
    },
    find: async (token) => {
      if (!isApiToken(token)) return null
      const found = await apiTokens.byHash(hashOf(token))
      const at = now()
      if (found === null || (found.expiresAt !== null && found.expiresAt <= at)) return null
      const use = await held(found)
      if (use !== null && at - (found.lastUsedAt ?? 0) > TOUCH_MS)
        await apiTokens.put({ ...found, lastUsedAt: at })
      return use
    },
    removeOf: async (maker) => {
      const made = await apiTokens.ofMaker(maker)
      for (const { id } of made) await apiTokens.remove(id)
      return made.map(({ name }) => name)
    },
    beyond: async (maker, role) => {
      const granted = permissionsOf(role)
      const made = await apiTokens.ofMaker(maker)
      return made
        .filter(({ scopes }) => scopes.some((scope) => !isGranted(granted, scope)))
        .map(({ name }) => name)
    },
  }
}
