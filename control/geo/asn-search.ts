import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { type Address, parseAddress } from '#domain/networks/network'
import type { AsnTable } from './asn-table.ts'

const LF = 0x0a
const CR = 0x0d
const COMMA = 0x2c
const QUOTE = 0x22
const ZERO = 0x30
const NINE = 0x39

const notOfForm = () => new Error('not a CSV of first,last,number,name with addresses as numbers')

const lineEnd = (bytes: Buffer, at: number): number => {
  const end = bytes.indexOf(LF, at)
  return end < 0 ? bytes.length : end
}

/** Compares a whole number written at an offset with another; both without leading zeros. */
const compareNumber = (bytes: Buffer, at: number, digits: Uint8Array): number => {
  let order = 0
  for (let i = 0; i < digits.length; i += 1) {
    const byte = bytes[at + i] ?? 0
    if (byte < ZERO || byte > NINE) return -1
    order ||= byte - (digits[i] ?? 0)
  }
  const after = bytes[at + digits.length] ?? 0
  return after >= ZERO && after <= NINE ? 1 : order
}

/** An address as one number. */
interface Wanted {
  /** Of IPv6 the nearest there is. */
  readonly value: number
  /** Its decimal digits where the value is not exact. */
  readonly digits: Uint8Array | null
}

const wantedOf = ({ words }: Address): Wanted => {
  let value = 0
  for (const word of words) value = value * 2 ** 32 + word
  if (words.length === 1) return { value, digits: null }
  const exact = words.reduce((sum, word) => (sum << 32n) + BigInt(word), 0n)
  return { value, digits: Buffer.from(exact.toString(), 'latin1') }
}

/** The number written between two offsets; of many digits, the nearest there is. */
const numberIn = (bytes: Buffer, at: number, end: number): number => {
  let value = 0
  for (let i = at; i < end; i += 1) {
    const byte = bytes[i] ?? 0
    if (byte < ZERO || byte > NINE) throw notOfForm()
    value = value * 10 + byte - ZERO
  }
  return value
}

// Bytes that are read at once; no line is longer.
const BLOCK = 4096
// Of an IPv6 address as a number.
const MOST_DIGITS = 39

/** A file that is read where it is looked at. */
interface BlockFile {
  /** Of the length of the file; zeros where nothing was read yet. */
  readonly bytes: Buffer
  /** Reads what is not yet read between two offsets, the second not included. */
  readonly load: (from: number, to: number) => void
  readonly close: () => void
}

const openBlocks = (path: string): BlockFile => {
  const file = openSync(path, 'r')
  const bytes = Buffer.alloc(fstatSync(file).size)
  const isRead = new Uint8Array(Math.ceil(bytes.length / BLOCK))
  const read = (block: number): void => {
    const end = Math.min(bytes.length, (block + 1) * BLOCK)
    for (let at = block * BLOCK; at < end; ) {
      const count = readSync(file, bytes, at, end - at, at)
      if (count === 0) throw new Error(`${path} was cut off while it was read`)
      at += count
    }
    isRead[block] = 1
  }
  return {
    bytes,
    load: (from, to) => {
      for (let block = Math.floor(from / BLOCK); block * BLOCK < to; block += 1)
        if (isRead[block] === 0) read(block)
    },
    close: () => closeSync(file),
  }
}

/** Lines one after the other. */
interface Lines {
  /** Where they begin. */
  readonly at: readonly number[]
  /** Their first addresses. */
  readonly first: Float64Array
}

const firstOf = (bytes: Buffer, line: number): number => {
  const comma = bytes.indexOf(COMMA, line)
  if (comma <= line || comma > line + MOST_DIGITS) throw notOfForm()
  return numberIn(bytes, line, comma)
}

/** The lines that begin in each block of a file, read when they are asked for. */
const blocksOf = ({ bytes, load }: BlockFile) => {
  const count = Math.ceil(bytes.length / BLOCK)
  const starts = new Float64Array(count)
  const firsts = new Float64Array(count).fill(Number.NaN)
  const known = new Map<number, Lines>()
  /** The first address of the first line; infinite where none begins. */
  const read = (block: number): number => {
    const [from, next] = [block * BLOCK, Math.min(bytes.length, (block + 1) * BLOCK)]
    load(from, next)
    const start = block === 0 ? 0 : Math.min(lineEnd(bytes, from) + 1, bytes.length)
    if (start > next) throw notOfForm()
    load(start, Math.min(start + MOST_DIGITS + 1, bytes.length))
    starts[block] = start
    const first = start === bytes.length ? Number.POSITIVE_INFINITY : firstOf(bytes, start)
    firsts[block] = first
    return first
  }
  const lines = (block: number): Lines => {
    let found = known.get(block)
    if (found !== undefined) return found
    if (Number.isNaN(firsts[block])) read(block)
    const next = Math.min(bytes.length, (block + 1) * BLOCK)
    load(next, Math.min(next + BLOCK, bytes.length))
    const at: number[] = []
    // The line that begins with the next block belongs to this one: the next looks for an end of line first.
    for (let line = starts[block] ?? 0; line <= next && line < bytes.length; ) {
      at.push(line)
      line = lineEnd(bytes, line) + 1
    }
    found = { at, first: Float64Array.from(at, (line) => firstOf(bytes, line)) }
    known.set(block, found)
    return found
  }
  return { firsts, read, lines }
}

