import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'

const GZIP = 0x1f8b

const headOf = async (path: string): Promise<{ isGzip: boolean; size: number }> => {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0)
    const { size } = await file.stat()
    return { isGzip: bytesRead === 2 && buffer.readUInt16BE(0) === GZIP, size }
  } finally {
    await file.close()
  }
}

/** The bytes of a file, unpacked where gzip packed them, and how much of the file was read, 0 to 1. Throws where there is none. */
export const openPacked = async (
  path: string,
): Promise<{ readonly bytes: Readable; fraction(): number }> => {
  const { isGzip, size } = await headOf(path)
  const raw = createReadStream(path)
  const fraction = (): number => (size === 0 ? 1 : raw.bytesRead / size)
  if (!isGzip) return { bytes: raw, fraction }
  const unpacked = createGunzip()
  raw.on('error', (error) => unpacked.destroy(error))
  return { bytes: raw.pipe(unpacked), fraction }
}
