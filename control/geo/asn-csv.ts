import { readFileSync, statSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { type Address, parseAddress } from '#domain/networks/network'
import type { GeoProblem } from './geo-file.ts'

const LF = 0x0a
const CR = 0x0d
const COMMA = 0x2c
const QUOTE = 0x22
const ZERO = 0x30
const NINE = 0x39

/** A line `first,last,number,name`: offsets of its first byte, its commas and its end. */
interface Line {
  readonly at: number
  readonly one: number
  readonly two: number
  readonly three: number
  readonly end: number
}

const isDigits = (bytes: Buffer, at: number, end: number): boolean => {
  for (let i = at; i < end; i += 1) {
    const byte = bytes[i] ?? 0
    if (byte < ZERO || byte > NINE) return false
  }
  return end > at
}

/** Offset of the first byte of the line with an offset. */
const lineStart = (bytes: Buffer, at: number): number => {
  let start = at
  while (start > 0 && bytes[start - 1] !== LF) start -= 1
  return start
}

const lineEnd = (bytes: Buffer, at: number): number => {
  const end = bytes.indexOf(LF, at)
  return end < 0 ? bytes.length : end
}

/** The line that begins at an offset; `null` where it is not of the form. */
const lineAt = (bytes: Buffer, at: number): Line | null => {
  const stop = lineEnd(bytes, at)
  const end = bytes[stop - 1] === CR ? stop - 1 : stop
  const one = bytes.indexOf(COMMA, at)
  const two = bytes.indexOf(COMMA, one + 1)
  const three = bytes.indexOf(COMMA, two + 1)
  if (one < 0 || two < 0 || three < 0 || three >= end) return null
  const isOfForm =
    isDigits(bytes, at, one) && isDigits(bytes, one + 1, two) && isDigits(bytes, two + 1, three)
  return isOfForm ? { at, one, two, three, end } : null
}

/** Compares a whole number written at an offset with another; both without leading zeros. */
const compareNumber = (bytes: Buffer, at: number, digits: Uint8Array): number => {
  for (let i = 0; i < digits.length; i += 1) {
    const byte = bytes[at + i] ?? 0
    if (byte < ZERO || byte > NINE) return -1
  }
  const after = bytes[at + digits.length] ?? 0
  if (after >= ZERO && after <= NINE) return 1
  for (let i = 0; i < digits.length; i += 1) {
    const order = (bytes[at + i] ?? 0) - (digits[i] ?? 0)
    if (order !== 0) return order
  }
  return 0
}

/** The decimal digits of an address as one number. */
const digitsOf = ({ words }: Address): Uint8Array => {
  const [first = 0] = words
  const value =
    words.length === 1 ? first : words.reduce((sum, word) => (sum << 32n) + BigInt(word), 0n)
  const text = value.toString()
  const digits = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i += 1) digits[i] = text.charCodeAt(i)
  return digits
}

const numberIn = (bytes: Buffer, at: number, end: number): number => {
  let value = 0
  for (let i = at; i < end; i += 1) value = value * 10 + (bytes[i] ?? 0) - ZERO
  return value
}

/** The last line whose first address is not above an address; lines are in ascending order. */
const findLine = (bytes: Buffer, digits: Uint8Array): Line | null => {
  let [low, high, found] = [0, bytes.length, -1]
  while (low < high) {
    const middle = (low + high) >>> 1
    const at = lineStart(bytes, middle)
    if (compareNumber(bytes, at, digits) <= 0) {
      found = at
      low = lineEnd(bytes, middle) + 1
    } else high = at
  }
  return found < 0 ? null : lineAt(bytes, found)
}

const nameIn = (bytes: Buffer, at: number, end: number): string => {
  const text = bytes.toString('utf8', at, end)
  return bytes[at] === QUOTE ? text.slice(1, -1).replaceAll('""', '"') : text
}

// Of so many lines, spread over the file, the form and the order are checked when it is read.
const SAMPLES = 256

/** Throws where lines of the file are not of the form or not in ascending order. */
const check = (bytes: Buffer): void => {
  if (bytes.length === 0) throw new Error('it has no ranges')
  let before: Line | null = null
  for (let i = 0; i <= SAMPLES; i += 1) {
    const offset = Math.floor(((bytes.length - 1) * i) / SAMPLES)
    const line = lineAt(bytes, lineStart(bytes, offset))
    if (line === null)
      throw new Error('not a CSV of first,last,number,name with addresses as numbers')
    if (before !== null && compareNumber(bytes, line.at, bytes.subarray(before.at, before.one)) < 0)
      throw new Error('its ranges are not in ascending order')
    before = line
  }
}

const stampOf = ({ mtimeMs, size, ino }: { mtimeMs: number; size: number; ino: number }): string =>
  `${mtimeMs}-${size}-${ino}`

/**
 * A file of autonomous systems as CSV: `first,last,number,name`, addresses as decimal numbers in ascending order, one family a
 * file. It is searched as it stands: few of its lines are ever looked at.
 */
export class AsnCsv {
  readonly family: 4 | 6
  private readonly path: string
  private readonly onProblem: (problem: GeoProblem) => void
  private bytes: Buffer | null = null
  private readAs = ''

  constructor(path: string, family: 4 | 6, onProblem: (problem: GeoProblem) => void) {
    this.family = family
    this.path = path
    this.onProblem = onProblem
  }

  /** Whether it was read at least once, with or without success. */
  isUsed(): boolean {
    return this.readAs !== ''
  }

  /** `{asn, as_organization}` of an address; `null` where unknown. The first call reads the file, if nothing has yet. */
  get(text: string, address = parseAddress(text)): unknown {
    if (address?.family !== this.family) return null
    if (!this.isUsed()) this.loadNow()
    const { bytes } = this
    if (bytes === null) return null
    const digits = digitsOf(address)
    const line = findLine(bytes, digits)
    if (line === null || compareNumber(bytes, line.one + 1, digits) < 0) return null
    return {
      asn: numberIn(bytes, line.two + 1, line.three),
      as_organization: nameIn(bytes, line.three + 1, line.end),
    }
  }

  /** Reads the file if it has changed; an invalid one is reported, and the content before stays in use. */
  async refresh(): Promise<void> {
    try {
      const stamp = stampOf(await stat(this.path))
      if (stamp === this.readAs) return
      this.readAs = stamp
      this.use(await readFile(this.path))
    } catch (error) {
      this.fail(error)
    }
  }

  private loadNow(): void {
    try {
      this.readAs = stampOf(statSync(this.path))
      this.use(readFileSync(this.path))
    } catch (error) {
      this.fail(error)
    }
  }

  private use(bytes: Buffer): void {
    let end = bytes.length
    while (bytes[end - 1] === LF || bytes[end - 1] === CR) end -= 1
    const lines = bytes.subarray(0, end)
    check(lines)
    this.bytes = lines
  }

  private fail(error: unknown): void {
    this.readAs ||= 'unread'
    const reason = error instanceof Error ? error.message : 'unreadable'
    this.onProblem({ path: this.path, reason })
  }
}
