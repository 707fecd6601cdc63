import { createReadStream, statSync } from 'node:fs'
import { pipeline, Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import { createGunzip } from 'node:zlib'
import { CliError } from '../common/context.ts'

const LONGEST_LINE = 1_048_576

/** Whole lines of a text that comes in pieces; one without end is cut. */
async function* split(chunks: AsyncIterable<unknown>): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  for await (const chunk of chunks) {
    if (!Buffer.isBuffer(chunk)) continue
    const lines = (rest + decoder.write(chunk)).split('\n')
    rest = (lines.pop() ?? '').slice(0, LONGEST_LINE)
    yield* lines
  }
  if (rest !== '') yield rest
}

/**
 * A rotated log is often compressed: gzip is recognised by its first two bytes, whatever the name.
 */
async function* unpacked(source: AsyncIterable<unknown>): AsyncGenerator {
  const chunks = source[Symbol.asyncIterator]()
  const first = await chunks.next()
  const head: unknown = first.value
  const all = async function* (): AsyncGenerator {
    if (first.done !== true) yield head
    yield* { [Symbol.asyncIterator]: () => chunks }
  }
  const isPacked = Buffer.isBuffer(head) && head[0] === 0x1f && head[1] === 0x8b
  const gunzip = createGunzip()
  // Errors of either come out of the loop over it.
  if (isPacked) pipeline(Readable.from(all()), gunzip, () => undefined)
  yield* isPacked ? gunzip : all()
}

const opened = (file: string): AsyncIterable<unknown> => {
  if (file === '-') return process.stdin
  const found = statSync(file, { throwIfNoEntry: false })
  if (found === undefined) throw new CliError(`there is no access log ${file}`)
  if (found.isDirectory()) throw new CliError(`${file} is a folder, not an access log`)
  return createReadStream(file)
}

/** Lines of a log file, packed or not; `-` is what comes on stdin. */
export async function* logLines(file: string): AsyncGenerator<string> {
  try {
    yield* split(unpacked(opened(file)))
  } catch (error) {
    if (error instanceof CliError) throw error
    throw new CliError(`${file}: ${error instanceof Error ? error.message : String(error)}`)
  }
}
