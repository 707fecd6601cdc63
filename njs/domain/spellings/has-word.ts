import { mayBePacked, type Packed, packed } from './packed.ts'
import { mayBeWrapped, unwrap } from './unwrap.ts'

/** By word: those of a few channels. */
const known = new Map<string, Packed>()
const MOST_KNOWN = 100

const packedOf = (word: string): Packed => {
  const before = known.get(word)
  if (before !== undefined) return before
  if (known.size >= MOST_KNOWN) known.clear()
  const made = packed(word)
  known.set(word, made)
  return made
}

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
