import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { type Address, parseAddress } from '#domain/networks/network'
import type { AsnTable } from './asn-table.ts'

const LF = 0x0a
const CR = 0x0d
const COMMA = 0x2c
const QUOTE = 0x22
const ZERO = 0x30
const NINE = 0x39

// Of an IPv6 address as a number.
const MOST_DIGITS = 39

const notOfForm = () => new Error('not a CSV of first,last,number,name with addresses as numbers')

const lineEnd = (bytes: Buffer, at: number): number => {
  let end = at
  while (end < bytes.length && bytes[end] !== LF) end += 1
  return end
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

/** Where the number that begins at an offset ends: at a comma. */
const numberEnd = (bytes: Buffer, at: number): number => {
  for (let end = at + 1; end <= at + MOST_DIGITS; end += 1) if (bytes[end] === COMMA) return end
  throw notOfForm()
}

/** The number written at an offset; of many digits, the nearest there is. */
const numberAt = (bytes: Buffer, at: number): number => {
  const end = numberEnd(bytes, at)
  let value = 0
  for (let i = at; i < end; i += 1) {
    const byte = bytes[i] ?? 0
    if (byte < ZERO || byte > NINE) throw notOfForm()
    value = value * 10 + byte - ZERO
  }
  return value
}

/** An address as one number. */
interface Wanted {
  /** Of IPv6 the nearest there is. */
  readonly value: number
  /** How far a number that is not exact may be off. */
  readonly slack: number
  readonly address: Address
}

// Numbers of IPv6 have more digits than fit: those nearer to each other than this may be in another order.
const ROUNDING = 1e-14

const wantedOf = (address: Address): Wanted => {
  const { words } = address
  if (words.length === 1) return { value: words[0] ?? 0, slack: 0, address }
  let value = 0
  for (const word of words) value = value * 2 ** 32 + word
  return { value, slack: value * ROUNDING, address }
}

const digitsOf = ({ words }: Address): Uint8Array => {
  const exact = words.reduce((sum, word) => (sum << 32n) + BigInt(word), 0n)
  return Buffer.from(exact.toString(), 'latin1')
}

/** Whether a number written at an offset is above an address (1), below (-1) or the same (0), by its digits where its nearest value does not say it. */
const orderOf = (bytes: Buffer, at: number, { value, slack, address }: Wanted): number => {
  const number = numberAt(bytes, at)
  if (number > value + slack) return 1
  if (number < value - slack) return -1
  return slack === 0 ? 0 : compareNumber(bytes, at, digitsOf(address))
}

// Bytes that are read at once; no line is longer.
const BLOCK = 4096

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

// Between fewer bytes, lines are looked at one after the other.
const FEW_BYTES = 128

const notInOrder = () => new Error('its ranges are not in ascending order')

/** The lines of a file by the blocks they begin in, read when they are asked for. */
const linesOf = ({ bytes, load }: BlockFile) => {
  const count = Math.ceil(bytes.length / BLOCK)
  const starts = new Float64Array(count)
  const firsts = new Float64Array(count).fill(Number.NaN)
  /** The first address of the first line that begins in a block; infinite where none does. */
  const read = (block: number): number => {
    const [from, next] = [block * BLOCK, Math.min(bytes.length, (block + 1) * BLOCK)]
    load(from, next)
    const start = block === 0 ? 0 : Math.min(lineEnd(bytes, from) + 1, bytes.length)
    if (start > next) throw notOfForm()
    load(start, Math.min(start + MOST_DIGITS + 1, bytes.length))
    starts[block] = start
    const first = start === bytes.length ? Number.POSITIVE_INFINITY : numberAt(bytes, start)
    firsts[block] = first
    return first
  }
  /** The last line of a block whose first address is not above a value, which the first line's is not. */
  const lastIn = (block: number, value: number): number => {
    const next = Math.min(bytes.length, (block + 1) * BLOCK)
    load(next, Math.min(next + BLOCK, bytes.length))
    let low = starts[block] ?? 0
    // The line that begins with the next block belongs to this one: the next looks for an end of line first.
    let high = Math.min(next + 1, bytes.length)
    let least = firsts[block] ?? 0
    let most = Number.POSITIVE_INFINITY
    for (;;) {
      const isNear = high - low <= FEW_BYTES
      const middle = isNear ? low : (low + high) >>> 1
      const line = lineEnd(bytes, middle) + 1
      const first = line < high ? numberAt(bytes, line) : most
      if (first < least || first > most) throw notInOrder()
      if (line < high && first <= value) {
        low = line
        least = first
      } else {
        if (isNear) return low
        high = middle + 1
        most = first
      }
    }
  }
  /** The last line whose first address is not above a value; -1 where there is none. */
  const lastUpTo = (value: number): number => {
    const block = lastNotAbove(firsts, value, read)
    return block < 0 ? -1 : lastIn(block, value)
  }
  /** The line before another; -1 where there is none. */
  const before = (line: number): number => {
    if (line === 0) return -1
    load(Math.max(0, line - BLOCK), line)
    return bytes.lastIndexOf(LF, line - 2) + 1
  }
  return { lastUpTo, before }
}

/** Where the last of ascending numbers is that is not above a value; -1 where there is none. Throws where those looked at are not in order. */
const lastNotAbove = (
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
    if (found < least || found > most) throw notInOrder()
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

const nameIn = (bytes: Buffer, at: number, end: number): string => {
  const text = bytes.toString('utf8', at, bytes[end - 1] === CR ? end - 1 : end)
  return bytes[at] === QUOTE ? text.slice(1, -1).replaceAll('""', '"') : text
}

type Network = NonNullable<ReturnType<AsnTable>>

/** A table of one family's addresses; throws where the file cannot be read or is of another form. */
const openTable = (path: string) => {
  const file = openBlocks(path)
  const { bytes } = file
  const { lastUpTo, before } = linesOf(file)
  // One object and one text for all addresses of a line.
  const known = new Map<number, Network>()
  const networkAt = (line: number, number: number): Network => {
    let network = known.get(line)
    if (network === undefined) {
      const name = numberEnd(bytes, number) + 1
      network = { asn: numberAt(bytes, number), org: nameIn(bytes, name, lineEnd(bytes, name)) }
      known.set(line, network)
    }
    return network
  }
  const find = (address: Address): Network | null => {
    const wanted = wantedOf(address)
    let line = lastUpTo(wanted.value + wanted.slack)
    while (line >= 0 && orderOf(bytes, line, wanted) > 0) line = before(line)
    if (line < 0) return null
    const last = numberEnd(bytes, line) + 1
    if (orderOf(bytes, last, wanted) < 0) return null
    return networkAt(line, numberEnd(bytes, last) + 1)
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
