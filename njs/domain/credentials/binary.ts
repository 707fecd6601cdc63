import { wordAt } from './crypto.ts'
import { decodeUtf8 } from './encoding.ts'

/** Writes the binary layout of tickets and passes, integers in network byte order. */
export class ByteWriter {
  private readonly target: Buffer
  private at = 0

  /** `size`: bytes to allocate, at least as many as are written. */
  constructor(size: number) {
    this.target = Buffer.alloc(size)
  }

  byte(value: number): this {
    this.target[this.at] = value & 255
    this.at += 1
    return this
  }

  word(value: number): this {
    this.target.writeUInt32BE(value >>> 0, this.at)
    this.at += 4
    return this
  }

  bytes(values: Uint8Array): this {
    this.target.set(values, this.at)
    this.at += values.length
    return this
  }

  /** The bytes written so far, from the given offset; more can be written afterwards. */
  written(from = 0): Uint8Array {
    return this.target.subarray(from, this.at)
  }
}

/** Reads the layout of `ByteWriter`; a read beyond the end returns zeros and sets `isBroken`. */
export class ByteReader {
  isBroken = false
  private at = 0
  private readonly source: Uint8Array

  constructor(source: Uint8Array) {
    this.source = source
  }

  byte(): number {
    const value = this.source[this.at]
    this.at += 1
    if (value === undefined) this.isBroken = true
    return value ?? 0
  }

  short(): number {
    const at = this.skip(2)
    return (this.source[at] ?? 0) * 256 + (this.source[at + 1] ?? 0)
  }

  word(): number {
    const at = this.skip(4)
    return wordAt(this.source, at) >>> 0
  }

  bytes(length: number): Uint8Array {
    const at = this.skip(length)
    return this.source.subarray(at, at + length)
  }

  text(length: number): string {
    const value = decodeUtf8(this.bytes(length))
    if (value === null) this.isBroken = true
    return value ?? ''
  }

  /** Where the next bytes begin, which are then read. */
  private skip(length: number): number {
    const { at } = this
    this.at = at + length
    if (this.at > this.source.length) this.isBroken = true
    return at
  }

  /** Whether the source was read to its end and not beyond. */
  isDone(): boolean {
    return !this.isBroken && this.at === this.source.length
  }
}
