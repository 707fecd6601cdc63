import hashes, { type Hash } from 'crypto'
import type { Crypto } from '../domain/credentials/crypto.ts'

/** An empty hash that is only copied: a copy costs half as much as a new one. */
const blank: { sha256: Hash | null } = { sha256: null }

/** The domain's hash functions by njs's `crypto` module. */
export const nginxCrypto: Crypto = {
  sha256: (text) => {
    blank.sha256 ??= hashes.createHash('sha256')
    return blank.sha256.copy().update(text).digest('base64url')
  },
  hmac: (key, ...parts) => {
    const made = hashes.createHmac('sha256', key)
    for (const part of parts) made.update(part)
    return made.digest()
  },
}

/** Random bytes not given out yet: to draw many costs little more than to draw a few. */
const drawn = { bytes: new Uint8Array(768), used: 768 }

/** Random bytes, at most 768, for session ids. */
export const randomBytes = (length: number): Uint8Array => {
  if (drawn.used + length > drawn.bytes.length) {
    crypto.getRandomValues(drawn.bytes)
    drawn.used = 0
  }
  const bytes = drawn.bytes.slice(drawn.used, drawn.used + length)
  drawn.bytes.fill(0, drawn.used, drawn.used + length)
  drawn.used += length
  return bytes
}

/** Ids not given out yet. */
const ids = { text: '', used: 0 }
const ID_LENGTH = 16

/** 12 random bytes as 16 base64url characters. */
export const randomId = (): string => {
  if (ids.used === ids.text.length) {
    ids.text = Buffer.from(crypto.getRandomValues(new Uint8Array(768))).toString('base64url')
    ids.used = 0
  }
  ids.used += ID_LENGTH
  return ids.text.slice(ids.used - ID_LENGTH, ids.used)
}
