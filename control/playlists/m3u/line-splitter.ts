import { isUtf8 } from 'node:buffer'
import { TextDecoder } from 'node:util'
import { say } from '../../sentences/sentences.ts'
import { decodeWindows1252, guessEncoding } from './encodings.ts'
import type { PlaylistProblem } from './playlist.ts'

/** Longest line of a playlist, in bytes. */
const maxLineBytes = 1024 * 1024
const newline = 10
const byteOrderMark = '\u{feff}'

type Decode = (bytes: Buffer) => string

/** The encoding that `#EXTENC` names; `null` where the platform does not know it, or its lines could not be told. */
const decoderFor = (label: string): Decode | null => {
  try {
    const decoder = new TextDecoder(label)
    if (decoder.encoding.startsWith('utf-')) return null
    return decoder.encoding === 'windows-1252'
      ? decodeWindows1252
      : (bytes) => decoder.decode(bytes)
  } catch {
    return null
  }
}

/** A list that is no UTF-8, and whose encoding nobody said. */
export interface GuessedEncoding {
  readonly label: string
  /** The first such line, and how many there are. */
  readonly line: number
  readonly lines: number
}

/** What a server filled up with zeros, without them. */
const withoutPadding = (bytes: Buffer): Buffer => {
  let end = bytes.length
  while (end > 0 && bytes[end - 1] === 0) end -= 1
  return bytes.subarray(0, end)
}

/** UTF-16 by its mark; `null` = it is something else. */
const decoderOfPairs = ([first, second]: Uint8Array): TextDecoder | null => {
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le')
  return first === 0xfe && second === 0xff ? new TextDecoder('utf-16be') : null
}

/** Cuts bytes into lines: UTF-16 where its mark stands first, UTF-8 where a line is valid UTF-8, else the encoding of `#EXTENC` or one that it looks like. */
export class LineSplitter {
  private rest: Buffer[] = []
  private restBytes = 0
  private count = 0
  private said: Decode | null = null
  private guessedDecode: Decode = decodeWindows1252
  private guess: GuessedEncoding | null = null
  /** Of UTF-16, once its mark was seen. */
  private pairs: TextDecoder | null = null
  private isFirst = true
  private readonly take: (line: string, number: number) => void

  constructor(take: (line: string, number: number) => void) {
    this.take = take
  }

  /** Takes the next bytes; a problem means that they are no text. */
  push(bytes: Uint8Array): PlaylistProblem | null {
    if (bytes.byteLength === 0) return null
    if (this.isFirst) this.pairs = decoderOfPairs(bytes)
    this.isFirst = false
    const text = this.pairs?.decode(bytes, { stream: true })
    const chunk =
      text === undefined
        ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
        : Buffer.from(text)
    let from = 0
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, from)) {
      const problem = this.end(chunk.subarray(from, end))
      if (problem) return problem
      from = end + 1
    }
    // A copy, since the reader of the file may reuse the chunk's memory.
    if (from < chunk.length) this.rest.push(Buffer.from(chunk.subarray(from)))
    this.restBytes += chunk.length - from
    return this.restBytes > maxLineBytes ? this.problem(say('playlist.long_line')) : null
  }

  /** Whether the last line has no end yet. */
  hasRest(): boolean {
    return this.restBytes > 0
  }

  /** What lines without a said encoding were read as. */
  guessed(): GuessedEncoding | null {
    return this.guess
  }

  /** Takes the last line where the text does not end in a newline. */
  finish(): PlaylistProblem | null {
    return this.restBytes > 0 ? this.end(Buffer.alloc(0), true) : null
  }

  private problem(reason: string): PlaylistProblem {
    return { line: this.count + 1, reason }
  }

  private end(tail: Buffer, isLast = false): PlaylistProblem | null {
    const bytes = this.rest.length > 0 ? Buffer.concat([...this.rest, tail]) : tail
    this.rest = []
    this.restBytes = 0
    if (bytes.length > maxLineBytes) return this.problem(say('playlist.long_line'))
    // Some servers fill up their last block.
    const text = isLast ? withoutPadding(bytes) : bytes
    if (text.includes(0)) return this.problem(say('playlist.binary'))
    const decoded = isUtf8(text) ? text.toString('utf8') : this.foreign(text)
    const marked = this.count === 0 && decoded.startsWith(byteOrderMark)
    this.emit(marked ? decoded.slice(1) : decoded)
    return null
  }

  /** A line that is no UTF-8. What one line is in, those below it are, where they say nothing else. */
  private foreign(bytes: Buffer): string {
    if (this.said !== null) return this.said(bytes)
    const found = guessEncoding(bytes)
    const before = this.guess
    const label = found === 'windows-1252' ? (before?.label ?? found) : found
    if (label !== before?.label) this.guessedDecode = decoderFor(label) ?? decodeWindows1252
    const line = before?.line ?? this.count + 1
    this.guess = { label, line, lines: (before?.lines ?? 0) + 1 }
    return this.guessedDecode(bytes)
  }

  /** Old Macintosh line ends count too; a carriage return never belongs to a line. */
  private emit(text: string): void {
    const encoding = /^#EXTENC:\s*([\w-]+)/i.exec(text)?.[1]
    if (encoding) this.said = decoderFor(encoding)
    const trimmed = text.endsWith('\r') ? text.slice(0, -1) : text
    const lines = trimmed.includes('\r') ? trimmed.split('\r') : [trimmed]
    for (const line of lines) {
      this.count += 1
      this.take(line, this.count)
    }
  }
}
