import { createHash, createHmac } from 'node:crypto'
import type { Crypto } from '#domain/credentials/crypto'

/** Node's hashes behind the domain's port. */
export const nodeCrypto: Crypto = {
  sha256: (text) => createHash('sha256').update(text).digest('base64url'),
  hmac: (key, ...parts) => {
    const made = createHmac('sha256', key)
    for (const part of parts) made.update(part)
    return made.digest()
  },
}
