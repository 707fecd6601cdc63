import { readFileSync } from 'node:fs'
import { type Address, parseAddress } from '#domain/networks/network'
import type { AsnTable } from './asn-table.ts'

const LF = 0x0a
const CR = 0x0d
const COMMA = 0x2c
const QUOTE = 0x22
const ZERO = 0x30
const NINE = 0x39

const notOfForm = () => new Error('not a CSV of first,last,number,name with addresses as numbers')

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

/** The decimal digits of an address as one number. */
const digitsOf = ({ words }: Address): Uint8Array => {
  const [first = 0] = words
  const value =
    words.length === 1 ? first : words.reduce((sum, word) => (sum << 32n) + BigInt(word), 0n)
  return Buffer.from(value.toString(), 'latin1')
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

// Bytes from one mark to the next.
const STEP = 8192

/** Lines spread over a file: where they begin, and their first addresses. */
interface Marks {
  readonly at: readonly number[]
  readonly first: Float64Array
}

/** Throws where a marked line is not of the form, or not after the one before. */
const marksOf = (bytes: Buffer): Marks => {
  const at: number[] = []
  for (let offset = 0; offset < bytes.length; offset += STEP) at.push(lineStart(bytes, offset))
  const first = Float64Array.from(at, (start) => {
    const comma = bytes.indexOf(COMMA, start)
    if (comma <= start) throw notOfForm()
    return numberIn(bytes, start, comma)
  })
  if (first.some((value, i) => value < (first[i - 1] ?? 0)))
    throw new Error('its ranges are not in ascending order')
  return { at, first }
}

// Numbers of IPv6 have more digits than fit: those nearer to each other than this count as equal.
const ROUNDING = 1e-12

/** How many marks lie below a number, or at it. */
const marksUpTo = ({ first }: Marks, value: number): number => {
  let [low, high] = [0, first.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((first[middle] ?? 0) <= value) low = middle + 1
    else high = middle
  }
  return low
}

/** Offset of the last line whose first address is not above an address; -1 where there is none. */
const findLine = (bytes: Buffer, marks: Marks, { words }: Address, digits: Uint8Array): number => {
  let value = 0
  for (const word of words) value = value * 2 ** 32 + word
  let low = marks.at[marksUpTo(marks, value * (1 - ROUNDING)) - 1] ?? 0
  let high = marks.at[marksUpTo(marks, value * (1 + ROUNDING))] ?? bytes.length
  let found = -1
  while (low < high) {
    const middle = (low + high) >>> 1
    const at = lineStart(bytes, middle)
    if (compareNumber(bytes, at, digits) <= 0) {
      found = at
      low = lineEnd(bytes, middle) + 1
    } else high = at
  }
  return found
}

const nameIn = (bytes: Buffer, at: number, end: number): string => {
  const text = bytes.toString('utf8', at, bytes[end - 1] === CR ? end - 1 : end)
  return bytes[at] === QUOTE ? text.slice(1, -1).replaceAll('""', '"') : text
}

/** A table of one family's addresses; throws where the file cannot be read or is of another form. */
const openTable = (path: string): ((address: Address) => ReturnType<AsnTable>) => {
  const bytes = readFileSync(path)
  const marks = marksOf(bytes)
  return (address) => {
    const digits = digitsOf(address)
    const line = findLine(bytes, marks, address, digits)
    if (line < 0) return null
    const last = bytes.indexOf(COMMA, line) + 1
    const number = bytes.indexOf(COMMA, last) + 1
    const name = bytes.indexOf(COMMA, number) + 1
    if (compareNumber(bytes, last, digits) < 0) return null
    return {
      asn: numberIn(bytes, number, name - 1),
      org: nameIn(bytes, name, lineEnd(bytes, name)),
    }
  }
}

/**
 * The systems of addresses by files of `first,last,number,name`, one for each family, searched as they stand: for who asks for some
 * thousand addresses once, and would wait longer for all to be read (`AsnCsv`). IPv6 is read at its first use.
 */
export const searchAsnFiles = ([v4, v6]: readonly [string, string]): AsnTable => {
  const opened = new Map<string, ReturnType<typeof openTable>>()
  return (text) => {
    const address = parseAddress(text)
    if (address === null) return null
    const path = address.family === 4 ? v4 : v6
    let table = opened.get(path)
    if (table === undefined) opened.set(path, (table = openTable(path)))
    return table(address)
  }
}
