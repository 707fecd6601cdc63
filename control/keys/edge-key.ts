import { createHash, createHmac, randomBytes } from 'node:crypto'

const KEY_BYTES = 24

/** The key of an edge on another machine: 192 random bits, shown once. */
export const newEdgeKey = (): string => randomBytes(KEY_BYTES).toString('base64url')

/** The stored form of an edge's key: SHA-256 in hex; the key is random, so a plain hash is enough. */
export const hashEdgeKey = (key: string): string => createHash('sha256').update(key).digest('hex')

/**
 * The key pushes to an edge are signed with. Both sides derive it from the hash, since control keeps nothing
 * else.
 */
export const pushKeyOf = (keyHash: string): string =>
  createHmac('sha256', keyHash).update('gatehouse push').digest('hex')
