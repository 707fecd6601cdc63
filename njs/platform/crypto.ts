import hashes, { type Hash } from 'crypto'
import type { Crypto } from '../domain/credentials/crypto.ts'

/** A hash nobody writes to: a copy of it costs half of a new one. */
const blank: { sha256: Hash | null } = { sha256: null }

/** njs's own hashes behind the domain's port. */
export const nginxCrypto: Crypto = {
  sha256: (text) => {
    blank.sha256 ??= hashes.createHash('sha256')
    return blank.sha256.copy().update(text).digest('base64url')
  },
  hmac: (key, data) => hashes.createHmac('sha256', key).update(data).digest(),
}

/** Random bytes for ids minted while control is away. */
export const randomBytes = (length: number): Uint8Array => {
  const bytes = new Uint8Array(length)
  crypto.getRandomValues(bytes)
  return bytes
}
