import { pipeline, Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'

async function* rejoin(
  first: readonly Uint8Array[],
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    yield* first
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value
  } finally {
    await rest.return?.()
  }
}

/** The bytes as they are, or unpacked when they begin like a gzip file. */
export async function* gunzipIfNeeded(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]()
  const first: Uint8Array[] = []
  let size = 0
  while (size < 2) {
    const next = await iterator.next()
    if (next.done) break
    first.push(next.value)
    size += next.value.byteLength
  }
  const start = Buffer.concat(first)
  const all = rejoin([start], iterator)
  if (start[0] !== 0x1f || start[1] !== 0x8b) yield* all
  else
    for await (const chunk of pipeline(Readable.from(all), createGunzip(), () => undefined))
      if (Buffer.isBuffer(chunk)) yield chunk
}
