import { readFile, stat } from 'node:fs/promises'
import { parseAddress } from '#domain/networks/network'
import type { GeoProblem } from './geo-file.ts'

/** Ranges of addresses with the number of their autonomous system, sorted by first address. */
interface Ranges {
  readonly count: number
  /** First and last addresses: IPv4 as one number, of IPv6 the upper 64 bits as two. */
  readonly first: Uint32Array
  readonly firstLow: Uint32Array | null
  readonly last: Uint32Array
  readonly lastLow: Uint32Array | null
  readonly asn: Uint32Array
}

const LF = 0x0a
const COMMA = 0x2c
const QUOTE = 0x22
const LOW = 0xff_ff_ff_ffn

const countLines = (bytes: Buffer): number => {
  let count = 1
  for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) count += 1
  return count
}

/** The decimal number from offset `at` up to `end`; imprecise above 53 bits. */
const numberIn = (bytes: Buffer, at: number, end: number): number => {
  let value = 0
  for (let i = at; i < end; i += 1) value = value * 10 + (bytes[i] ?? 0) - 0x30
  return value
}

const nameIn = (bytes: Buffer, at: number, end: number): string => {
  const text = bytes.toString('utf8', at, end)
  return bytes[at] === QUOTE ? text.slice(1, -1).replaceAll('""', '"') : text
}

const isDigits = (bytes: Buffer, at: number, end: number): boolean => {
  for (let i = at; i < end; i += 1) {
    const byte = bytes[i] ?? 0
    if (byte < 0x30 || byte > 0x39) return false
  }
  return end > at
}

const emptyRanges = (
  count: number,
  isWide: boolean,
): { -readonly [K in keyof Ranges]: Ranges[K] } => ({
  count: 0,
  first: new Uint32Array(count),
  firstLow: isWide ? new Uint32Array(count) : null,
  last: new Uint32Array(count),
  lastLow: isWide ? new Uint32Array(count) : null,
  asn: new Uint32Array(count),
})

/** Upper 64 bits of an IPv6 address written as one decimal number. */
const upperOf = (bytes: Buffer, at: number, end: number): bigint =>
  BigInt(bytes.toString('latin1', at, end)) >> 64n

type Filling = { -readonly [K in keyof Ranges]: Ranges[K] }

/** Offsets of a line's columns, in pairs; `null` where it has too few. */
const columnsOf = (bytes: Buffer, at: number, stop: number): readonly number[] | null => {
  const one = bytes.indexOf(COMMA, at)
  const two = bytes.indexOf(COMMA, one + 1)
  const three = bytes.indexOf(COMMA, two + 1)
  if (one < 0 || two < 0 || three < 0 || three >= stop) return null
  return isDigits(bytes, at, one) && isDigits(bytes, one + 1, two) ? [one, two, three] : null
}

const setWide = (ranges: Filling, row: number, first: bigint, last: bigint): void => {
  ranges.first[row] = Number(first >> 32n)
  ranges.last[row] = Number(last >> 32n)
  if (ranges.firstLow) ranges.firstLow[row] = Number(first & LOW)
  if (ranges.lastLow) ranges.lastLow[row] = Number(last & LOW)
}

const addRow = (
  ranges: Filling,
  bytes: Buffer,
  { at, one, two }: { readonly at: number; readonly one: number; readonly two: number },
): void => {
  const row = ranges.count
  if (ranges.firstLow === null) {
    ranges.first[row] = numberIn(bytes, at, one)
    ranges.last[row] = numberIn(bytes, one + 1, two)
  } else setWide(ranges, row, upperOf(bytes, at, one), upperOf(bytes, one + 1, two))
  ranges.count += 1
}

/** Parses lines `first,last,number,name` with addresses as decimal numbers; adds names to `names`. Throws where a line is not of this form. */
const parseRanges = (bytes: Buffer, family: 4 | 6, names: Map<number, string>): Ranges => {
  const ranges = emptyRanges(countLines(bytes), family === 6)
  for (let at = 0; at < bytes.length; ) {
    const lf = bytes.indexOf(LF, at)
    const end = lf < 0 ? bytes.length : lf
    const stop = bytes[end - 1] === 0x0d ? end - 1 : end
    const columns = columnsOf(bytes, at, stop)
    if (columns === null && stop > at)
      throw new Error('not a CSV of first,last,number,name with addresses as numbers')
    if (columns !== null) {
      const [one = 0, two = 0, three = 0] = columns
      const asn = numberIn(bytes, two + 1, three)
      ranges.asn[ranges.count] = asn
      if (!names.has(asn)) names.set(asn, nameIn(bytes, three + 1, stop))
      addRow(ranges, bytes, { at, one, two })
    }
    at = end + 1
  }
  if (ranges.count === 0) throw new Error('it has no ranges')
  return ranges
}

const compare = (high: number, low: number, otherHigh: number, otherLow: number): number =>
  high === otherHigh ? low - otherLow : high - otherHigh

/** Autonomous system of the range with an address; `null` = none. */
const findIn = (ranges: Ranges, high: number, low: number): number | null => {
  let [from, to] = [0, ranges.count]
  while (from < to) {
    const middle = (from + to) >>> 1
    const order = compare(ranges.first[middle] ?? 0, ranges.firstLow?.[middle] ?? 0, high, low)
    if (order <= 0) from = middle + 1
    else to = middle
  }
  const row = from - 1
  if (row < 0) return null
  const isIn = compare(ranges.last[row] ?? 0, ranges.lastLow?.[row] ?? 0, high, low) >= 0
  return isIn ? (ranges.asn[row] ?? null) : null
}

/** A file of autonomous systems as CSV: `first,last,number,name`, addresses as decimal numbers, one family a file. */
export class AsnCsv {
  readonly family: 4 | 6
  private readonly path: string
  private readonly onProblem: (problem: GeoProblem) => void
  private names = new Map<number, string>()
  private ranges: Ranges | null = null
  private readAs = ''

  constructor(path: string, family: 4 | 6, onProblem: (problem: GeoProblem) => void) {
    this.family = family
    this.path = path
    this.onProblem = onProblem
  }

  /** Always true: CSV is read at the start, not at the first look-up. */
  isUsed(): boolean {
    return true
  }

  /** `{asn, as_organization}` of an address; `null` where unknown, and before the file was read. */
  get(text: string): unknown {
    const address = parseAddress(text)
    if (this.ranges === null || address?.family !== this.family) return null
    const [high = 0, low = 0] = address.words
    const asn = findIn(this.ranges, high, this.family === 4 ? 0 : low)
    return asn === null ? null : { asn, as_organization: this.names.get(asn) ?? null }
  }

  /** Reads the file if it has changed; an invalid one is reported, and the content before stays in use. */
  async refresh(): Promise<void> {
    try {
      const { mtimeMs, size, ino } = await stat(this.path)
      const stamp = `${mtimeMs}-${size}-${ino}`
      if (stamp === this.readAs) return
      this.readAs = stamp
      const names = new Map<number, string>()
      this.ranges = parseRanges(await readFile(this.path), this.family, names)
      this.names = names
    } catch (error) {
      this.onProblem({
        path: this.path,
        reason: error instanceof Error ? error.message : 'unreadable',
      })
    }
  }
}
