import type { Address } from '#domain/networks/network'
import { say } from '../sentences/sentences.ts'
import { isPacked } from './maxmind-facts.ts'

const CR = 0x0d
const LF = 0x0a
const COMMA = 0x2c
const ZERO = 0x30
const NOBODY = 0
/** Digits taken at a time: a word times a million fits a double exactly. */
const DIGITS = 6
const WORD = 2 ** 32
const PIECE_BYTES = 262_144

/** What a record of a MaxMind file of autonomous systems has, too. */
export interface AsnRecord {
  readonly asn: number
  readonly as_organization: string
}

const BLOCK_BITS = 16
const BLOCK = 1 << BLOCK_BITS

/** Whole numbers in typed arrays of one size: it grows without a copy, which would leave memory in pieces. */
class Growing {
  length = 0
  private readonly blocks: (Uint8Array | Uint32Array)[] = []
  private readonly type: typeof Uint8Array | typeof Uint32Array

  constructor(type: typeof Uint8Array | typeof Uint32Array) {
    this.type = type
  }

  get byteLength(): number {
    return this.blocks.length * BLOCK * this.type.BYTES_PER_ELEMENT
  }

  push(value: number): void {
    const { length, blocks } = this
    const block = (blocks[length >>> BLOCK_BITS] ??= new this.type(BLOCK))
    block[length & (BLOCK - 1)] = value
    this.length = length + 1
  }

  at(index: number): number {
    return this.blocks[index >>> BLOCK_BITS]?.[index & (BLOCK - 1)] ?? 0
  }

  /** Bytes as UTF-8. */
  text(from: number, to: number): string {
    const parts: Uint8Array[] = []
    for (let at = from; at < to; at = (at | (BLOCK - 1)) + 1) {
      const start = at - (at & (BLOCK - 1))
      const block = this.blocks[at >>> BLOCK_BITS]
      if (block) parts.push(Uint8Array.from(block.subarray(at - start, to - start)))
    }
    return Buffer.concat(parts).toString()
  }
}

/** Which of two addresses is the greater, as words of 32 bits. */
const compare = (words: ArrayLike<number>, other: ArrayLike<number>): number => {
  for (let i = 0; i < other.length; i += 1) {
    const order = (words[i] ?? 0) - (other[i] ?? 0)
    if (order !== 0) return order
  }
  return 0
}

/** Reads a decimal number into words of 32 bits, the highest first; false where it is none or too great. */
const readNumber = (bytes: Buffer, at: number, end: number, words: Uint32Array): boolean => {
  words.fill(0)
  for (let from = at; from < end; ) {
    let [value, factor] = [0, 1]
    const to = Math.min(end, from + DIGITS)
    for (; from < to; from += 1) {
      const digit = (bytes[from] ?? 0) - ZERO
      if (digit < 0 || digit > 9) return false
      value = value * 10 + digit
      factor *= 10
    }
    for (let i = words.length - 1; i >= 0; i -= 1) {
      const product = (words[i] ?? 0) * factor + value
      words[i] = product
      value = Math.floor(product / WORD)
    }
    if (value > 0) return false
  }
  return end > at
}

/** Makes a number one greater; false where it was the greatest. */
const increment = (words: Uint32Array): boolean => {
  for (let i = words.length - 1; i >= 0; i -= 1) {
    words[i] = (words[i] ?? 0) + 1
    if (words[i] !== 0) return true
  }
  return false
}

/** Autonomous systems by ranges of addresses, in typed arrays. */
export class AsnRanges {
  /** First addresses of the ranges, a family's number of words each. Each range ends before the next. */
  private readonly starts = new Growing(Uint32Array)
  /** Which of the systems each range has; NOBODY = none. */
  private readonly owners = new Growing(Uint32Array)
  /** Numbers of the systems, from the first after NOBODY. */
  private readonly numbers = new Growing(Uint32Array)
  /** Where the name of each system ends. */
  private readonly ends = new Growing(Uint32Array)
  private readonly names = new Growing(Uint8Array)

  constructor() {
    this.numbers.push(0)
    this.ends.push(0)
  }

  /** What its arrays take. */
  get byteLength(): number {
    const arrays = [this.starts, this.owners, this.numbers, this.ends, this.names]
    return arrays.reduce((sum, { byteLength }) => sum + byteLength, 0)
  }

  get length(): number {
    return this.owners.length
  }

  get lastOwner(): number {
    return this.owners.at(this.owners.length - 1)
  }

