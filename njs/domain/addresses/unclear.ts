import { isPlainText } from '../credentials/encoding.ts'

/** Dots, slashes and signs in other forms than ASCII’s, besides those in full width: some origins take them for the plain ones. */
const ALIKE: Readonly<Record<number, string>> = {
  0x2024: '.',
  0x3002: '.',
  0xfe52: '.',
  0xff61: '.',
  0x2025: '..',
  0x2044: '/',
  0x2215: '/',
  0x29f8: '/',
  0x2216: '\\',
  0x29f5: '\\',
  0x29f9: '\\',
  0xfe68: '\\',
  0x37e: ';',
  0xfe54: ';',
  0xfe56: '?',
  0xfe5f: '#',
  0xfe6a: '%',
}

const FULL_WIDTH = { first: 0xff01, last: 0xff5e, distance: 0xfee0 }

/** White space, which some leave out at the end of a name; marks of direction and joiners, which some leave out anywhere. */
const SPACE = /[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/
const IGNORED = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/

/** The ASCII that a code point is or may be taken for; `null` for any other. */
const plainOf = (code: number): string | null => {
  if (code < 128) return String.fromCharCode(code)
  const character = code > 0xffff ? '' : String.fromCharCode(code)
  if (SPACE.test(character)) return ' '
  if (IGNORED.test(character)) return ''
  const isWide = code >= FULL_WIDTH.first && code <= FULL_WIDTH.last
  return isWide ? String.fromCharCode(code - FULL_WIDTH.distance) : (ALIKE[code] ?? null)
}

const SEQUENCE =
  /[\xc0-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf7][\x80-\xbf]{3}|[\xf8-\xfb][\x80-\xbf]{4}|[\xfc\xfd][\x80-\xbf]{5}/g
const ANY_SEQUENCE =
  /[\xc0-\xdf][^]|[\xe0-\xef][^]{2}|[\xf0-\xf7][^]{3}|[\xf8-\xfb][^]{4}|[\xfc\xfd][^]{5}/g
const SEQUENCE_OR_STRAY = new RegExp(`${SEQUENCE.source}|[\\x80-\\xff]`, 'g')

const codeOf = (sequence: string): number => {
  const lead = sequence.charCodeAt(0) & (0x7f >> sequence.length)
  let code = lead
  for (let at = 1; at < sequence.length; at += 1) code = code * 64 + (sequence.charCodeAt(at) & 63)
  return code
}

const fold = (found: string): string => plainOf(codeOf(found)) ?? found

/** How origins read bytes as UTF-8: longer forms than a character's own, too; following bytes of any kind; stray ones left out. */
const READINGS: readonly ((bytes: string) => string)[] = [
  (bytes) => bytes.replace(SEQUENCE, fold),
  (bytes) => bytes.replace(ANY_SEQUENCE, fold),
  (bytes) => bytes.replace(SEQUENCE_OR_STRAY, (it) => (it.length === 1 ? '' : fold(it))),
]

const isAscii = (text: string): boolean => text.search(/[^\0-\x7f]/) < 0

const bytesOf = (text: string): string =>
  text.replace(/[^\0-\x7f]+/g, (found) =>
    String.fromCharCode(...new Uint8Array(Buffer.from(found, 'utf8'))),
  )

/** Percent-encoding as bytes, and `%u` with four digits, which some servers of Windows read. */
const decodeOnce = (text: string): string =>
  text.replace(/%(?:([0-9a-f]{2})|u([0-9a-f]{4}))/gi, (_, byte?: string, character?: string) =>
    byte === undefined
      ? bytesOf(String.fromCharCode(parseInt(character ?? '', 16)))
      : String.fromCharCode(parseInt(byte, 16)),
  )

/** Origins decode once, some of them twice: what is still encoded after that stays a name. */
const DECODINGS = 3

const readBy = (read: (bytes: string) => string, bytes: string): string => {
  let text = read(bytes)
  for (let left = DECODINGS; left > 0 && text.includes('%'); left -= 1)
    text = read(decodeOnce(text))
  return text
}

/** A text decoded in every way that some origin could read it, as bytes. */
const decodedWays = (text: string): string[] => {
  if (isAscii(text)) {
    // Most are: no reading changes what has no bytes beyond ASCII.
    const plain = readBy((bytes) => bytes, text)
    if (isAscii(plain)) return [plain]
  }
  const bytes = bytesOf(text)
  return READINGS.map((read) => readBy(read, bytes))
}

const hasDotsOrControls = (text: string): boolean => {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code < 32 || code === 127) return true
  }
  if (!text.includes('.')) return false
  for (const segment of text.split(/[\\/]/)) {
    const end = segment.search(/[;?#]/)
    const name = (end < 0 ? segment : segment.slice(0, end)).trim()
    if (name === '.' || name === '..') return true
  }
  return false
}

/** Whether a path holds neither an encoding nor a name that begins with a dot. */
const isPlainPath = (path: string): boolean =>
  !path.startsWith('.') && !path.includes('/.') && isPlainText(path)

/**
 * Whether some origin could read a path otherwise than it stands: a dot segment behind an encoding (`%2e%2e`, `..%2f`, `..%5c`,
 * `..%c0%af`, `%e2%80%a5`), a backslash, a parameter (`..;x`) or what ends a path (`..%3f`), or a control character.
 */
export const isUnclear = (path: string): boolean =>
  !isPlainPath(path) && decodedWays(path).some(hasDotsOrControls)

/** Whether a name holds an encoded slash or backslash, which some origins take for a directory's end. */
export const hasHiddenSlash = (name: string): boolean =>
  name.includes('\\') || (!isPlainText(name) && decodedWays(name).some((it) => /[\\/]/.test(it)))

const textOf = (bytes: string): string =>
  isAscii(bytes)
    ? bytes
    : Buffer.from(Uint8Array.from(bytes, (it) => it.charCodeAt(0))).toString('utf8')

/** Names without parameters, and without the dots and blanks at their end that Windows leaves out. */
const bareName = (segment: string): string => {
  const end = segment.search(/[;?#]/)
  return (end < 0 ? segment : segment.slice(0, end)).replace(/[. ]+$/, '')
}

const bare = (path: string): string => {
  const segments = path.split(/[\\/]+/)
  const names = segments.map(bareName)
  const last = names.length - 1
  const kept = names.filter((name, at) => name !== '' || at === 0 || at === last)
  return kept.join('/').toLowerCase()
}

/** Nothing but letters, digits and single slashes: origins read it alike, but for capitals. */
const SIMPLE = /^(?:\/[A-Za-z0-9_~-]+(?:\.[A-Za-z0-9_~-]+)*)*\/?$/

/**
 * The paths that some origin could take a path from the root for, in one form: decoded, in small letters, without parameters and doubled slashes.
 */
export const readingsOf = (path: string): readonly string[] =>
  SIMPLE.test(path)
    ? [path.toLowerCase()]
    : [...new Set(decodedWays(path).map((way) => bare(textOf(way))))]
