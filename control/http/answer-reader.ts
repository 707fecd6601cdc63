import {
  AnswerError,
  type AnswerHead,
  type AnswerHeaders,
  endOfHead,
  isOversize,
  LF,
  MOST_LINE,
  type ParsedHead,
  parseHead,
  STATUS,
  valuesOf,
} from './answer-head.ts'

/** What of an answer has come so far. `more` = nothing that can be used yet. */
export type AnswerState = 'head' | 'body' | 'done'

/** Takes an answer's bytes apart as they come. */
export interface AnswerReader {
  readonly state: AnswerState
  /** The final one: answers of 100 to 199 that come before it are skipped. */
  readonly head: AnswerHead | null
  /** The final status as soon as its line came, also where what follows cannot be read. */
  readonly status: number | null
  /** Whether the connection can be used again: the answer says where it ends, and nothing follows. */
  readonly isReusable: boolean
  /** What the body is transferred in, in small letters; known with the head. */
  readonly codings: readonly string[]
  /** The bytes of the body that these bytes brought. Throws {@link AnswerError} where no HTTP is spoken. */
  push(bytes: Buffer): Buffer[]
  /** Whether the connection ended within the head, behind its first line: an answer to curl, though more of it was meant to come. */
  readonly isCut: boolean
  /** The connection ended; true where the answer is whole, or cut within its head. */
  end(): boolean
  /** Whether only the end of the connection says that the answer is whole. */
  readonly isEndedByClose: boolean
}

/** As long as curl lets one line of a trailer be. */
const MOST_TRAILER = 4_093

/** How a body ends. */
type Framing =
  | { readonly kind: 'length'; left: number }
  | { readonly kind: 'chunked'; step: 'size' | 'data' | 'after' | 'trailer'; left: number }
  | { readonly kind: 'close' }

/** A length beyond it is none to curl, which then reads to the end. */
const MOST_LENGTH = 2n ** 63n - 1n

const codingsOf = (framing: AnswerHeaders): string[] =>
  valuesOf(framing, 'transfer-encoding')
    .join(',')
    .toLowerCase()
    .split(',')
    .map((one) => one.trim())

/**
 * Chunked goes before any length (RFC 9112, 6.3), which has to be one all the same, and any other coding lasts to the end; of several lengths the
 * last that is no longer than one may be counts, and of that the number it begins with, as curl has it.
 */
const framingOf = ({ status, framing: headers }: ParsedHead): Framing => {
  if (status === 204 || status === 304) return { kind: 'length', left: 0 }
  const lengths = valuesOf(headers, 'content-length')
  if (!lengths.every((one) => /^\+?\d/.test(one)))
    throw new AnswerError('malformed answer: its Content-Length is no number')
  const codings = codingsOf(headers)
  if (codings.includes('chunked')) return { kind: 'chunked', step: 'size', left: 0 }
  const left = lengths
    .map((one) => /^\+?0*(\d+)/.exec(one)?.[1] ?? '')
    .findLast((digits) => digits.length <= 19 && BigInt(digits) <= MOST_LENGTH)
  if (left === undefined || headers['transfer-encoding'] !== undefined) return { kind: 'close' }
  return { kind: 'length', left: Number(left) }
}

const hasClose = (framing: AnswerHeaders): boolean =>
  valuesOf(framing, 'connection').some((text) => /\bclose\b/i.test(text))

/** More of the line of a chunk's size than is looked at. */
const SIZE_LINE = 64

/** What follows the size says nothing to curl, with a semicolon or without, and may be of any length. */
const chunkSizeOf = (line: string): number => {
  const size = /^[0-9a-f]{1,16}(?![0-9a-f])/i.exec(line)?.[0]
  if (size === undefined) throw new AnswerError('malformed answer: its chunks')
  return Number.parseInt(size, 16)
}

/** A line of a trailer as curl takes it, CR and LF not counted. */
const isTrailer = (line: string): boolean => {
  const text = line.replace(/\r$/, '')
  return /^[ \t]|:/.test(text) && !/[\r\0]/.test(text) && text.length <= MOST_TRAILER
}

class Reader implements AnswerReader {
  state: AnswerState = 'head'
  head: AnswerHead | null = null
  isCut = false
  codings: readonly string[] = []
  private rest: Buffer = Buffer.alloc(0)
  private framing: Framing = { kind: 'close' }
  private isHttp10 = false
  private isLast = false
  /** What curl takes no answer with, in this head or one before. */
  private oddity: string | null = null

  get status(): number | null {
    if (this.head !== null) return this.head.status
    const [line = ''] = this.rest.toString('latin1', 0, 512).split('\n')
    const status = STATUS.exec(line)?.[2]
    return status === undefined || /^[01]/.test(status) ? null : Number(status)
  }

