import { decodeUtf8 } from './encoding.ts'

/** Writes the fixed layout of tickets and passes. */
export class ByteWriter {
  private readonly target: Buffer
  private at = 0

  /** Room for exactly what will be written, or more. */
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

  /** What was written so far; writing may go on. */
  written(from = 0): Uint8Array {
    return this.target.subarray(from, this.at)
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
