import { createHmac, randomBytes } from 'node:crypto'
import { hash, verify } from '@node-rs/argon2'

const TOKEN_BYTES = 18

/** A new token: 144 random bits as 24 URL-safe characters. */
export const newToken = (): string => randomBytes(TOKEN_BYTES).toString('base64url')

/** The stored form of a token: HMAC-SHA-256 under the server key, hex. */
export const hashToken = (serverKey: Uint8Array, token: string): string =>
  createHmac('sha256', serverKey).update(token).digest('hex')

/** The stored form of a password: argon2id. */
export const hashPassword = async (password: string): Promise<string> => await hash(password)

/** Whether a password is the one a stored form was made from; false where that form is none. */
export const verifyPassword = async (stored: string, password: string): Promise<boolean> => {
  try {
    return await verify(stored, password)
  } catch {
    return false
  }
}
