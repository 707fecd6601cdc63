import { SENTENCES } from '../../../sentences/sentences.ts'
import { language, t } from './text.ts'

interface Pattern {
  readonly id: keyof typeof SENTENCES
  readonly form: RegExp
  readonly names: readonly string[]
  /** Letters that are fixed: the more, the surer. */
  readonly fixed: number
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

const patternOf = (id: keyof typeof SENTENCES): Pattern => {
  const parts = SENTENCES[id].split(/\{(\w+)\}/)
  const source = parts.map((part, at) => (at % 2 === 0 ? escaped(part) : '(.+?)')).join('')
  return {
    id,
    form: new RegExp(`^${source}$`, 'is'),
    names: parts.filter((_, at) => at % 2 === 1),
    fixed: parts.filter((_, at) => at % 2 === 0).join('').length,
  }
}

let made: readonly Pattern[] | null = null

/** The sentences as patterns, the surest first; made when the first is needed. */
const patterns = (): readonly Pattern[] => {
  made ??= (Object.keys(SENTENCES) as (keyof typeof SENTENCES)[])
    .map(patternOf)
    .toSorted((a, b) => b.fixed - a.fixed)
  return made
}

/** A sentence within a sentence within a sentence, and no deeper. */
const DEEPEST = 8
const LONGEST = 2_000
const MOST_BESIDE = 20

/** A text that is one of the sentences, in the language of the page; `null` where it is none. */
const known = (text: string, depth: number): string | null => {
  for (const { id, form, names } of patterns()) {
    const found = form.exec(text)
    if (found === null) continue
    const values = names.map((name, at): [string, string] => [
      name,
      translated(found[at + 1] ?? '', depth + 1),
    ])
    const words = t(`said.${id}`, Object.fromEntries(values))
    const isBegun = /^\p{Lu}/u.test(text) && /^\p{Ll}/u.test(SENTENCES[id])
    return isBegun ? words.slice(0, 1).toUpperCase() + words.slice(1) : words
  }
  return null
}

/** Sentences beside each other: the longest beginning that is known, then the rest. */
const each = (text: string, depth: number): string => {
  const parts = text.split('; ')
  if (parts.length < 2 || parts.length > MOST_BESIDE) return text
  for (let count = parts.length - 1; count > 0; count -= 1) {
    const begin = known(parts.slice(0, count).join('; '), depth)
    if (begin === null) continue
    return `${begin}; ${translated(parts.slice(count).join('; '), depth + 1)}`
  }
  return `${parts[0]}; ${translated(parts.slice(1).join('; '), depth + 1)}`
}

const translated = (text: string, depth: number): string =>
  depth > DEEPEST || text.length > LONGEST ? text : (known(text, depth) ?? each(text, depth))

/**
 * A sentence that came as text, in the language of the page: edges, files and the database know no ids. What none of ours is, such as the words of
 * another program, stays as it is.
 */
export const said = <T extends string | null>(text: T): T | string => {
  if (language === 'en' || text === null) return text
  const end = text.endsWith('.') ? '.' : ''
  return translated(end === '' ? text : text.slice(0, -1), 0) + end
}