// Numbers of IPv6 have more digits than fit: those nearer to each other than this may be in another order.
const ROUNDING = 1e-12

/** Where the last of ascending numbers is that is not above a value; -1 where there is none. Throws where those looked at are not in order. */
const lastUpTo = (
  numbers: Float64Array,
  value: number,
  /** Reads one that is not yet known, and so no number. */
  read: (at: number) => number,
): number => {
  if (numbers.length === 0) return -1
  let [low, high] = [0, numbers.length]
  let [least = 0] = numbers
  if (Number.isNaN(least)) least = read(0)
  let most = Number.POSITIVE_INFINITY
  while (low < high) {
    const middle = (low + high) >>> 1
    let found = numbers[middle] ?? 0
    if (Number.isNaN(found)) found = read(middle)
    if (found < least || found > most) throw new Error('its ranges are not in ascending order')
    if (found <= value) {
      low = middle + 1
      least = found
    } else {
      high = middle
      most = found
    }
  }
  return low - 1
}

const nothingToRead = (): number => Number.NaN

/** Offset of the last line whose first address is not above an address; -1 where there is none. */
const findLine = (
  bytes: Buffer,
  { firsts, read, lines }: ReturnType<typeof blocksOf>,
  { value, digits }: Wanted,
): number => {
  const most = value * (1 + ROUNDING)
  for (let block = lastUpTo(firsts, most, read); block >= 0; block -= 1) {
    const { at, first } = lines(block)
    for (let line = lastUpTo(first, most, nothingToRead); line >= 0; line -= 1) {
      const offset = at[line] ?? 0
      if (digits === null || compareNumber(bytes, offset, digits) <= 0) return offset
    }
  }
  return -1
}

const nameIn = (bytes: Buffer, at: number, end: number): string => {
  const text = bytes.toString('utf8', at, bytes[end - 1] === CR ? end - 1 : end)
  return bytes[at] === QUOTE ? text.slice(1, -1).replaceAll('""', '"') : text
}

type Network = NonNullable<ReturnType<AsnTable>>

/** A table of one family's addresses; throws where the file cannot be read or is of another form. */
const openTable = (path: string) => {
  const file = openBlocks(path)
  const { bytes } = file
  const blocks = blocksOf(file)
  // One object and one text for all addresses of a line.
  const known = new Map<number, Network>()
  const networkAt = (line: number, number: number): Network => {
    let network = known.get(line)
    if (network === undefined) {
      const name = bytes.indexOf(COMMA, number) + 1
      const asn = numberIn(bytes, number, name - 1)
      network = { asn, org: nameIn(bytes, name, lineEnd(bytes, name)) }
      known.set(line, network)
    }
    return network
  }
  const find = (address: Address): Network | null => {
    const wanted = wantedOf(address)
    const line = findLine(bytes, blocks, wanted)
    if (line < 0) return null
    const last = bytes.indexOf(COMMA, line) + 1
    const number = bytes.indexOf(COMMA, last) + 1
    const { value, digits } = wanted
    const isBeyond =
      digits === null
        ? numberIn(bytes, last, number - 1) < value
        : compareNumber(bytes, last, digits) < 0
    return isBeyond ? null : networkAt(line, number)
  }
  return { find, close: file.close }
}

/**
 * The systems of addresses by files of `first,last,number,name`, one for each family, searched as they stand: for who asks for some
 * thousand addresses once, and would wait longer for all to be read (`AsnCsv`). Of a file only what is looked at is read.
 */
export const searchAsnFiles = ([v4, v6]: readonly [string, string]): {
  readonly find: AsnTable
  readonly close: () => void
} => {
  const opened = new Map<string, ReturnType<typeof openTable>>()
  return {
    find(text) {
      const address = parseAddress(text)
      if (address === null) return null
      const path = address.family === 4 ? v4 : v6
      let table = opened.get(path)
      if (table === undefined) opened.set(path, (table = openTable(path)))
      return table.find(address)
    },
    close() {
      for (const table of opened.values()) table.close()
      opened.clear()
    },
  }
}
