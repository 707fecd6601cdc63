/** What Windows-1252 has where Latin-1 has control characters; the blanks stand for nothing. */
const EXTRAS = '€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ'

/** Decodes Windows-1252, a superset of Latin-1; TextDecoder of Node.js 20 decodes Latin-1 only. */
export const decodeWindows1252 = (bytes: Buffer): string =>
  bytes
    .toString('latin1')
    .replace(/[\u{80}-\u{9f}]/gu, (found) => EXTRAS[found.charCodeAt(0) - 0x80]?.trim() || found)

/** Bytes that are letters in Windows-1252 or Windows-1251, beside those of ASCII. */
const WORD = /[A-Za-z\u{a5}\u{a8}\u{aa}\u{af}\u{b2}\u{b3}\u{b4}\u{b8}\u{ba}\u{bf}-\u{ff}]+/gu
/** One letter, small or large: Estonian has words of nothing else. */
const SAME = /^(.)\1*$/u
const ASCII = /[A-Za-z]/
const HIGH = /[^A-Za-z]/gu
/** A large letter before a small one, as Windows-1251 and KOI8-R have them. */
const LARGE_FIRST = {
  'windows-1251': /[\u{c0}-\u{df}][\u{e0}-\u{ff}]/gu,
  'koi8-r': /[\u{e0}-\u{ff}][\u{c0}-\u{df}]/gu,
}

const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0

/** What a line that is no UTF-8 is written in: Cyrillic where whole words have no letter of ASCII, as no Western language has them. */
export const guessEncoding = (bytes: Buffer): 'windows-1251' | 'koi8-r' | 'windows-1252' => {
  const words = bytes.toString('latin1').match(WORD) ?? []
  const small = (word: string): string =>
    word.replace(/[\u{c0}-\u{df}]/gu, (it) => String.fromCharCode(it.charCodeAt(0) + 0x20))
  const whole = words.filter((it) => it.length > 1 && !ASCII.test(it) && !SAME.test(small(it)))
  const mixed = words.filter((it) => ASCII.test(it)).reduce((sum, it) => sum + count(it, HIGH), 0)
  const text = whole.join(' ')
  if (text.length <= mixed) return 'windows-1252'
  return count(text, LARGE_FIRST['koi8-r']) > count(text, LARGE_FIRST['windows-1251'])
    ? 'koi8-r'
    : 'windows-1251'
}
