import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { hash as argon2, verify } from '@node-rs/argon2'

const TOKEN_BYTES = 18

/** A new token: 144 random bits as 24 URL-safe characters. */
export const newToken = (): string => randomBytes(TOKEN_BYTES).toString('base64url')

/** The stored form of a token: HMAC-SHA-256 under the server key, hex. */
export const hashToken = (serverKey: Uint8Array, token: string): string =>
  createHmac('sha256', serverKey).update(token).digest('hex')

/** The stored form of a password: argon2id. */
export const hashPassword = async (password: string): Promise<string> => await argon2(password)

/** Whether a password is the one a stored form was made from; false where that form is none. */
export const verifyPassword = async (stored: string, password: string): Promise<boolean> => {
  try {
    return await verify(stored, password)
  } catch {
    return false
  }
}

/** Whether two secrets are the same, compared in constant time whatever their lengths. */
export const isSameSecret = (a: string, b: string): boolean => {
  const hash = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(hash(a), hash(b))
}
