import { createHmac, hash } from 'node:crypto'
import type { Crypto } from '#domain/credentials/crypto'

/** The domain's hash functions by Node's `crypto` module. */
export const nodeCrypto: Crypto = {
  sha256: (text) => hash('sha256', text, 'base64url'),
  hmac: (key, ...parts) => {
    const made = createHmac('sha256', key)
    for (const part of parts) made.update(part)
    return made.digest()
  },
}
