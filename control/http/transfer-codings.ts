import { brotliDecompressSync, constants, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib'

/** As many as curl decodes, chunked among them. */
export const MOST_CODINGS = 5
/** Change nothing, or have been taken away. */
export const PLAIN_CODING = /^(?:chunked|identity|none)?$/
const ZSTD_MAGIC = Buffer.from([0x28, 0xb5, 0x2f, 0xfd])

type Decode = (body: Buffer, maxOutputLength: number) => Buffer

// A body that is cut is as good as a whole one to curl.
const finishFlush = constants.Z_SYNC_FLUSH

const gunzip: Decode = (body, maxOutputLength) => gunzipSync(body, { finishFlush, maxOutputLength })

/** With the header of zlib, or without. */
const inflate: Decode = (body, maxOutputLength) => {
  const options = { finishFlush, maxOutputLength }
  try {
    return inflateSync(body, options)
  } catch {
    return inflateRawSync(body, options)
  }
}

const DECODERS: Readonly<Record<string, Decode>> = {
  gzip: gunzip,
  'x-gzip': gunzip,
  deflate: inflate,
  br: (body, maxOutputLength) =>
    brotliDecompressSync(body, {
      finishFlush: constants.BROTLI_OPERATION_FLUSH,
      maxOutputLength,
    }),
  // Not every Node has it: known by its first bytes, and left as it is.
  zstd: (body) => {
    if (!ZSTD_MAGIC.subarray(0, body.length).equals(body.subarray(0, ZSTD_MAGIC.length)))
      throw new Error('no zstd')
    return body
  },
}

/** A body without the codings that it was transferred in; why there is none where it is not in them. */
export const decodeTransfer = (
  body: Buffer,
  codings: readonly string[],
  mostBytes: number,
): { readonly body: Buffer } | { readonly broken: string } => {
  if (codings.length > MOST_CODINGS)
    return { broken: 'malformed answer: too many of Transfer-Encoding' }
  let plain = body
  for (const coding of codings.toReversed()) {
    const decode = DECODERS[coding]
    if (PLAIN_CODING.test(coding) || plain.length === 0) continue
    if (decode === undefined) return { broken: 'malformed answer: an unknown Transfer-Encoding' }
    try {
      plain = decode(plain, mostBytes)
    } catch (error) {
      const isLarge =
        error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE'
      return { broken: isLarge ? 'oversize body' : `malformed answer: its body is no ${coding}` }
    }
  }
  return { body: plain }
}
