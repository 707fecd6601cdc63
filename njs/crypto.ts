import hashes from 'crypto'
import type { Crypto } from './domain/crypto.ts'

/** njs's own hashes behind the domain's port. */
export const nginxCrypto: Crypto = {
  sha256: (text) => hashes.createHash('sha256').update(text).digest('base64url'),
  hmac: (key, data) => hashes.createHmac('sha256', key).update(data).digest(),
}

/** Random bytes for ids minted while control is away. */
export const randomBytes = (length: number): Uint8Array => {
  const bytes = new Uint8Array(length)
  crypto.getRandomValues(bytes)
  return bytes
}
