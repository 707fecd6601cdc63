import { memoize } from '../memoize.ts'
import { escapePattern } from './escape-pattern.ts'
import { MOST_WORDS, packed } from './packed.ts'

/** Shorter ones may stand in other words by chance. */
const LEAST = 6
/** Most words that are looked for. */
const MOST = 16
/** Longer than a seal holds. */
const LONGEST = 3000

/** A character as it stands, and by its code in addresses, JSON and pages, however often that was encoded again. */
const letterPattern = (one: string): string => {
  const code = one.charCodeAt(0)
  const hex = code.toString(16).padStart(2, '0')
  return `(?:${escapePattern(one)}|%(?:25)*${hex}|\\\\u00${hex}|\\\\x${hex}|&(?:amp;)*#x0*${hex};|&(?:amp;)*#0*${code};)`
}

/** What stands for a word in base64 or hex. */
const packedForms = (word: string): string[] => {
  const { base64, hex } = packed(word)
  const others = base64.map((it) => it.replaceAll('-', '+').replaceAll('_', '/'))
  return [...base64, ...others, hex, hex.toUpperCase()]
}

interface Forms {
  /** Encoded in part or whole. */
  readonly encoded: RegExp
  /** Packed, in other letters, or with letters beside it. */
  readonly others: readonly string[]
}

const formsOf = memoize((word): Forms => {
  const letters = /\d/.test(word) ? [word, word.toLowerCase(), word.toUpperCase()] : []
  const others = [...packedForms(word), ...letters]
  const encoded = new RegExp(Array.from(word, letterPattern).join(''), 'gi')
  return { encoded, others: [...new Set(others)] }
}, MOST_WORDS)

/** Codes of letters and digits, which nobody needs to encode. */
const ENCODED = /^(?:%(?:25)*(?:3\d|[46][1-9a-f]|[57][\da])|\\u00|\\x|#x?\d)/i

/** Most signs that one character is encoded in. */
const WIDEST = 16

/** Pieces of a text around encoded letters, long enough for a word. */
const piecesOf = (text: string, longest: number): string[] => {
  const pieces: string[] = []
  let [from, to] = [0, 0]
  const signs = ['%', '\\', '#'].filter((it) => text.includes(it))
  const next = signs.map((it) => text.indexOf(it))
  for (;;) {
    const open = next.filter((it) => it >= 0)
    const at = open.length === 0 ? -1 : Math.min(...open)
    if (at < 0) break
    const turn = next.indexOf(at)
    next[turn] = text.indexOf(signs[turn] ?? '', at + 1)
    if (!ENCODED.test(text.slice(at, at + WIDEST))) continue
    if (at > to) {
      if (to > 0) pieces.push(text.slice(from, to))
      from = Math.max(to, at - longest - WIDEST)
    }
    to = at + longest * WIDEST
  }
  return to === 0 ? pieces : [...pieces, text.slice(from, to)]
}

const isLetter = (text: string, at: number): boolean => /[A-Za-z\d]/.test(text.charAt(at))

/** All letters and digits beside a place, too. */
const whole = (text: string, at: number, length: number): string => {
  let [from, to] = [at, at + length]
  while (to - from < LONGEST && isLetter(text, from - 1)) from -= 1
  while (to - from < LONGEST && isLetter(text, to)) to += 1
  return text.slice(from, to)
}

/** What in a text spells one of a few words, as it stands there with the letters beside it: encoded as in addresses, JSON or pages, in base64 or hex, in small or capital letters, or between letters; what has no digit may be a word, and is found encoded or packed alone. */
export const findSpelled = (text: string, words: readonly string[]): string[] => {
  const wanted = [...new Set(words)].filter((it) => it.length >= LEAST).slice(0, MOST)
  if (wanted.length === 0) return []
  const found = new Set<string>()
  const longest = Math.max(...wanted.map((it) => it.length))
  const pieces = piecesOf(text, longest)
  for (const word of wanted) {
    const { encoded, others } = formsOf(word)
    for (const piece of pieces)
      for (const { 0: it, index } of piece.matchAll(encoded))
        found.add(whole(piece, index, it.length))
    for (const form of others)
      for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + form.length))
        found.add(whole(text, at, form.length))
    found.delete(word)
  }
  return [...found]
}
