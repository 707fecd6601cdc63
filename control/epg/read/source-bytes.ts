import { Readable } from 'node:stream'
import xz from 'xz-decompress'
import { gunzipIfNeeded } from '../../playlists/fetch/gunzip.ts'

const XZ = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]

/** The bytes with the first of them read, so that their kind is known. */
const peek = async (
  chunks: AsyncIterable<Uint8Array>,
): Promise<{ readonly start: Uint8Array; readonly all: AsyncGenerator<Uint8Array> }> => {
  const iterator = chunks[Symbol.asyncIterator]()
  const first: Uint8Array[] = []
  let size = 0
  while (size < XZ.length) {
    const next = await iterator.next()
    if (next.done === true) break
    first.push(next.value)
    size += next.value.byteLength
  }
  const start = Buffer.concat(first)
  const all = async function* () {
    try {
      yield start
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next())
        yield next.value
    } finally {
      await iterator.return?.()
    }
  }
  return { start, all: all() }
}

/** What the reader's error codes mean for a file; they are those of XZ Embedded (`enum xz_ret`). */
const XZ_PROBLEMS: Readonly<Record<string, string>> = {
  4: 'the xz file wants a dictionary larger than 64 MiB: pack it with xz -6, or as gzip',
  6: 'the xz file has a SHA-256 check or a filter beside LZMA2: pack it with plain xz, or as gzip',
  7: 'the xz file is damaged',
  8: 'the xz file is cut short or damaged',
}

const xzProblem = (error: unknown): unknown => {
  const code = error instanceof Error ? /error code (\d+)$/.exec(error.message)?.[1] : undefined
  const problem = XZ_PROBLEMS[code ?? '']
  return problem === undefined ? error : new Error(problem, { cause: error })
}

/** The bytes as they are, or unpacked where they begin like a gzip or an xz file. Throws what is wrong with a packed file. */
export async function* unpacked(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const { start, all } = await peek(chunks)
  if (!XZ.every((byte, index) => start[index] === byte)) yield* gunzipIfNeeded(all)
  else {
    const packed = Readable.toWeb(Readable.from(all, { objectMode: false }))
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same stream under the two names of Node and of the browsers
    const reader = new xz.XzReadableStream(packed as ReadableStream<Uint8Array>).getReader()
    const readOn = () =>
      reader.read().catch((error: unknown) => {
        throw xzProblem(error)
      })
    for (let next = await readOn(); !next.done; next = await readOn()) yield next.value
  }
}

const declared = (start: string): string =>
  /^[^<]*<\?xml[^>]*\sencoding=["']([A-Za-z0-9._-]+)["']/.exec(start)?.[1] ?? 'utf-8'

/** Pieces of text short enough that others get a turn between two. */
const PIECE = 32 * 1024

/** The text of an XML document in the encoding it declares, in pieces. Throws where it declares one that is unknown. */
export async function* textOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let decoder: InstanceType<typeof TextDecoder> | null = null
  for await (const chunk of chunks) {
    decoder ??= new TextDecoder(declared(Buffer.from(chunk.subarray(0, 200)).toString('latin1')))
    for (let from = 0; from < chunk.byteLength; from += PIECE)
      yield decoder.decode(chunk.subarray(from, from + PIECE), { stream: true })
  }
  yield decoder?.decode() ?? ''
}
