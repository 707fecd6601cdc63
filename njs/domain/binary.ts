import { decodeUtf8 } from './encoding.ts'

/** Bytes of the longest ticket or pass. */
const CAPACITY = 1100

/** Writes the fixed layout of tickets and passes. */
export class ByteWriter {
  private readonly target = new Uint8Array(CAPACITY)
  private at = 0

  byte(value: number): this {
    this.target[this.at] = value & 255
    this.at += 1
    return this
  }

  word(value: number): this {
    return this.byte(value >>> 24)
      .byte(value >>> 16)
      .byte(value >>> 8)
      .byte(value)
  }

  bytes(values: Uint8Array): this {
    this.target.set(values, this.at)
    this.at += values.length
    return this
  }

  finish(): Uint8Array {
    return this.target.subarray(0, this.at)
  }
}

/** Reads the same layout; a read beyond the end makes `isBroken` true and yields zeros. */
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

  /** Whether everything was read and nothing was missing. */
  isDone(): boolean {
    return !this.isBroken && this.at === this.source.length
  }
}
