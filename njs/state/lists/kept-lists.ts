/** What stands in the viewer's list in place of what control wrote for everybody. */
export interface Slots {
  /** Address that channels lie below; the ticket follows it. */
  readonly live: string
  /** Address of the guide; the ticket follows it. */
  readonly guide: string
  /** Address that pictures lie below. */
  readonly pictures: string
}

/** A list, cut wherever the ticket stands. Beyond ASCII it is kept as bytes, with room for the ticket between each two: QuickJS would encode all of a joined text anew. */
type Cut =
  | { readonly isAscii: true; readonly pieces: readonly string[] }
  | { readonly isAscii: false; readonly pieces: Buffer[] }

/** Characters of all lists that a context keeps. */
const MOST_KEPT = 262_144
/** How long a list that could not be kept is not asked for again. */
const ABSENT_MS = 60_000
/** Most names of such lists. */
const MOST_ABSENT = 64

const SLOT = /@@|@guide@|@pictures@/g
/** Stands where the ticket goes; a list that has it anyway is not kept. */
const HOLE = '\0'

const lists = new Map<string, Cut>()
const kept = { characters: 0 }
/** Lists that could not be kept, and until when (Unix ms). */
const absent = new Map<string, number>()

const fillIn = (list: string, { live, guide, pictures }: Slots): string =>
  list.replace(SLOT, (slot) =>
    slot === '@@' ? live + HOLE : slot === '@guide@' ? guide + HOLE : pictures,
  )

const cut = (filled: string): Cut => {
  const texts = filled.split(HOLE)
  if (Buffer.byteLength(filled) === filled.length) return { isAscii: true, pieces: texts }
  const pieces = texts.flatMap((text, at) => (at === 0 ? [text] : ['', text]))
  return { isAscii: false, pieces: pieces.map((piece) => Buffer.from(piece)) }
}

const nameOf = (list: string, { live }: Slots): string => `${list} ${live}`

/** Keeps a list as control wrote it; `null`, or one that cannot be cut, is not asked for again for a minute. `now`: Unix ms. */
export const keepList = (list: string, slots: Slots, text: string | null, now: number): void => {
  if (text === null || text.includes(HOLE)) {
    if (absent.size >= MOST_ABSENT) absent.clear()
    absent.set(list, now + ABSENT_MS)
    return
  }
  const filled = fillIn(text, slots)
  if (kept.characters + filled.length > MOST_KEPT) {
    lists.clear()
    kept.characters = 0
  }
  kept.characters += filled.length
  lists.set(nameOf(list, slots), cut(filled))
}

/** Whether a list is not kept yet, and may be. */
export const isListWanted = (list: string, slots: Slots, now: number): boolean =>
  !lists.has(nameOf(list, slots)) && now >= (absent.get(list) ?? 0)

/** A kept list with the viewer's ticket; `null` where it is not kept. */
export const listWith = (list: string, slots: Slots, ticket: string): string | Buffer | null => {
  const found = lists.get(nameOf(list, slots))
  if (found === undefined) return null
  if (found.isAscii) return found.pieces.join(ticket)
  const { pieces } = found
  const bytes = Buffer.from(ticket)
  for (let at = 1; at < pieces.length; at += 2) pieces[at] = bytes
  return Buffer.concat(pieces)
}
