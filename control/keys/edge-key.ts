import { createHash, createHmac, randomBytes } from 'node:crypto'

const KEY_BYTES = 24

/** The key of an edge on another machine: 192 random bits, shown once. */
export const newEdgeKey = (): string => randomBytes(KEY_BYTES).toString('base64url')

/** The stored form of an edge's key: SHA-256 in hex; the key is random, so a plain hash is enough. */
export const hashEdgeKey = (key: string): string => createHash('sha256').update(key).digest('hex')

/**
 * The HMAC key of pushes to an edge. Both sides derive it from the hash of the edge's key, the only form that
 * control stores.
 */
export const pushKeyOf = (keyHash: string): string =>
  createHmac('sha256', keyHash).update('gatehouse push').digest('hex')
