import { TICKET_LENGTH } from '../credentials/ticket.ts'

/** Names of the values in a path. */
export type PathValue =
  | 'ticket'
  | 'pass'
  | 'channel'
  | 'file'
  | 'user'
  | 'password'
  | 'extension'
  | 'token'
  | 'minutes'
  | 'start'

/** The value of a placeholder, and its pattern, which PCRE and JavaScript read alike. */
interface Placeholder {
  readonly value: PathValue
  readonly pattern: string
}

const FILE = String.raw`[^\x00-\x1f\x7f]*`
const PASS = '[A-Za-z0-9_-]'

const PLACEHOLDERS: Readonly<Record<string, Placeholder>> = {
  ticket: { value: 'ticket', pattern: `[^/]{${TICKET_LENGTH.min},}` },
  pass: { value: 'pass', pattern: `${PASS}{64,1400}` },
  // The fifth and sixth character encode the protocol (`credentials/pass.ts`): these are MPEG-TS.
  'stream-pass': { value: 'pass', pattern: `${PASS}{4}A[w-z0-9_-]${PASS}{58,1394}` },
  channel: { value: 'channel', pattern: '[A-Za-z0-9_.-]{1,64}' },
  // The rest of the path, with slashes; it may be empty.
  file: { value: 'file', pattern: FILE },
  // Under a pass for MPEG-TS, what is sealed is a manifest, or of one: its origin answers so.
  'stream-file': { value: 'file', pattern: String.raw`(?!@/)${FILE}` },
  'hls-file': { value: 'file', pattern: String.raw`${FILE}\.[mM]3[uU]8?` },
  // Anything else but a manifest of DASH: asked for the most, it is found before that.
  'other-file': { value: 'file', pattern: String.raw`${FILE}(?<!\.[mM][pP][dD])` },
  'dash-file': { value: 'file', pattern: String.raw`${FILE}\.[mM][pP][dD]` },
  user: { value: 'user', pattern: '[^/]+' },
  password: { value: 'password', pattern: '[^/]+' },
  // `control/playlists/catalogue/stream-ids.ts`: nothing else in a path is a number of ten digits.
  stream: { value: 'channel', pattern: '[12][0-9]{9}' },
  token: { value: 'token', pattern: '[^/]+' },
  minutes: { value: 'minutes', pattern: '[0-9]{1,6}' },
  start: { value: 'start', pattern: '[^/]+' },
  extension: { value: 'extension', pattern: 'm3u8|ts' },
}

const PLACEHOLDER = /<([a-z0-9-]+)>/

/** The part of a path before its first placeholder. */
export const literalPrefix = (path: string): string => path.split('<', 1)[0] ?? ''

/** Text that stands for itself in a regular expression. */
export const escapeText = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** Prefixes of other doors that are longer than this path's own and begin with it: requests below them belong to those doors. */
export const reservedBelow = (path: string, others: readonly string[]): string[] => {
  const own = literalPrefix(path)
  const below = others.map(literalPrefix).filter((it) => it.endsWith('/') && it.startsWith(own))
  return [...new Set(below)].filter((it) => it !== own)
}

/**
 * The regular expression of a door's path. `nameOf` returns the name of a value's capture group; `null` = it is not captured. Paths that begin with one of
 * `reserved` do not match. Throws `RangeError` for an unknown placeholder.
 */
export const patternOf = (
  path: string,
  nameOf: (value: PathValue) => string | null,
  reserved: readonly string[] = [],
): string => {
  // Split by a pattern with one group: literals and placeholder names alternate.
  const parts = path.split(PLACEHOLDER).map((part, index) => {
    if (index % 2 === 0) return escapeText(part)
    const known = PLACEHOLDERS[part]
    if (known === undefined) throw new RangeError(`doors: <${part}> in ${path} is no placeholder`)
    const name = nameOf(known.value)
    return name === null ? `(?:${known.pattern})` : `(?<${name}>${known.pattern})`
  })
  const not = reserved.length === 0 ? '' : `(?!${reserved.map(escapeText).join('|')})`
  return `^${not}${parts.join('')}$`
}
