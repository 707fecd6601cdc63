import { createHmac } from 'node:crypto'
import pLimit from 'p-limit'
import { hashPassword, verifyPassword } from './secrets.ts'

/** Verifies passwords, and caches successful verifications, so that argon2id runs once for each. */
export interface PasswordCache {
  verify(
    login: { readonly username: string; readonly password: string },
    stored: string | null,
  ): Promise<boolean>
}

const REMEMBERED = 100_000
const AT_ONCE = 2
const QUEUE = 64

/** Limits argon2 to a few runs at once with a short queue, so that guessing does not use all processors. */
const createConcurrencyLimit = () => {
  const limit = pLimit(AT_ONCE)
  return async (check: () => Promise<boolean>): Promise<boolean> =>
    limit.pendingCount < QUEUE && (await limit(check))
}

/** `verify` compares a stored form with a password, by argon2id; a test counts how often. */
export const createPasswordCache = (
  serverKey: () => Uint8Array,
  verify = verifyPassword,
): PasswordCache => {
  const right = new Map<string, string>()
  const limit = createConcurrencyLimit()
  const unknownUser = hashPassword('no such user')

  return {
    verify: async ({ username, password }, stored) => {
      const mark = createHmac('sha256', serverKey())
        .update(`${username.length}:${username}:${password}`)
        .digest('base64url')
      if (stored !== null && right.get(mark) === stored) return true
      // An unknown user takes as long as a known one, so that response times do not reveal which
      // names exist.
      const isRight = await limit(async () => await verify(stored ?? (await unknownUser), password))
      if (!isRight || stored === null) return false
      if (right.size >= REMEMBERED) right.clear()
      right.set(mark, stored)
      return true
    },
  }
}
