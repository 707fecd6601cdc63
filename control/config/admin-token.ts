import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

const TOKEN_BYTES = 24

/**
 * Reads the admin token; the first time, creates its file, readable by its owner only. Throws an
 * `Error` for a token shorter than 16 characters.
 */
export const adminToken = (file: string): string => {
  if (existsSync(file)) {
    const token = readFileSync(file, 'utf8').trim()
    if (token.length < 16) throw new Error(`${file} must hold at least 16 characters`)
    return token
  }
  const token = randomBytes(TOKEN_BYTES).toString('base64url')
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  writeFileSync(file, `${token}\n`, { mode: 0o600 })
  chmodSync(file, 0o600)
  return token
}

/** A comparison with a token in constant time; only its hash is kept. */
export const tokenCheck = (token: string): ((presented: string) => boolean) => {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  const kept = digest(token)
  return (presented) => timingSafeEqual(kept, digest(presented))
}
