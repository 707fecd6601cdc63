import { createHash, randomUUID } from 'node:crypto'
import { createWriteStream, mkdirSync, openSync, rmSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'

/** An upload that is larger than what is taken. */
export class UploadTooLarge extends Error {
  /** In bytes. */
  readonly limit: number
  constructor(limit: number) {
    super(`it is larger than ${limit} bytes`)
    this.limit = limit
  }
}

/** An upload as a file. */
export interface Received {
  readonly path: string
  /** SHA-256 of the content, in hex. */
  readonly digest: string
  readonly bytes: number
}

/** Removes uploads that a stop broke off. */
export const removePartial = async (folder: string): Promise<void> => {
  for (const name of await readdir(folder).catch(() => []))
    if (name.endsWith('.part')) rmSync(join(folder, name), { force: true })
}

/**
 * Writes an upload into a file of its own below `folder`, mode 0600, never holding more of it than a chunk. Throws an {@link UploadTooLarge}
 * for more than `limit` bytes, and what reading and writing throw; no file is left then.
 */
export const receiveUpload = async (
  body: Readable,
  folder: string,
  limit: number,
): Promise<Received> => {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, `${randomUUID()}.part`)
  const hash = createHash('sha256')
  let bytes = 0
  const counted = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      bytes += chunk.length
      hash.update(chunk)
      done(bytes > limit ? new UploadTooLarge(limit) : null, chunk)
    },
  })
  try {
    // Opened at once: a file that is still being opened would appear after it was removed.
    await pipeline(body, counted, createWriteStream(path, { fd: openSync(path, 'wx', 0o600) }))
  } catch (error) {
    rmSync(path, { force: true })
    throw error
  }
  return { path, digest: hash.digest('hex'), bytes }
}