  get isReusable(): boolean {
    if (this.state !== 'done' || this.head === null || this.rest.length > 0) return false
    return this.framing.kind !== 'close' && !this.isHttp10 && !this.isLast
  }

  get isEndedByClose(): boolean {
    return this.isCut || this.framing.kind === 'close'
  }

  push(bytes: Buffer): Buffer[] {
    this.rest = this.rest.length === 0 ? bytes : Buffer.concat([this.rest, bytes])
    while (this.state === 'head') if (!this.takeHead()) return []
    const parts: Buffer[] = []
    while (this.state === 'body') {
      const part = this.takeBody()
      if (part === null) break
      if (part.length > 0) parts.push(part)
    }
    return parts
  }

  end(): boolean {
    if (this.state === 'head') this.takeCutHead()
    if (this.state === 'body' && this.framing.kind === 'close') this.state = 'done'
    return this.state === 'done'
  }

  private takeCutHead(): void {
    const end = this.rest.lastIndexOf(LF)
    if (this.status === null || end < 0) return
    this.isCut = true
    this.rest = Buffer.concat([this.rest.subarray(0, end + 1), Buffer.of(LF)])
    this.takeHead()
  }

  private takeHead(): boolean {
    const end = endOfHead(this.rest)
    if (end < 0) {
      const begun = this.rest.subarray(0, 5).toString('latin1').toUpperCase()
      if (!'HTTP/'.startsWith(begun)) throw new AnswerError('malformed answer')
      if (isOversize(this.rest)) throw new AnswerError('oversize headers')
      return false
    }
    if (isOversize(this.rest.subarray(0, end))) throw new AnswerError('oversize headers')
    const text = this.rest.toString('latin1', 0, end)
    this.rest = this.rest.subarray(end)
    const head = parseHead(text)
    // 101 would be another protocol; the rest only announces what comes.
    if (head.status === 101)
      throw new AnswerError('malformed answer: nobody asked for another protocol')
    this.oddity ??= head.oddity
    if (head.status < 200) return true
    this.head = { status: head.status, headers: head.headers }
    if (this.oddity !== null) throw new AnswerError(`malformed answer: ${this.oddity}`)
    this.isHttp10 = /^HTTP\/(?:1\.0|0)/i.test(text)
    this.isLast = hasClose(head.framing)
    this.framing = framingOf(head)
    this.codings = codingsOf(head.framing)
    const isEmpty = this.framing.kind === 'length' && this.framing.left === 0
    this.state = isEmpty ? 'done' : 'body'
    return true
  }

  private take(most: number): Buffer | null {
    if (this.rest.length === 0) return null
    const part = this.rest.subarray(0, most)
    this.rest = this.rest.subarray(part.length)
    return part
  }

  private takeLine(): string | null {
    const end = this.rest.indexOf(LF)
    if (end < 0 && this.rest.length > MOST_LINE)
      throw new AnswerError('malformed answer: its chunks')
    if (end < 0) return null
    const line = this.rest.toString('latin1', 0, end)
    this.rest = this.rest.subarray(end + 1)
    return line
  }

  private shortenSizeLine(): void {
    if (this.rest.length <= SIZE_LINE || this.rest.includes(LF)) return
    this.rest = Buffer.from(this.rest.subarray(0, SIZE_LINE))
    chunkSizeOf(this.rest.toString('latin1'))
  }

  /** The next part of the body, which may be empty; `null` = more bytes are needed. */
  private takeBody(): Buffer | null {
    const { framing } = this
    if (framing.kind === 'close') return this.take(Number.POSITIVE_INFINITY)
    if (framing.kind === 'chunked') return this.takeChunk(framing)
    const part = this.take(framing.left)
    framing.left -= part?.length ?? 0
    if (framing.left === 0) this.state = 'done'
    return part
  }

  private takeChunk(framing: Extract<Framing, { kind: 'chunked' }>): Buffer | null {
    if (framing.step === 'data') {
      const part = this.take(framing.left)
      framing.left -= part?.length ?? 0
      if (framing.left === 0) framing.step = 'after'
      return part
    }
    if (framing.step === 'size') this.shortenSizeLine()
    const line = this.takeLine()
    if (line === null) return null
    if (framing.step === 'trailer') {
      if (line === '' || line === '\r') this.state = 'done'
      else if (!isTrailer(line)) throw new AnswerError('malformed answer: its trailer')
    } else if (framing.step === 'after') {
      if (!/^\r*$/.test(line)) throw new AnswerError('malformed answer: its chunks')
      framing.step = 'size'
    } else {
      framing.left = chunkSizeOf(line)
      framing.step = framing.left === 0 ? 'trailer' : 'data'
    }
    return Buffer.alloc(0)
  }
}

/** A reader for the answer to one GET. Never stricter than curl where curl takes an answer. */
export const createAnswerReader = (): AnswerReader => new Reader()
