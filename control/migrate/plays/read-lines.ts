import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'

const GZIP = 0x1f8b

const isGzip = async (path: string): Promise<boolean> => {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0)
    return bytesRead === 2 && buffer.readUInt16BE(0) === GZIP
  } finally {
    await file.close()
  }
}

/** The lines of a file, packed with gzip or not. Throws where it cannot be read, or is cut off. */
export async function* linesOfFile(path: string): AsyncGenerator<string> {
  const isPacked = await isGzip(path)
  const raw = createReadStream(path)
  let input: Readable = raw
  if (isPacked) {
    const unpacked = createGunzip()
    raw.on('error', (error) => unpacked.destroy(error))
    input = raw.pipe(unpacked)
  }
  const reader = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })
  let failure: Error | null = null
  input.on('error', (error: Error) => {
    failure = error
    reader.close()
  })
  for await (const line of reader) yield line
  if (failure !== null) throw failure
}
