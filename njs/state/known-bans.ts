import { numbers, renewText, texts } from './memory.ts'

/** Kept longer than any ban. */
const MARK_MS = 40 * 86_400_000
const FILLED = ' filled'
const CURSORS = 'bansCursor'
/** Control planes whose place in the ban list is kept. */
const MOST_CURSORS = 8

const mark = (): number | undefined => numbers('gh_bans').get(FILLED)

/** A zone is emptied by a reload alone, and that comes with new contexts. */
const seen = { isFilled: false }

/** Whether this edge was told of all bans; not any more where a reload has emptied their dictionary. */
export const hasBans = (): boolean => {
  if (!seen.isFilled) seen.isFilled = (mark() ?? 0) > 0
  return seen.isFilled
}

/** Places in the lists of bans, by control plane: of the dictionary as it is now, not of one that a reload has emptied. */
export const bansCursor = (): string | null => {
  const [of = '', cursors = ''] = (texts('gh_texts').get(CURSORS) ?? '').split(' ')
  return hasBans() && of === String(mark()) && cursors !== '' ? cursors : null
}

/** Forgets the places: all bans are told anew, and go on to hold meanwhile. */
export const forgetCursors = (): void => {
  texts('gh_texts').delete(CURSORS)
}

/** Keeps room for the mark of a dictionary that is about to be filled for the first time. */
export const beginBans = (): void => {
  if (mark() === undefined) numbers('gh_bans').set(FILLED, -1, MARK_MS)
}

/** Keeps the place in each control plane's list, newest first: syncs reach now this one, now that one. */
export const noteCursor = (cursor: string): void => {
  const bans = numbers('gh_bans')
  const present = mark() ?? -1
  const of = present > 0 ? present : 1 + Math.floor(Math.random() * 0xff_ff_ff_ff)
  bans.set(FILLED, of, MARK_MS)
  const [plane = ''] = cursor.split('.')
  const others = (bansCursor() ?? '').split(',').filter((it) => !it.startsWith(`${plane}.`))
  const kept = [cursor, ...others.filter((it) => it !== '')].slice(0, MOST_CURSORS)
  renewText(texts('gh_texts'), CURSORS, `${of} ${kept.join(',')}`)
}

/** Whether a key of the dictionary of bans is a ban's: none of those begins with a blank. */
export const isBanKey = (key: string): boolean => !key.startsWith(' ')
