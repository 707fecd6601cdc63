import type { ReasonId } from '../reasons.ts'
import type { Language } from '../types.ts'
import { type ViewerWord, WORD_OF_REASON } from '../viewer-words.ts'
import { isUntypedEntry, kindOfPath } from './channel.ts'

/** Length of a clip that stands in for a refused channel, in seconds. */
export const SLATE_SECONDS = 8

/** The texts there is a clip for. A wrong credential has none: guesses get the status. */
export const SLATE_WORDS = [
  'cap',
  'moved',
  'expired',
  'account',
  'banned',
  'notYours',
  'later',
] as const satisfies readonly ViewerWord[]

/** Name of a clip's file. */
export type SlateWord = (typeof SLATE_WORDS)[number]

/** The clip of a reason; `null` = it is answered with its status. */
export const slateOfReason = (reason: ReasonId): SlateWord | null =>
  SLATE_WORDS.find((word) => word === WORD_OF_REASON[reason]) ?? null

/** What a clip is sent as: a playlist of HLS that names it, or itself. */
type SlateForm = 'm3u8' | 'ts'

/** Language and form of the clip that an opening is refused with, as one variable of nginx. */
export type Slate = `${Language}.${SlateForm}`

/** What players of a path below a channel take in its place; `null` = a clip would not play there. */
export const slateForm = (rest: string): SlateForm | null => {
  if (isUntypedEntry(rest)) return 'm3u8'
  const { kind, protocol } = kindOfPath(rest)
  if (kind === 'stream') return 'ts'
  return kind === 'manifest' && protocol === 'hls' ? 'm3u8' : null
}
