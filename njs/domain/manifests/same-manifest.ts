const SEQUENCE = /#EXT-X-MEDIA-SEQUENCE:\s*(\d+)/
const SKIPPED = /#EXT-X-SKIP:.*?SKIPPED-SEGMENTS\s*=\s*(\d+)/
const FILES = /#EXT-X-(?:KEY|MAP):[^\r\n]*?URI\s*=\s*"([^"]*)"/g

const addressLines = (text: string): string[] => {
  const isMedia = text.includes('#EXT-X-TARGETDURATION')
  return text
    .split(/[\r\n]+/)
    .filter(
      (line) => line !== '' && (!line.startsWith('#') || (!isMedia && line.includes('URI="'))),
    )
}

/** Number of the first segment that a playlist names. */
const firstNumber = (text: string): number =>
  Number(SEQUENCE.exec(text)?.[1] ?? 0) + Number(SKIPPED.exec(text)?.[1] ?? 0)

/** Values that a pattern finds: those of its first group that took part. */
const found = (text: string, pattern: RegExp): Set<string> =>
  new Set(
    [...text.matchAll(pattern)].map((match) => match.slice(1).find((it) => it !== undefined) ?? ''),
  )

/** Whether two copies have nothing of a kind in common, though both have some. */
const isApart = (before: string, after: string, pattern: RegExp): boolean => {
  const old = found(before, pattern)
  const now = found(after, pattern)
  return old.size > 0 && now.size > 0 && ![...now].some((it) => old.has(it))
}

/** Addresses compared of two copies; an archive of a day names 40,000. */
const MOST_COMPARED = 200

/**
 * Whether a later copy of a playlist continues the earlier one: segments and keys in both have the same addresses. False for an origin
 * that writes a playlist for each viewer.
 */
export const isMovedOn = (before: string, after: string): boolean => {
  const shift = firstNumber(after) - firstNumber(before)
  const old = addressLines(before)
  const now = addressLines(after)
  const overlap = Math.min(old.length - shift, now.length)
  // The playlist was restarted, or has no segment of the earlier copy.
  if (shift < 0 || overlap < 1) return true
  const step = Math.ceil(overlap / MOST_COMPARED)
  for (let at = 0; at < overlap; at += step) if (now[at] !== old[at + shift]) return false
  return now[overlap - 1] === old[overlap - 1 + shift] && !isApart(before, after, FILES)
}

/** Places that stay while a manifest moves on, each kind for itself. */
const PLACES: readonly RegExp[] = [
  /<(?:\w+:)?BaseURL[^>]*>\s*([^<]*)/g,
  /<(?:\w+:)?(?:Patch)?Location[^>]*>\s*([^<]*)/g,
  /\smedia\s*=\s*(?:"([^"]*)"|'([^']*)')/g,
  /\s(?:initialization|sourceURL)\s*=\s*(?:"([^"]*)"|'([^']*)')/g,
]

/** Whether a later copy of a manifest of DASH names some address of each kind that the earlier one named: one written for each viewer does not. */
export const isSameDash = (before: string, after: string): boolean =>
  PLACES.every((pattern) => !isApart(before, after, pattern))
