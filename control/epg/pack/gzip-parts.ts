import { promisify } from 'node:util'
import { constants, crc32, deflateRaw, deflateRawSync } from 'node:zlib'

/** A piece of a file, packed so that it can stand beside others in one gzip member. */
export interface PackedPart {
  /** Raw DEFLATE (RFC 1951) that ends on a byte, without a last block. */
  readonly bytes: Uint8Array
  readonly crc: number
  /** Bytes it unpacks to. */
  readonly size: number
}

/** What of a part is needed for the end of the file. */
export type PartSum = Pick<PackedPart, 'crc' | 'size'>

const pack = promisify<Uint8Array, object, Buffer>(deflateRaw)

const OPTIONS = { level: 6, finishFlush: constants.Z_FULL_FLUSH }

/** Packs a piece so that no other piece is needed to unpack it. */
export const packPart = async (text: string): Promise<PackedPart> => {
  const plain = Buffer.from(text)
  return { bytes: await pack(plain, OPTIONS), crc: crc32(plain), size: plain.length }
}

/** {@link packPart} in the calling thread, whose priority it has then. */
export const packPartHere = (text: string): PackedPart => {
  const plain = Buffer.from(text)
  return { bytes: deflateRawSync(plain, OPTIONS), crc: crc32(plain), size: plain.length }
}

/** The head of a gzip file without a name or time (RFC 1952). */
export const GZIP_HEAD: Uint8Array = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255)

const POLYNOMIAL = 0xedb88320

const times = (matrix: readonly number[], vector: number): number => {
  let sum = 0
  for (let bit = 0, left = vector; left !== 0; bit += 1, left >>>= 1)
    if ((left & 1) === 1) sum ^= matrix[bit] ?? 0
  return sum >>> 0
}

const squared = (matrix: readonly number[]): number[] => matrix.map((row) => times(matrix, row))

/** Matrices that append 1, 2, 4 … zero bytes to what a CRC-32 was made of. */
const zeroBytes: readonly (readonly number[])[] = (() => {
  const oneBit = [POLYNOMIAL, ...Array.from({ length: 31 }, (_, bit) => 2 ** bit)]
  const found: number[][] = []
  let matrix = squared(squared(squared(oneBit)))
  for (let power = 0; power < 40; power += 1) {
    found.push(matrix)
    matrix = squared(matrix)
  }
  return found
})()

/** The CRC-32 of two pieces one after the other, as zlib's `crc32_combine` finds it. */
export const combineCrc = (first: number, second: number, secondSize: number): number => {
  let crc = first
  for (let power = 0, left = secondSize; left > 0; power += 1, left = Math.floor(left / 2))
    if (left % 2 === 1) crc = times(zeroBytes[power] ?? [], crc)
  return (crc ^ second) >>> 0
}

/** The end of a gzip file of these parts: an empty last block, checksum and size. */
export const gzipTail = (parts: Iterable<PartSum>): Uint8Array => {
  let crc = 0
  let size = 0
  for (const part of parts) {
    crc = combineCrc(crc, part.crc, part.size)
    size += part.size
  }
  const tail = Buffer.alloc(10)
  tail[0] = 3
  tail.writeUInt32LE(crc, 2)
  tail.writeUInt32LE(size % 2 ** 32, 6)
  return tail
}
