import { createHash, createHmac } from 'node:crypto'
import type { Crypto } from '#domain/credentials/crypto'

/** Node's hashes behind the domain's port. */
export const nodeCrypto: Crypto = {
  sha256: (text) => createHash('sha256').update(text).digest('base64url'),
  hmac: (key, data) => createHmac('sha256', key).update(data).digest(),
}
