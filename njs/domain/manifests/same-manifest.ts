import type { Steps } from '../steps.ts'

/**
 * What a later copy of a manifest is to an earlier one: the same moved on; one from before it, or from before it began anew; or another's, of an origin that writes one for each viewer.
 */
export type Kinship = 'same' | 'earlier' | 'other'

/** Addresses by what they are for. */
type Places = Map<string, Set<string>>

const note = (places: Places, kind: string, address: string): void => {
  const known = places.get(kind)
  if (known === undefined) places.set(kind, new Set([address]))
  else known.add(address)
}

/** Whether two copies have nothing of a kind in common, though both have some. */
const areApart = (before: Places, after: Places): boolean =>
  [...after].some(([kind, places]) => {
    const known = before.get(kind)
    return known !== undefined && ![...places].some((it) => known.has(it))
  })

const FILE = /^#EXT-X-(KEY|MAP):.*?URI\s*=\s*"([^"]*)"/
const ADDRESS = /URI\s*=\s*"([^"]*)"/
const KEY_FORMAT = /KEYFORMAT\s*=\s*"([^"]*)"/
const ID = /[:,]\s*ID\s*=\s*"([^"]*)"/
const OWN_ATTRIBUTE = /[:,]\s*(X-[A-Z0-9-]+)\s*=\s*"([^"]*)"/g
const DATA_ID = /DATA-ID\s*=\s*"([^"]*)"/
const LANGUAGE = /LANGUAGE\s*=\s*"([^"]*)"/
const VALUE = /[:,]\s*VALUE\s*=\s*"([^"]*)"/

/** Tags of the standard, and of its communities, that move on with the window or are compared by what they name. */
const COMMON =
  /^#EXT(?:M3U|-X-(?:PROGRAM-DATE-TIME|PART|PRELOAD-HINT|PREFETCH|RENDITION-REPORT|SKIP|KEY|MAP|DATERANGE|SESSION-|MEDIA|STREAM-INF|I-FRAME|BYTERANGE|BITRATE))/
/** Numbers, dates and times. */
const MOVING = /(?<![\w.:+-])[\d.:+-]*\d(?:T[\d.:+-]+)?Z?(?![\w.:+-])/g

const LINES_A_STEP = 256

/** What a playlist names. */
interface Named {
  readonly lines: string[]
  /** Keys, initialization sections, what date ranges say in attributes of their own, such as interstitials, data of the session, and what other tags say above each segment. */
  readonly files: Places
}

/** What a pattern finds. */
const find = (pattern: RegExp, line: string): string => pattern.exec(line)?.[1] ?? ''

const noteRange = (files: Places, line: string): void => {
  const id = find(ID, line)
  for (const [, name, value = ''] of line.matchAll(OWN_ATTRIBUTE))
    note(files, `DATERANGE ${id} ${name}`, value)
}

const noteData = (files: Places, line: string): void => {
  const value = find(VALUE, line)
  const id = `${find(DATA_ID, line)} ${find(LANGUAGE, line)}`
  if (value !== '') note(files, `SESSION-DATA ${id}`, value)
}

/** Segments and kinds of which tags are looked at: an archive of a day may say something of each. */
const MOST_TAGS = 1000

const noteTag = (files: Places, line: string, segment: number): void => {
  const colon = line.indexOf(':')
  if (colon < 0 || files.size >= MOST_TAGS || COMMON.test(line)) return
  note(files, `${line.slice(0, colon)} ${segment}`, line.slice(colon).replace(MOVING, ''))
}

const noteFile = (files: Places, line: string, segment: number): void => {
  if (line.startsWith('#EXT-X-DATERANGE')) return noteRange(files, line)
  if (line.startsWith('#EXT-X-SESSION-DATA')) return noteData(files, line)
  const [, tag, file] = FILE.exec(line) ?? []
  if (tag === undefined || file === undefined) noteTag(files, line, segment)
  else note(files, `${tag} ${find(KEY_FORMAT, line)}`, file)
}

function* readNamed(text: string): Steps<Named> {
  const first = firstNumber(text)
  const isMedia = text.includes('#EXT-X-TARGETDURATION')
  const lines: string[] = []
  const files: Places = new Map()
  for (const [at, written] of text.split(text.includes('\n') ? '\n' : '\r').entries()) {
    if (at % LINES_A_STEP === 0) yield
    const line = written.endsWith('\r') ? written.slice(0, -1) : written
    if (line === '' || line.startsWith('#EXTINF')) continue
    if (!line.startsWith('#')) lines.push(line)
    else {
      if (!isMedia && ADDRESS.test(line)) lines.push(find(ADDRESS, line))
      noteFile(files, line, first + lines.length)
    }
  }
  return { lines, files }
}

/** The number that a pattern finds in the line of a tag; 0 = none. A pattern alone would be tried at each of two million characters. */
const numberIn = (text: string, tag: string, pattern: RegExp): number => {
  const at = text.indexOf(tag)
  return at < 0 ? 0 : Number(pattern.exec(text.slice(at + tag.length, at + 200))?.[1] ?? 0)
}

