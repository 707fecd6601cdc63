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
    return this.byte() * 256 + this.byte()
  }

  word(): number {
    return this.short() * 65536 + this.short()
  }

  bytes(length: number): Uint8Array {
    if (this.at + length > this.source.length) this.isBroken = true
    const part = this.source.subarray(this.at, this.at + length)
    this.at += length
    return part
  }

  text(length: number): string {
    const value = decodeUtf8(this.bytes(length))
    if (value === null) this.isBroken = true
    return value ?? ''
  }

  /** Whether the source was read to its end and not beyond. */
  isDone(): boolean {
    return !this.isBroken && this.at === this.source.length
  }
}
