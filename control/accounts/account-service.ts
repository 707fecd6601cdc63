import { randomBytes } from 'node:crypto'
import type { ReasonId } from '#domain/reasons'
import type { Credential } from '#domain/types'
import type { Account, Token } from '../store/tables/records.ts'
import { createPasswordCache } from './password-cache.ts'
import { hashPassword, hashToken, newToken, type verifyPassword } from './secrets.ts'

/** The part of the store that the service uses. */
export interface AccountStore {
  account(id: string): Promise<Account | null>
  tokenByHash(hash: string): Promise<Token | null>
  tokenByUsername(username: string): Promise<Token | null>
  putToken(token: Token): Promise<void>
}

export type Identified =
  | {
      readonly outcome: 'known'
      readonly account: Account
      /** Empty where no token was shown. */
      readonly tokenId: string
    }
  | {
      readonly outcome: 'refused'
      readonly reason: ReasonId
      /** The account that may not watch now. */
      readonly account?: Account
    }

export interface AccountService {
  /** The account of a token or of a user with password. */
  identify(credential: Credential, now: number): Promise<Identified>
  /** An account by its id, as if it had shown one of its tokens; `null` where there is none. */
  named(id: string, now: number): Promise<Identified | null>
  /** The reason why an account may not watch now; `null` = it may. */
  standing(account: Account | null, now: number): ReasonId | null
  /** Creates a token; it is returned once and stored as a hash. */
  issueToken(
    accountId: string,
    label: string | null,
    now: number,
  ): Promise<{ id: string; token: string }>
  /** Sets user name and password for Xtream players. */
  setPassword(
    accountId: string,
    login: { username: string; password: string },
    now: number,
  ): Promise<string>
}

const newId = (): string => randomBytes(9).toString('base64url')

const createIssuer = (
  store: AccountStore,
  serverKey: () => Uint8Array,
): Pick<AccountService, 'issueToken' | 'setPassword'> => {
  type Secret = Pick<Token, 'id' | 'accountId' | 'kind' | 'username' | 'hash' | 'label'>
  const keep = async (secret: Secret, now: number): Promise<void> =>
    await store.putToken({ ...secret, createdAt: now, lastUsedAt: null, revokedAt: null })
  return {
    issueToken: async (accountId, label, now) => {
      const token = newToken()
      const id = newId()
      const hash = hashToken(serverKey(), token)
      await keep({ id, accountId, kind: 'token', username: null, hash, label }, now)
      return { id, token }
    },
    setPassword: async (accountId, { username, password }, now) => {
      const known = await store.tokenByUsername(username)
      const id = known?.id ?? newId()
      const hash = await hashPassword(password)
      await keep({ id, accountId, kind: 'xtream', username, hash, label: null }, now)
      return id
    },
  }
}

/** Identifies accounts by token or password, and sets these. Only hashes of secrets are stored; `verify` as in `createPasswordCache`. */
export const createAccountService = (
  store: AccountStore,
  serverKey: () => Uint8Array,
  verify?: typeof verifyPassword,
): AccountService => {
  const passwords = createPasswordCache(serverKey, verify)

  const standing: AccountService['standing'] = (account, now) => {
    if (!account) return 'token.unknown'
    if (!account.enabled) return 'account.disabled'
    return account.expiresAt !== null && account.expiresAt <= now ? 'account.expired' : null
  }

  const named = async (id: string, now: number, tokenId = ''): Promise<Identified | null> => {
    const account = await store.account(id)
    const reason = standing(account, now)
    if (!account) return null
    return reason === null
      ? { outcome: 'known', account, tokenId }
      : { outcome: 'refused', reason, account }
  }

  const admit = async ({ id, accountId }: Token, now: number): Promise<Identified> =>
    (await named(accountId, now, id)) ?? { outcome: 'refused', reason: 'token.unknown' }

  /** The row of a token; `null` where it is unknown or revoked. */
  const activeToken = async (text: string): Promise<Token | null> => {
    const token = await store.tokenByHash(hashToken(serverKey(), text))
    return token?.revokedAt === null ? token : null
  }

  /** For players that support only user name and password: the account's name with one of its tokens as password. */
  const byNameAndToken = async (login: {
    readonly username: string
    readonly password: string
  }): Promise<Token | null> => {
    const token = await activeToken(login.password)
    if (!token) return null
    const account = await store.account(token.accountId)
    return account?.id === login.username || account?.name === login.username ? token : null
  }

  const identify: AccountService['identify'] = async (credential, now) => {
    if (credential.kind === 'none') return { outcome: 'refused', reason: 'token.missing' }
    if (credential.kind === 'token') {
      const token = await activeToken(credential.token)
      return token ? await admit(token, now) : { outcome: 'refused', reason: 'token.unknown' }
    }
    const byToken = await byNameAndToken(credential)
    if (byToken !== null) return await admit(byToken, now)
    const token = await store.tokenByUsername(credential.username)
    const stored = token?.revokedAt === null ? token.hash : null
    const isRight = await passwords.verify(credential, stored)
    if (!token || !isRight) return { outcome: 'refused', reason: 'credentials.wrong' }
    return await admit(token, now)
  }

  return {
    identify,
    named: async (id, now) => await named(id, now),
    standing,
    ...createIssuer(store, serverKey),
  }
}
