import { numbers, renewText, texts } from './memory.ts'

/** Lifetime of the mark: longer than any ban's. */
const MARK_MS = 40 * 86_400_000
const FILLED = ' filled'
const CURSORS = 'bansCursor'
/** Control planes whose cursor is kept. */
const MOST_CURSORS = 8

const mark = (): number | undefined => numbers('gh_bans').get(FILLED)

/** Cached per worker: only a reload empties a zone, and it starts new workers. */
const seen = { isFilled: false }

/** Whether this edge has loaded the bans; false again where a reload has emptied their zone. */
export const hasBans = (): boolean => {
  if (!seen.isFilled) seen.isFilled = (mark() ?? 0) > 0
  return seen.isFilled
}

/** Cursors in the ban feeds of control planes, separated by commas; `null` before the first sync and where they belong to a zone that was emptied since. */
export const bansCursor = (): string | null => {
  const [of = '', cursors = ''] = (texts('gh_texts').get(CURSORS) ?? '').split(' ')
  return hasBans() && of === String(mark()) && cursors !== '' ? cursors : null
}

/** Drops the cursors: the next sync loads every ban again, while those loaded stay in force. */
export const forgetCursors = (): void => {
  texts('gh_texts').delete(CURSORS)
}

/** Reserves room for the mark before the zone is filled for the first time. */
export const beginBans = (): void => {
  if (mark() === undefined) numbers('gh_bans').set(FILLED, -1, MARK_MS)
}

/** Stores the cursor of the control plane that answered, first among those of the others: syncs are balanced over control planes. */
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

/** Whether a key of `gh_bans` is a ban's: keys of marks begin with a blank. */
export const isBanKey = (key: string): boolean => !key.startsWith(' ')
