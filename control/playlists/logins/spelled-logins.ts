import { decodePercent } from '#domain/credentials/encoding'
import { escapePattern } from '#domain/spellings/escape-pattern'
import { packed } from '#domain/spellings/packed'
import { mayBeWrapped, unwrap } from '#domain/spellings/unwrap'

/** Shorter ones are words of people, and are known in their own letters alone. */
const LEAST = 6
/** Shorter ones could be part of any word. */
const LEAST_WITHIN = 8
/** Where each stream has one of its own, none is looked for within words: thousands of addresses times thousands of passwords. */
const MOST_WITHIN = 50

interface Index {
  /** Of those that are no words, in small letters. */
  readonly folded: ReadonlySet<string>
  readonly hasShort: boolean
  /** What others are like within a text; `null` where there are too many. Words in their own letters. */
  readonly within: {
    /** Set off by other signs than letters and digits. */
    readonly middle: readonly RegExp[]
    readonly long: readonly RegExp[]
    readonly packed: readonly RegExp[]
  } | null
}

const anyOf = (patterns: readonly string[], flags: string): RegExp[] =>
  patterns.length === 0 ? [] : [new RegExp(patterns.join('|'), flags)]

const packedPatterns = (word: string): string[] => {
  const { base64, hex } = packed(word)
  return [hex, ...base64.map((it) => it.replace(/[-_]/g, (one) => (one === '-' ? '[-+]' : '[/_]')))]
}

const setOff = (word: string): string => `(?<![A-Za-z\\d])${escapePattern(word)}(?![A-Za-z\\d])`

const isWord = (text: string): boolean => !/\d/.test(text)

const patternsOf = (words: readonly string[], write: (word: string) => string): RegExp[] => [
  ...anyOf(words.filter((it) => !isWord(it)).map(write), 'gi'),
  ...anyOf(words.filter(isWord).map(write), 'g'),
]

const makeIndex = (passwords: ReadonlySet<string>): Index => {
  const all = [...passwords].sort((a, b) => b.length - a.length)
  const known = all.filter((it) => it.length >= LEAST)
  const folded = new Set(known.filter((it) => !isWord(it)).map((it) => it.toLowerCase()))
  const hasShort = known.length < all.length
  if (passwords.size > MOST_WITHIN) return { folded, hasShort, within: null }
  const [middle, long] = [
    known.filter((it) => it.length < LEAST_WITHIN),
    known.filter((it) => it.length >= LEAST_WITHIN),
  ]
  return {
    folded,
    hasShort,
    within: {
      middle: patternsOf(middle, setOff),
      long: patternsOf(long, escapePattern),
      packed: anyOf(known.flatMap(packedPatterns), 'gi'),
    },
  }
}

const indexes = new WeakMap<ReadonlySet<string>, Index>()

const indexOf = (passwords: ReadonlySet<string>): Index => {
  const before = indexes.get(passwords)
  if (before !== undefined) return before
  const made = makeIndex(passwords)
  indexes.set(passwords, made)
  return made
}

const isOne = (word: string, passwords: ReadonlySet<string>, least: number): boolean =>
  word.length >= least &&
  (passwords.has(word) ||
    (word.length >= LEAST && indexOf(passwords).folded.has(word.toLowerCase())))

const has = (patterns: readonly RegExp[], text: string): boolean =>
  patterns.some((it) => text.search(it) >= 0)

const BETWEEN_WORDS = /[\s=:,;&|"'/?()<>[\]]+/
const BETWEEN_LETTERS = /[^A-Za-z\d]+/

/** Whether a text as it stands has a password: as a word of so many letters, or anywhere where it is a long one. */
export const hasPassword = (
  text: string,
  passwords: ReadonlySet<string>,
  least: number,
): boolean => {
  if (passwords.size === 0 || text === '') return false
  const { within, hasShort } = indexOf(passwords)
  const isWhole = (): boolean => text.split(BETWEEN_WORDS).some((it) => isOne(it, passwords, least))
  if (within !== null)
    return (
      has(within.long, text) ||
      has(within.packed, text) ||
      (least < LEAST_WITHIN && has(within.middle, text)) ||
      (least < LEAST && hasShort && isWhole())
    )
  const isSetOff = (): boolean =>
    text.split(BETWEEN_LETTERS).some((it) => isOne(it, passwords, Math.max(least, LEAST)))
  return isWhole() || isSetOff()
}

/** Letters and signs of ASCII in base64, from each place: of three bytes the first says so. */
const TEXT_IN_BASE64 = /(?=((?:[I-Za-f][A-Za-z\d+/_-]{3}){2,}(?:[I-Za-f][A-Za-z\d+/_-]{1,2})?))/g
const TEXT_IN_HEX = /(?:[2-7][\da-f]){4,}/gi
const PRINTED = /^[ -~]{6,}/

/** What may stand in a text in base64 or hex. */
const unpack = (text: string): string[] => {
  const found: string[] = []
  for (const [, run = ''] of text.matchAll(TEXT_IN_BASE64))
    found.push(Buffer.from(run, 'base64').toString('latin1'))
  for (const [digits] of text.matchAll(TEXT_IN_HEX))
    found.push(Buffer.from(digits, 'hex').toString('latin1'))
  return found.filter((it) => PRINTED.test(it))
}

/** A text as it stands and as it reads without encodings. */
const unwrappings = (text: string): string[] => {
  if (!mayBeWrapped(text)) return [text]
  const once = decodePercent(text)
  return [...new Set([text, once, decodePercent(once), unwrap(text)])]
}

/** A text in all the ways it may be read: as it stands, decoded once and more, and, where that may be a password, what it has in base64 or hex. */
export const readings = (text: string, passwords: ReadonlySet<string>): string[] => {
  const plain = unwrappings(text)
  if (passwords.size === 0) return plain
  return [...plain, ...plain.flatMap(unpack).flatMap(unwrappings)]
}

const WORD = /[^\s=:,;&|"'/?()<>[\]]+/g
/** As far as an encoding goes on. */
const UNBROKEN = /[^\s,"]+/g
const MASK = '…'

/** A text for people without passwords. */
export const masked = (text: string, passwords: ReadonlySet<string>): string => {
  const isHidden = (it: string): boolean =>
    readings(it, passwords).some((one) => hasPassword(one, passwords, LEAST))
  if (passwords.size === 0 || text.length < LEAST || !isHidden(text)) return text
  const { within } = indexOf(passwords)
  const plain = text.replace(WORD, (it) => (isOne(it, passwords, LEAST) ? MASK : it))
  const patterns = within === null ? [] : [...within.middle, ...within.long]
  const open = patterns.reduce((line, it) => line.replace(it, MASK), plain)
  return open.replace(UNBROKEN, (it) => (isHidden(it) ? MASK : it))
}
