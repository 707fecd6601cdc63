/** Spellings are undone so many times: one layer may lie in another. */
const ROUNDS = 3

/** A character by its code, or what was found where it is none of a word. */
const letter = (found: string, digits: string, base: number): string => {
  const code = parseInt(digits, base)
  return code >= 32 && code < 127 ? String.fromCharCode(code) : found
}

const unwrapOnce = (text: string): string =>
  text
    .replace(/%([\da-f]{2})/gi, (found, digits: string) => letter(found, digits, 16))
    .replace(/\\u00([\da-f]{2})/gi, (found, digits: string) => letter(found, digits, 16))
    .replace(/\\x([\da-f]{2})/gi, (found, digits: string) => letter(found, digits, 16))
    .replace(/&#x0*([\da-f]{2});/gi, (found, digits: string) => letter(found, digits, 16))
    .replace(/&#0*(\d{2,3});/g, (found, digits: string) => letter(found, digits, 10))

/** A text without the encodings of addresses, JSON and pages, in small letters: each character by itself, since what stands beside may be none. */
const unwrap = (text: string): string => {
  let before = text
  for (let round = 0; round < ROUNDS; round += 1) {
    const now = unwrapOnce(before)
    if (now === before) break
    before = now
  }
  return before.toLowerCase()
}

const MAY_BE_WRAPPED = /[%\\&]/
/** Long enough to hold six bytes in base64 (RFC 4648, section 4) or hex. */
const MAY_BE_PACKED = /[A-Za-z\d+/_-]{8}/

/** The part of a word's base64 that is the same wherever the word begins in a group of three bytes; `before`: bytes before it there. */
const base64At = (word: string, before: number): string => {
  const text = Buffer.from(' '.repeat(before) + word).toString('base64url')
  const bits = 8 * (before + Buffer.byteLength(word))
  return text.slice(Math.ceil((8 * before) / 6), Math.floor(bits / 6))
}

interface Packed {
  readonly base64: readonly string[]
  readonly hex: string
}

/** By word: those of a few channels. */
const packed = new Map<string, Packed>()
const MOST_PACKED = 100

const packedOf = (word: string): Packed => {
  const before = packed.get(word)
  if (before !== undefined) return before
  if (packed.size >= MOST_PACKED) packed.clear()
  const base64 = [0, 1, 2].map((at) => base64At(word, at))
  const made = { base64, hex: Buffer.from(word).toString('hex') }
  packed.set(word, made)
  return made
}

/** Whether a text has a word in any letters, plain, encoded as in addresses, JSON or pages, also more than once, or in base64 or hex. */
export const hasWord = (text: string, word: string): boolean => {
  const [small, wanted] = [text.toLowerCase(), word.toLowerCase()]
  if (small.includes(wanted)) return true
  if (MAY_BE_WRAPPED.test(text) && unwrap(text).includes(wanted)) return true
  if (!MAY_BE_PACKED.test(text)) return false
  const { base64, hex } = packedOf(word)
  if (small.includes(hex)) return true
  const ofUrls = text.replaceAll('+', '-').replaceAll('/', '_')
  return base64.some((it) => ofUrls.includes(it))
}
