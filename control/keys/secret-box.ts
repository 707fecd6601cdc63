import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** Encrypts secrets that must be readable later: tokens and passwords given by API. */
export interface SecretBox {
  /**
   * Encrypts a text with AES-256-GCM (NIST SP 800-38D) as `v1.<iv>.<tag>.<ciphertext>`, each part base64url.
   * `context` is authenticated data that names its use (`destination:ops`).
   */
  seal(text: string, context: string): string
  /** Decrypts a text. Throws an `Error` where key or context is another one, or the text was altered. */
  open(sealed: string, context: string): string
}

const KEY_BYTES = 32
/** 96 bits, the length NIST SP 800-38D recommends. */
const IV_BYTES = 12
const TAG_BYTES = 16
const VERSION = 'v1'

const isExisting = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'EEXIST'

/** Creates the key file atomically; where another process has created it meanwhile, its key is used. */
const makeKey = (file: string): void => {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const draft = `${file}.${randomBytes(6).toString('hex')}`
  writeFileSync(draft, `${randomBytes(KEY_BYTES).toString('base64url')}\n`, { mode: 0o600 })
  try {
    linkSync(draft, file)
  } catch (error) {
    if (!isExisting(error)) throw error
  } finally {
    rmSync(draft)
  }
}

const readKey = (file: string): Buffer | null => {
  try {
    return Buffer.from(readFileSync(file, 'utf8').trim(), 'base64url')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}

const keyOf = (file: string): Buffer => {
  if (readKey(file) === null) makeKey(file)
  const key = readKey(file)
  if (key?.length !== KEY_BYTES) {
    throw new Error(`${file} must hold the key that secrets were encrypted with: 43 characters`)
  }
  return key
}

/**
 * Encryption with the key in a file, which is created (readable by its owner only) with the first secret. Control planes
 * that share a database need the same file.
 */
export const createSecretBox = (file: string): SecretBox => {
  let key: Buffer | null = null
  const theKey = (): Buffer => {
    key ??= keyOf(file)
    return key
  }
  return {
    seal: (text, context) => {
      const iv = randomBytes(IV_BYTES)
      const cipher = createCipheriv('aes-256-gcm', theKey(), iv)
      cipher.setAAD(Buffer.from(context))
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      const parts = [iv, cipher.getAuthTag(), sealed].map((part) => part.toString('base64url'))
      return [VERSION, ...parts].join('.')
    },
    open: (sealed, context) => {
      const [version, ...parts] = sealed.split('.')
      const [iv, tag, body] = parts.map((part) => Buffer.from(part, 'base64url'))
      if (version !== VERSION || iv?.length !== IV_BYTES || tag?.length !== TAG_BYTES || !body)
        throw new Error('this is no encrypted secret')
      const decipher = createDecipheriv('aes-256-gcm', theKey(), iv, { authTagLength: TAG_BYTES })
      decipher.setAAD(Buffer.from(context))
      decipher.setAuthTag(tag)
      try {
        return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8')
      } catch {
        throw new Error(`a secret was encrypted with another key than that of ${file}`)
      }
    },
  }
}
