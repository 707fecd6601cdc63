import zlib from 'zlib'

const FLAGS = { name: 8, comment: 16, extra: 4, check: 2 } as const

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

/** Decompresses one gzip member. Throws where it is damaged. */
export const gunzip = (bytes: Uint8Array): Uint8Array => {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) throw new Error('gzip: not packed')
  return zlib.inflateRawSync(Buffer.from(bytes.subarray(dataStart(bytes), bytes.length - 8)))
}

/** Decompresses `deflate`, with the zlib header (RFC 1950) or, as some servers send it, without. Throws where it is damaged. */
export const inflate = (bytes: Uint8Array): Uint8Array => {
  const whole = Buffer.from(bytes)
  try {
    return zlib.inflateSync(whole)
  } catch {
    return zlib.inflateRawSync(whole)
  }
}
