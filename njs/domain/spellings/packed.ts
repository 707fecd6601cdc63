/** Long enough to hold six bytes in base64 (RFC 4648, section 4) or hex. */
export const mayBePacked = (text: string): boolean => /[A-Za-z\d+/_-]{8}/.test(text)

/** The part of a word's base64url that is the same wherever the word begins in a group of three bytes; `before`: bytes before it there. */
const base64At = (word: string, before: number): string => {
  const text = Buffer.from(' '.repeat(before) + word).toString('base64url')
  const bits = 8 * (before + Buffer.byteLength(word))
  return text.slice(Math.ceil((8 * before) / 6), Math.floor(bits / 6))
}

/** What stands for a word. */
export interface Packed {
  /** In base64url, by where it begins in a group of three bytes. */
  readonly base64: readonly string[]
  /** In small letters. */
  readonly hex: string
}

/** What stands for a word where it is packed, alone or between others. */
export const packed = (word: string): Packed => ({
  base64: [0, 1, 2].map((at) => base64At(word, at)),
  hex: Buffer.from(word).toString('hex'),
})

/** Words that each context remembers the spellings of: those of a few channels. */
export const MOST_WORDS = 100