/** Number of the first segment that a playlist names. */
const firstNumber = (text: string): number =>
  numberIn(text, '#EXT-X-MEDIA-SEQUENCE:', /^\s*(\d+)/) +
  numberIn(text, '#EXT-X-SKIP:', /^.*?SKIPPED-SEGMENTS\s*=\s*(\d+)/)

/** Addresses compared of two copies; an archive of a day names 40,000. */
const MOST_COMPARED = 200

/** Whether two windows, of which the second begins so much later, have the same addresses for what is in both; `null` = nothing is. */
const overlaps = (
  first: readonly string[],
  second: readonly string[],
  shift: number,
): boolean | null => {
  const overlap = Math.min(first.length - shift, second.length)
  if (overlap < 1) return null
  const isSame = (at: number): boolean => second[at] === first[at + shift]
  const step = Math.ceil(overlap / MOST_COMPARED)
  for (let at = 0; at < overlap; at += step) if (!isSame(at)) return false
  return isSame(overlap - 1)
}

/** Compares two copies of a playlist: segments, keys and interstitials in both have the same addresses where it is the same. */
export function* comparePlaylists(before: string, after: string): Steps<Kinship> {
  if (before === after) return 'same'
  const shift = firstNumber(after) - firstNumber(before)
  const old = yield* readNamed(before)
  const now = yield* readNamed(after)
  const areSame =
    shift < 0 ? overlaps(now.lines, old.lines, -shift) : overlaps(old.lines, now.lines, shift)
  if (areSame === true) return areApart(old.files, now.files) ? 'other' : 'same'
  if (shift < 0) return 'earlier'
  return areSame === false ? 'other' : 'same'
}

/** Places that stay while a manifest moves on, each kind for itself. */
const PLACES: readonly RegExp[] = [
  /<(?:\w+:)?BaseURL[^>]*>\s*([^<]*)/g,
  /<(?:\w+:)?(?:Patch)?Location[^>]*>\s*([^<]*)/g,
  /<(?:\w+:)?(?:La|la|Authz)url[^>]*>\s*([^<]*)/g,
  /\smedia\s*=\s*(?:"([^"]*)"|'([^']*)')/g,
  /\s(?:initialization|sourceURL)\s*=\s*(?:"([^"]*)"|'([^']*)')/g,
  /\slicenseUrl\s*=\s*(?:"([^"]*)"|'([^']*)')/g,
  /\s\w+:href\s*=\s*(?:"([^"]*)"|'([^']*)')/g,
]

const EVENT = /<(?:\w+:)?Event\s([^>]*?)(?:\/>|>([^]*?)<\/(?:\w+:)?Event>)/g
const MESSAGE = /messageData\s*=\s*(?:"[^"]*"|'[^']*')/

/** An event of the same time and id says the same to everybody. */
const noteEvents = (places: Places, period: string, part: string): void => {
  for (const [, attributes = '', content = ''] of part.matchAll(EVENT)) {
    const event = attributes.replace(MESSAGE, '')
    note(places, `event ${period} ${event}`, content + (MESSAGE.exec(attributes)?.[0] ?? ''))
  }
}

const PART = 16_384
const PERIOD = 'Period'
const PERIOD_ID = /^Period\s[^>]*?\bid\s*=\s*["']([^"']*)["']/
const LONGEST_TAG = 1000

/** Where the next Period begins, behind a place; the text's length where none does. */
const nextPeriod = (text: string, from: number): number => {
  for (let at = from; ; at += 1) {
    at = text.indexOf(PERIOD, at)
    if (at < 0) return text.length
    if (/[<:]/.test(text.charAt(at - 1)) && /[\s>/]/.test(text.charAt(at + PERIOD.length)))
      return at
  }
}

/** What each pattern finds in one Period, or outside of all; in parts that begin with an element. */
function* readPlaces(text: string): Steps<Places> {
  const found: Places = new Map()
  let period = ''
  let end = nextPeriod(text, 0)
  for (let from = 0; from < text.length; ) {
    if (from === end) {
      period = PERIOD_ID.exec(text.slice(from, from + LONGEST_TAG))?.[1] ?? ''
      end = nextPeriod(text, from + PERIOD.length)
    }
    const next = text.indexOf('<', from + PART)
    const part = text.slice(from, Math.min(next < 0 ? text.length : next, end))
    for (const [kind, pattern] of PLACES.entries())
      for (const match of part.matchAll(pattern)) {
        const place = match.slice(1).find((it) => it !== undefined && it !== '')
        if (place !== undefined) note(found, `${kind} ${period}`, place)
      }
    if (part.includes('Event')) noteEvents(found, period, part)
    from += part.length
    yield
  }
  return found
}

/** Compares two copies of a manifest of DASH: in each Period it names some address of each kind that was there before, where it is the same. */
export function* compareDash(before: string, after: string): Steps<Kinship> {
  if (before === after) return 'same'
  const old = yield* readPlaces(before)
  const now = yield* readPlaces(after)
  return areApart(old, now) ? 'other' : 'same'
}
