import zlib from 'zlib'

const FLAGS = { name: 8, comment: 16, extra: 4, check: 2 } as const

/** Most bytes that are unpacked here, in one go: 1,032 times as many come out at most (zlib.net/zlib_tech.html). */
const MOST_PACKED = 32_768
/** Most bytes of an unpacked document. */
const MOST_UNPACKED = 16 * 1024 * 1024
const TRAILER = 8

const afterZero = (bytes: Uint8Array, from: number): number => bytes.indexOf(0, from) + 1

/** Offset of the deflated data of a gzip member (RFC 1952). */
const dataStart = (bytes: Uint8Array): number => {
  const flags = bytes[3] ?? 0
  let at = 10
  if (flags & FLAGS.extra) at += 2 + (bytes[at] ?? 0) + (bytes[at + 1] ?? 0) * 256
  if (flags & FLAGS.name) at = afterZero(bytes, at)
  if (flags & FLAGS.comment) at = afterZero(bytes, at)
  return flags & FLAGS.check ? at + 2 : at
}

/** The length that a gzip member says of itself, in its last four bytes (RFC 1952, ISIZE). */
const saidLength = (bytes: Uint8Array): number =>
  bytes.length < TRAILER ? 0 : Buffer.from(bytes).readUInt32LE(bytes.length - 4)

/** Decompresses one gzip member. Throws where it is damaged, has others behind it, or is long. */
export const gunzip = (bytes: Uint8Array): Uint8Array => {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) throw new Error('gzip: not packed')
  if (bytes.length > MOST_PACKED) throw new Error(`gzip: ${bytes.length} bytes packed`)
  const length = saidLength(bytes)
  if (length > MOST_UNPACKED) throw new Error(`gzip: ${length} bytes`)
  const packed = Buffer.from(bytes.subarray(dataStart(bytes), bytes.length - TRAILER))
  const unpacked = zlib.inflateRawSync(packed)
  if (unpacked.length !== length) throw new Error('gzip: damaged')
  return unpacked
}

/** Decompresses `deflate`, with the zlib header (RFC 1950) or, as some servers send it, without. Throws where it is damaged or long. */
export const inflate = (bytes: Uint8Array): Uint8Array => {
  if (bytes.length > MOST_PACKED) throw new Error(`deflate: ${bytes.length} bytes packed`)
  const whole = Buffer.from(bytes)
  try {
    return zlib.inflateSync(whole)
  } catch {
    return zlib.inflateRawSync(whole)
  }
}

/** As many as curl decodes. */
const MOST_CODINGS = 5

export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b

/** Whether bytes begin as those of zlib do (RFC 1950, 2.2). */
const isZlib = ([first = 0, second = 0]: Uint8Array): boolean =>
  (first & 0x0f) === 8 && (first * 256 + second) % 31 === 0

/** Bytes, and the coding that is left and not known here. */
interface Unpacked {
  readonly bytes: Uint8Array
  readonly isBrotli: boolean
}

/** What a coding makes of bytes that are neither plain nor begin as gzip. */
const unpackOne = (bytes: Uint8Array, coding: string): Uint8Array => {
  if (coding === 'deflate') return inflate(bytes)
  if (coding === 'compress' || coding === 'zstd') throw new Error(`cannot read ${coding}`)
  // Words that are none, such as `utf-8` or `none`, are sent too, and players pass over them.
  return /^(?:x-)?gzip$/.test(coding) && isZlib(bytes) ? inflate(bytes) : bytes
}

/**
 * Decompresses what an origin sent, as its bytes say rather than the words of its `Content-Encoding`, since players look at the bytes: some pack twice, or say so of
 * what is plain, or pack without a word.
 */
export const unpack = (
  body: Uint8Array,
  encoding: string,
  isPlain: (bytes: Uint8Array) => boolean,
): Unpacked => {
  const codings = encoding.split(',').map((it) => it.trim())
  let bytes = body
  for (let turn = 0; turn < MOST_CODINGS; turn += 1) {
    if (isGzip(bytes)) {
      bytes = gunzip(bytes)
      continue
    }
    if (isPlain(bytes)) break
    const coding = codings.pop()
    if (coding === undefined) break
    if (coding === 'br') return { bytes, isBrotli: true }
    bytes = unpackOne(bytes, coding)
  }
  return { bytes, isBrotli: false }
}
