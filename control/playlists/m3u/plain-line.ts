import type { PlacedAttribute } from './attributes.ts'
import { isKnownAttribute } from './attributes.ts'
import type { Attribute } from './playlist.ts'

/** An attribute as text; a quote inside the value cannot be written and becomes an apostrophe. */
export const formatAttribute = ({ name, value }: Attribute): string =>
  `${name}="${value.replaceAll('"', "'")}"`

/** What a player finds that looks for `name=` anywhere and takes what stands in double quotes, or all up to a blank. */
const foundBy = (text: string, name: string): string => {
  const at = text.indexOf(`${name}=`)
  if (at < 0) return ''
  const from = at + name.length + 1
  const [quote, start] = text[from] === '"' ? ['"', from + 1] : [' ', from]
  const end = text.indexOf(quote, start)
  return text.slice(start, end < 0 ? text.length : end)
}

/** Where the name begins to such a player: behind the comma that follows the last quote, else behind the last one. */
const nameComma = (line: string): number => {
  const quote = line.lastIndexOf('"')
  const [blanks] = quote < 0 ? [] : (/^\s*,/.exec(line.slice(quote + 1)) ?? [])
  return blanks === undefined ? line.lastIndexOf(',') : quote + blanks.length
}

/** Whether such players find in an `#EXTINF` line what was read of it. */
const isReadAlike = (line: string, attributes: readonly Attribute[], name: string): boolean => {
  const comma = nameComma(line)
  if (comma < 0 || line.slice(comma + 1).trim() !== name) return false
  const head = line.slice(line.indexOf(':') + 1, comma)
  const seen = new Set<string>()
  return attributes.every((it) => {
    const key = it.name.toLowerCase()
    if (seen.has(key) || !isKnownAttribute(key)) return true
    seen.add(key)
    return foundBy(head, key) === it.value
  })
}

/** What was read of a line, for writing it. */
interface ReadLine {
  /** `#EXTINF:` and the duration. */
  readonly start: string
  readonly attributes: readonly PlacedAttribute[]
  readonly words: readonly { readonly text: string; readonly from: number }[]
  readonly name: string
}

/** An attribute as all players look for it. */
const plain = ({ name, value }: Attribute): Attribute => ({
  name: isKnownAttribute(name) ? name.toLowerCase() : name,
  value: value.replaceAll('"', "'"),
})

const anyKnown = /(?:tvg-|group-|catchup|timeshift|radio)[a-z-]*=/

/** Behind the others what players could take for another attribute: by the end of its name, or within its value. */
const rank = ({ name, value }: Attribute): number =>
  Number(!isKnownAttribute(name)) + 2 * Number(anyKnown.test(value))

/** The line written so that all players read it alike, as far as that can be. */
export const plainLine = (read: ReadLine): string => {
  const name = /,/.test(read.name) ? read.name.replaceAll('"', "'") : read.name
  const attributes = read.attributes.map(plain)
  const inOrder = [
    ...read.attributes.map(({ from }, at) => ({ from, text: attributes[at] })),
    ...read.words,
  ]
    .sort((a, b) => a.from - b.from)
    .map(({ text }) =>
      typeof text === 'string' || text === undefined ? text : formatAttribute(text),
    )
  const start = read.start.trimEnd()
  const first = `${[start, ...inOrder].join(' ')},${name}`
  if (isReadAlike(first, attributes, name)) return first
  // A quote before the comma says where the name begins.
  const named = attributes.length === 0 ? [{ name: 'tvg-name', value: name }] : attributes
  const sorted = named.toSorted((a, b) => rank(a) - rank(b)).map(formatAttribute)
  return `${[start, ...read.words.map(({ text }) => text), ...sorted].join(' ')},${name}`
}

/** The line as it stands where all players read it so, else written anew. */
export const writtenPlainly = (line: string, read: ReadLine, isGuessed: boolean): string =>
  !isGuessed && isReadAlike(line, read.attributes, read.name) ? line : plainLine(read)
