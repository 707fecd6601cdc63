import { memoize } from '../memoize.ts'
import { MOST_WORDS, mayBePacked, packed } from './packed.ts'
import { mayBeWrapped, unwrap } from './unwrap.ts'

const packedOf = memoize(packed, MOST_WORDS)

/** Whether a text has a word in any letters, plain, encoded as in addresses, JSON or pages, also more than once, or in base64 or hex. */
export const hasWord = (text: string, word: string): boolean => {
  const [small, wanted] = [text.toLowerCase(), word.toLowerCase()]
  if (small.includes(wanted)) return true
  if (mayBeWrapped(text) && unwrap(text).toLowerCase().includes(wanted)) return true
  if (!mayBePacked(text)) return false
  const { base64, hex } = packedOf(word)
  if (small.includes(hex)) return true
  const ofUrls = text.replaceAll('+', '-').replaceAll('/', '_')
  return base64.some((it) => ofUrls.includes(it))
}
