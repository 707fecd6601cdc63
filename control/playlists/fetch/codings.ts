import { pipeline, Readable, type Transform } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib'
import { MOST_CODINGS, PLAIN_CODING } from '../../http/transfer-codings.ts'

type Chunks = AsyncIterable<Uint8Array>

async function* through(chunks: Chunks, decoder: Transform): AsyncGenerator<Uint8Array> {
  for await (const part of pipeline(Readable.from(chunks), decoder, () => undefined))
    if (Buffer.isBuffer(part)) yield part
}

/** Bytes with the first two of them in one piece, where there are as many. */
async function* startTogether(chunks: Chunks): AsyncGenerator<Uint8Array> {
  let start: Uint8Array | null = Buffer.alloc(0)
  for await (const part of chunks) {
    if (start === null) yield part
    else {
      start = Buffer.concat([start, part])
      if (start.length < 2) continue
      yield start
      start = null
    }
  }
  if (start !== null && start.length > 0) yield start
}

/** Whether two bytes begin the format of zlib (RFC 1950), which "deflate" means, and not deflate alone, which some servers send. */
const isZlib = ([first = 0, second = 0]: Uint8Array): boolean =>
  first % 16 === 8 && (first * 256 + second) % 31 === 0

async function* inflated(chunks: Chunks): AsyncGenerator<Uint8Array> {
  const parts = startTogether(chunks)
  const { value, done } = await parts.next()
  if (done === true) return
  const all = async function* () {
    yield value
    yield* parts
  }
  yield* through(all(), isZlib(value) ? createInflate() : createInflateRaw())
}

async function* refused(chunks: Chunks): AsyncGenerator<Uint8Array> {
  for await (const part of chunks) {
    if (part.length > 0) throw new Error('malformed answer: an unknown Transfer-Encoding')
    yield part
  }
}

type Decode = (chunks: Chunks) => Chunks

const gunzipped: Decode = (chunks) => through(chunks, createGunzip())
const DECODERS: Readonly<Record<string, Decode>> = {
  gzip: gunzipped,
  'x-gzip': gunzipped,
  deflate: inflated,
  br: (chunks) => through(chunks, createBrotliDecompress()),
}

/** A body without what it was transferred in; fails where it is not in that. */
export const transferred = (chunks: Chunks, codings: readonly string[]): Chunks => {
  if (codings.length > MOST_CODINGS) return refused(chunks)
  return codings
    .filter((one) => !PLAIN_CODING.test(one))
    .reduceRight<Chunks>((coded, one) => (DECODERS[one] ?? refused)(coded), chunks)
}

/** A body without its Content-Encoding. One that nobody knows changes nothing; a last gzip is left, which is found by its first bytes, said or not. */
export const decoded = (chunks: Chunks, encoding: string): Chunks => {
  const codings = encoding.toLowerCase().split(/\s*,\s*/)
  const outer = codings[0]?.endsWith('gzip') === true ? codings.slice(1) : codings
  return outer.reduceRight<Chunks>((coded, one) => DECODERS[one.trim()]?.(coded) ?? coded, chunks)
}
