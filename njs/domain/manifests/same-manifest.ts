import type { Steps } from '../steps.ts'

const FILE = /^#EXT-X-(?:KEY|MAP):.*?URI\s*=\s*"([^"]*)"/

const LINES_A_STEP = 256

/** What a playlist names. */
interface Named {
  readonly lines: string[]
  /** Of keys and initialization sections. */
  readonly files: Set<string>
}

function* readNamed(text: string): Steps<Named> {
  const isMedia = text.includes('#EXT-X-TARGETDURATION')
  const lines: string[] = []
  const files = new Set<string>()
  for (const [at, written] of text.split(text.includes('\n') ? '\n' : '\r').entries()) {
    if (at % LINES_A_STEP === 0) yield
    const line = written.endsWith('\r') ? written.slice(0, -1) : written
    if (line === '' || line.startsWith('#EXTINF')) continue
    if (!line.startsWith('#')) lines.push(line)
    else if (line.includes('URI')) {
      if (!isMedia && line.includes('URI="')) lines.push(line)
      const file = FILE.exec(line)?.[1]
      if (file !== undefined) files.add(file)
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

/** Whether two copies have nothing of a kind in common, though both have some. */
const isApart = (before: ReadonlySet<string>, after: ReadonlySet<string>): boolean =>
  before.size > 0 && after.size > 0 && ![...after].some((it) => before.has(it))

/** Addresses compared of two copies; an archive of a day names 40,000. */
const MOST_COMPARED = 200

/**
 * Whether a later copy of a playlist continues the earlier one: segments and keys in both have the same addresses. False for an origin
 * that writes a playlist for each viewer.
 */
export function* movedOnSteps(before: string, after: string): Steps<boolean> {
  if (before === after) return true
  const shift = firstNumber(after) - firstNumber(before)
  const old = yield* readNamed(before)
  const now = yield* readNamed(after)
  const overlap = Math.min(old.lines.length - shift, now.lines.length)
  // The playlist was restarted, or has no segment of the earlier copy.
  if (shift < 0 || overlap < 1) return true
  const isSame = (at: number): boolean => now.lines[at] === old.lines[at + shift]
  const step = Math.ceil(overlap / MOST_COMPARED)
  for (let at = 0; at < overlap; at += step) if (!isSame(at)) return false
  return isSame(overlap - 1) && !isApart(old.files, now.files)
}

/** Places that stay while a manifest moves on, each kind for itself. */
const PLACES: readonly RegExp[] = [
  /<(?:\w+:)?BaseURL[^>]*>\s*([^<]*)/g,
  /<(?:\w+:)?(?:Patch)?Location[^>]*>\s*([^<]*)/g,
  /\smedia\s*=\s*(?:"([^"]*)"|'([^']*)')/g,
  /\s(?:initialization|sourceURL)\s*=\s*(?:"([^"]*)"|'([^']*)')/g,
]

const PART = 16_384

/** What each pattern finds, its first group that took part; in parts that begin with an element. */
function* readPlaces(text: string): Steps<readonly Set<string>[]> {
  const found = PLACES.map(() => new Set<string>())
  for (let from = 0; from < text.length; ) {
    const next = text.indexOf('<', from + PART)
    const part = text.slice(from, next < 0 ? text.length : next)
    for (const [kind, pattern] of PLACES.entries())
      for (const match of part.matchAll(pattern))
        found[kind]?.add(match.slice(1).find((it) => it !== undefined) ?? '')
    from += part.length
    yield
  }
  return found
}

/** Whether a later copy of a manifest of DASH names some address of each kind that the earlier one named: one written for each viewer does not. */
export function* sameDashSteps(before: string, after: string): Steps<boolean> {
  if (before === after) return true
  const old = yield* readPlaces(before)
  const now = yield* readPlaces(after)
  return old.every((places, kind) => !isApart(places, now[kind] ?? places))
}
