/** How long a text may be, and how its length is counted. */
export interface Room {
  readonly limit: number
  readonly lengthOf: (text: string) => number
}

/** Where a line that is too long is cut: at the last blank that fits, never within a character. */
const cutAt = (line: string, { limit, lengthOf }: Room): number => {
  let end = Math.min(line.length, limit)
  while (lengthOf(line.slice(0, end)) > limit) end -= Math.max(1, Math.floor(end / 20))
  const blank = line.lastIndexOf(' ', end)
  const at = blank > end / 2 ? blank : end
  const unit = line.charCodeAt(at - 1)
  return unit >= 0xd800 && unit < 0xdc00 && at > 1 ? at - 1 : at
}

const piecesOf = (line: string, room: Room): string[] => {
  const pieces: string[] = []
  let rest = line
  while (room.lengthOf(rest) > room.limit) {
    const at = cutAt(rest, room)
    pieces.push(rest.slice(0, at))
    rest = rest.slice(at).trimStart()
  }
  return [...pieces, rest]
}

/**
 * Divides a text into as few parts as fit, between lines where that is possible. More than `most` parts are cut off:
 * the last line is then what `cut` says about the number of lines left out.
 */
export const splitText = (
  text: string,
  room: Room,
  { most, cut }: { readonly most: number; readonly cut: (lines: number) => string },
): string[] => {
  const lines = text.split('\n').flatMap((line) => piecesOf(line, room))
  const parts: string[][] = [[]]
  let length = 0
  for (const line of lines) {
    const added = room.lengthOf(line) + 1
    if (length + added > room.limit + 1) {
      parts.push([])
      length = 0
    }
    parts.at(-1)?.push(line)
    length += added
  }
  const kept = parts.slice(0, most)
  const left = parts.slice(most).flat().length
  const last = kept.at(-1)
  if (left > 0 && last !== undefined) last.splice(-1, 1, cut(left + 1))
  return kept.map((part) => part.join('\n').trim()).filter((part) => part !== '')
}
