import { REASONS } from '#domain/reasons'
import { VIEWER_WORDS, WORD_OF_REASON } from '#domain/viewer-words'
import { language } from './text.ts'

const isReason = (code: string): code is keyof typeof REASONS => code in REASONS

/** What a reason means, in words; the id itself where it is none of ours. */
export const reasonText = (code: string): string => {
  if (!isReason(code)) return code
  return language === 'en' ? REASONS[code] : VIEWER_WORDS[WORD_OF_REASON[code]][language]
}
