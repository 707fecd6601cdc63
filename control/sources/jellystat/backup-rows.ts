import { say } from '../../sentences/sentences.ts'
import { PastFileError } from '../model/past-file-error.ts'

const [QUOTE, BACKSLASH] = [0x22, 0x5c]
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_LIST, CLOSE_LIST] = [0x7b, 0x7d, 0x5b, 0x5d]

/** A row is a few thousand bytes; what is longer than this is no row. */
const ROW_AT_MOST = 64 * 1024 * 1024

/**
 * Splits JSON into the rows of one list of objects, the first list under a key of that name, without ever holding more than
 * a row: whole parsers that stream are twenty times slower, and the list may have millions of rows.
 */
class RowSplitter {
  private depth = 0
  private inString = false
  private escaped = false
  /** Key or value last read outside of rows, as far as it may be a name. */
  private name = ''
  private spelling: number[] | null = null
  /** Depth of the objects in the wanted list; `null` outside of it. */
  private rowDepth: number | null = null
  private rowStart = -1
  private pending: Buffer[] = []
  private pendingBytes = 0
  isFound = false

  private readonly wanted: string

  constructor(wanted: string) {
    this.wanted = wanted
  }

  get isWhole(): boolean {
    return this.depth === 0 && !this.inString
  }

  private string(byte: number): void {
    if (this.escaped) this.escaped = false
    else if (byte === BACKSLASH) this.escaped = true
    else if (byte === QUOTE) {
      this.inString = false
      if (this.spelling !== null) this.name = String.fromCharCode(...this.spelling)
      this.spelling = null
      return
    }
    if (this.spelling !== null && this.spelling.length < 64) this.spelling.push(byte)
  }

  private open(byte: number, at: number): void {
    if (byte === OPEN_LIST && this.rowDepth === null && this.name === this.wanted) {
      this.rowDepth = this.depth + 1
      this.isFound = true
    } else if (byte === OPEN_OBJECT && this.depth === this.rowDepth) this.rowStart = at
    this.name = ''
    this.depth += 1
  }

  private close(chunk: Buffer, byte: number, at: number): Buffer | null {
    this.depth -= 1
    if (this.depth < 0) throw new PastFileError(say('import.no_json'))
    if (byte === CLOSE_OBJECT && this.depth === this.rowDepth) {
      const row = Buffer.concat([...this.pending, chunk.subarray(this.rowStart, at + 1)])
      this.pending = []
      this.pendingBytes = 0
      this.rowStart = -1
      return row
    }
    if (byte === CLOSE_LIST && this.rowDepth !== null && this.depth === this.rowDepth - 1)
      this.rowDepth = null
    return null
  }

  /** The rows that end within a chunk. */
  *rows(chunk: Buffer): Generator<Buffer> {
    if (this.rowStart >= 0) this.rowStart = 0
    for (let at = 0; at < chunk.length; at += 1) {
      const byte = chunk[at] ?? 0
      if (this.inString) this.string(byte)
      else if (byte === QUOTE) {
        this.inString = true
        this.spelling = this.rowStart < 0 ? [] : null
      } else if (byte === OPEN_OBJECT || byte === OPEN_LIST) this.open(byte, at)
      else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
        const row = this.close(chunk, byte, at)
        if (row !== null) yield row
      }
    }
    if (this.rowStart < 0) return
    this.pending.push(chunk.subarray(this.rowStart))
    this.pendingBytes += chunk.length - this.rowStart
    if (this.pendingBytes > ROW_AT_MOST) throw new PastFileError(say('import.long_row'))
  }
}

/**
 * The rows of a list in JSON as text, one by one; `table` is the key the list stands under. Throws a
 * {@link PastFileError} where there is no such list and where the text is cut off, after the rows before that.
 */
export async function* backupRows(
  bytes: AsyncIterable<Buffer>,
  table: string,
): AsyncGenerator<Buffer> {
  const splitter = new RowSplitter(table)
  let isEmpty = true
  for await (const chunk of bytes) {
    if (isEmpty && !/^[\s\u{feff}]*[[{]/u.test(chunk.toString('utf8', 0, 64)))
      throw new PastFileError(say('import.no_json'))
    isEmpty = false
    yield* splitter.rows(chunk)
  }
  if (isEmpty || !splitter.isWhole) throw new PastFileError(say('import.cut_off'))
  if (!splitter.isFound) throw new PastFileError(say('import.no_table', { table }))
}