  find({ words }: Address): AsnRecord | null {
    let [low, high] = [0, this.owners.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.compareStart(middle, words) <= 0) low = middle + 1
      else high = middle
    }
    const owner = low === 0 ? NOBODY : this.owners.at(low - 1)
    return owner === NOBODY
      ? null
      : { asn: this.numbers.at(owner), as_organization: this.nameOf(owner) }
  }

  addRange(start: Uint32Array, owner: number): void {
    for (const word of start) this.starts.push(word)
    this.owners.push(owner)
  }

  /** Adds a system, whose name stands from one offset up to another. */
  addOwner(number: number, bytes: Buffer, at: number, end: number): number {
    for (let i = at; i < end; i += 1) this.names.push(bytes[i] ?? 0)
    this.numbers.push(number)
    this.ends.push(this.names.length)
    return this.numbers.length - 1
  }

  isNamed(owner: number, bytes: Buffer, at: number, end: number): boolean {
    const from = this.ends.at(owner - 1)
    if (this.ends.at(owner) - from !== end - at) return false
    for (let i = at; i < end; i += 1) if (bytes[i] !== this.names.at(from + i - at)) return false
    return true
  }

  private compareStart(range: number, words: readonly number[]): number {
    for (let i = 0; i < words.length; i += 1) {
      const order = this.starts.at(range * words.length + i) - (words[i] ?? 0)
      if (order !== 0) return order
    }
    return 0
  }

  private nameOf(owner: number): string {
    const text = this.names.text(this.ends.at(owner - 1), this.ends.at(owner))
    return text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text
  }
}

/** Reads lines `first,last,number,name`, as they come; addresses are decimal numbers in ascending order, one family a file. */
export class AsnReader {
  private readonly piece = Buffer.alloc(PIECE_BYTES)
  /** What of it is the beginning of a line. */
  private kept = 0
  private readonly ranges = new AsnRanges()
  /** The system last seen with a number. */
  private readonly byNumber = new Map<number, number>()
  private readonly first: Uint32Array
  private readonly last: Uint32Array
  /** The first address of the range before. Ranges may overlap: the later one has what both have. */
  private readonly before: Uint32Array
  /** The address after the range before. */
  private readonly next: Uint32Array
  private readonly number = new Uint32Array(1)
  private isFull = false
  private line = 0

  constructor(family: 4 | 6) {
    const size = family === 4 ? 1 : 4
    this.first = new Uint32Array(size)
    this.last = new Uint32Array(size)
    this.before = new Uint32Array(size)
    this.next = new Uint32Array(size)
  }

  /** Where the next piece of the file is to be put. */
  get room(): Buffer {
    return this.piece.subarray(this.kept)
  }

  /** Reads what was put there; throws where a line is not of the form or not in order. */
  add(length: number): void {
    const bytes = this.piece.subarray(0, this.kept + length)
    if (this.line === 0 && isPacked(bytes)) throw new Error(say('geo.packed'))
    let at = 0
    for (let end = bytes.indexOf(LF); end >= 0; end = bytes.indexOf(LF, at)) {
      this.addLine(bytes, at, end)
      at = end + 1
    }
    this.kept = bytes.copy(this.piece, 0, at)
    if (this.kept === this.piece.length) throw this.notOfForm()
  }

  finish(): AsnRanges {
    this.addLine(this.piece, 0, this.kept)
    if (this.ranges.length === 0) throw new Error(say('geo.csv_empty'))
    if (!this.isFull) this.ranges.addRange(this.next, NOBODY)
    return this.ranges
  }

  private notOfForm(): Error {
    return new Error(say('geo.csv', { n: this.line }))
  }

  private addLine(bytes: Buffer, at: number, lineEnd: number): void {
    this.line += 1
    const end = bytes[lineEnd - 1] === CR ? lineEnd - 1 : lineEnd
    if (end <= at) return
    const one = bytes.indexOf(COMMA, at)
    const two = bytes.indexOf(COMMA, one + 1)
    const three = bytes.indexOf(COMMA, two + 1)
    if (one < 0 || two < 0 || three < 0 || three >= end) throw this.notOfForm()
    const { first, last, number } = this
    const isOfForm =
      readNumber(bytes, at, one, first) &&
      readNumber(bytes, one + 1, two, last) &&
      readNumber(bytes, two + 1, three, number)
    if (!isOfForm) throw this.notOfForm()
    this.addOwned(this.ownerOf(number[0] ?? 0, bytes, three + 1, end))
  }

  /** Adds the range from `first` to `last`, and before it what nobody has. */
  private addOwned(owner: number): void {
    const { first, last, next, ranges, before } = this
    if (compare(first, before) < 0 || compare(last, first) < 0)
      throw new Error(say('geo.csv_order', { n: this.line }))
    const isApart = !this.isFull && compare(first, next) > 0
    if (isApart && ranges.length > 0) ranges.addRange(next, NOBODY)
    if (isApart || ranges.lastOwner !== owner) ranges.addRange(first, owner)
    before.set(first)
    next.set(last)
    this.isFull = !increment(next)
  }

  private ownerOf(number: number, bytes: Buffer, at: number, end: number): number {
    const known = this.byNumber.get(number)
    if (known !== undefined && this.ranges.isNamed(known, bytes, at, end)) return known
    const owner = this.ranges.addOwner(number, bytes, at, end)
    this.byNumber.set(number, owner)
    return owner
  }
}
