/** An IP address as unsigned 32-bit words: one for IPv4, four for IPv6. An IPv4-mapped IPv6 address is always IPv4. */
export interface Address {
  readonly family: 4 | 6
  readonly words: readonly number[]
}

/** The IPv4 address of 32 bits. */
export const addressOfV4 = (value: number): Address => ({ family: 4, words: [value >>> 0] })

/** The 32-bit word at `index`; zero beyond the last. */
export const wordAt = (address: Address, index: number): number => address.words[index] ?? 0

const decimalOctet = /^(?:0|[1-9][0-9]{0,2})$/
const longestText = 45

/** One decimal octet, 0 to 255; `null` for anything else. Leading zeros are refused, since many parsers read them as octal. */
export const parseOctet = (text: string): number | null => {
  if (!decimalOctet.test(text)) return null
  const value = Number(text)
  return value <= 255 ? value : null
}

const DOT = 0x2e
const ZERO = 0x30
const NINE = 0x39

const parseV4 = (text: string): number | null => {
  let [value, octet, digits, dots] = [0, 0, 0, 0]
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i)
    if (code === DOT) {
      if (digits === 0) return null
      value = value * 256 + octet
      octet = 0
      digits = 0
      dots += 1
    } else {
      // No octet begins with a zero and goes on, see `parseOctet`.
      if (code < ZERO || code > NINE || (digits > 0 && octet === 0)) return null
      octet = octet * 10 + code - ZERO
      digits += 1
      if (octet > 255) return null
    }
  }
  return dots === 3 && digits > 0 ? value * 256 + octet : null
}

const COLON = 0x3a
const CASE = 0x20
const LETTER_A = 0x61
const GROUPS = 8

/** What a hexadecimal digit stands for; -1 for anything else. */
const hexDigit = (code: number): number => {
  if (code >= ZERO && code <= NINE) return code - ZERO
  const letter = (code | CASE) - LETTER_A
  return letter >= 0 && letter < 6 ? letter + 10 : -1
}

/** Where the hexadecimal digits from an offset on end. */
const endOfHex = (text: string, from: number): number => {
  let end = from
  while (end < text.length && hexDigit(text.charCodeAt(end)) >= 0) end += 1
  return end
}

const hexBetween = (text: string, from: number, end: number): number => {
  let value = 0
  for (let i = from; i < end; i += 1) value = value * 16 + hexDigit(text.charCodeAt(i))
  return value
}

/**
 * Adds the 16-bit groups of IPv6 text to a list, the last of which may be a dotted IPv4 address; gives where zeros are left out, -1 where
 * none are, and `null` where the text is of another form.
 */
const readGroups = (text: string, groups: number[]): number | null => {
  let gap = text.startsWith('::') ? 0 : -1
  let from = gap < 0 ? 0 : 2
  while (from < text.length) {
    const end = endOfHex(text, from)
    if (text.charCodeAt(end) === DOT) {
      const v4 = parseV4(text.slice(from))
      if (v4 === null) return null
      groups.push(v4 >>> 16, v4 & 0xffff)
      return gap
    }
    if (end === from || end - from > 4) return null
    groups.push(hexBetween(text, from, end))
    if (end === text.length) return gap
    if (text.charCodeAt(end) !== COLON || end + 1 === text.length) return null
    from = end + 1
    if (text.charCodeAt(from) === COLON) {
      if (gap >= 0) return null
      gap = groups.length
      from += 1
    }
  }
  return gap
}

/** The four words of IPv6 text, IPv4-mapped addresses left as they are; `null` where the text is not IPv6. */
export const parseV6Words = (text: string): number[] | null => {
  if (text.length > longestText) return null
  const groups: number[] = []
  const gap = readGroups(text, groups)
  const missing = GROUPS - groups.length
  if (gap === null || (gap < 0 ? missing !== 0 : missing < 1)) return null
  const words = [0, 0, 0, 0]
  for (let i = 0; i < groups.length; i += 1) {
    const at = gap < 0 || i < gap ? i : i + missing
    const word = at >> 1
    words[word] = (words[word] ?? 0) + (groups[i] ?? 0) * ((at & 1) === 0 ? 65536 : 1)
  }
  return words
}

/** Whether words lie in `::ffff:0:0/96`. */
export const isMapped = (words: readonly number[]): boolean =>
  words.length === 4 && words[0] === 0 && words[1] === 0 && words[2] === 0xffff

/** An address from one or four words; an IPv4-mapped one becomes IPv4. */
export const addressOfWords = (words: readonly number[]): Address => {
  if (words.length === 1) return addressOfV4(words[0] ?? 0)
  return isMapped(words) ? addressOfV4(words[3] ?? 0) : { family: 6, words }
}

/** Parses four decimal octets or RFC 4291 text; `null` for anything else: zone id, port, brackets, octal and short forms are not accepted. */
export const parseAddress = (text: string): Address | null => {
  if (text.includes(':')) {
    const words = parseV6Words(text)
    return words && addressOfWords(words)
  }
  const v4 = text.length > 15 ? null : parseV4(text)
  return v4 === null ? null : addressOfV4(v4)
}

/** An address from the 4 or 16 bytes of nginx's `$binary_remote_addr`; `null` for any other length. */
export const addressOfBytes = (bytes: ArrayLike<number>): Address | null => {
  if (bytes.length !== 4 && bytes.length !== 16) return null
  const words: number[] = []
  for (let i = 0; i < bytes.length; i += 4) {
    let word = 0
    for (let j = i; j < i + 4; j += 1) word = word * 256 + ((bytes[j] ?? 0) & 0xff)
    words.push(word)
  }
  return addressOfWords(words)
}

const dotted = (word: number): string =>
  `${word >>> 24}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.${word & 255}`

/** One of the eight groups of an IPv6 address. */
const groupAt = (address: Address, index: number): number => {
  const word = wordAt(address, index >> 1)
  return (index & 1) === 0 ? word >>> 16 : word & 0xffff
}

/** Canonical text: dotted quad, or RFC 5952 for IPv6, where the longest run of zero groups, the leftmost of equal ones, is left out. */
export const formatAddress = (address: Address): string => {
  if (address.family === 4) return dotted(wordAt(address, 0))
  let [runAt, runLength, start] = [-1, 1, -1]
  for (let index = 0; index < GROUPS; index += 1) {
    if (groupAt(address, index) !== 0) start = -1
    else {
      if (start < 0) start = index
      if (index - start + 1 > runLength) {
        runAt = start
        runLength = index - start + 1
      }
    }
  }
  let text = ''
  for (let index = 0; index < GROUPS; index += 1) {
    if (index === runAt) {
      text += '::'
      index += runLength - 1
    } else {
      if (index > 0 && index !== runAt + runLength) text += ':'
      text += groupAt(address, index).toString(16)
    }
  }
  return text
}
