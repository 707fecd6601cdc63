import type { Attribute } from './playlist.ts'
import { typographic, undoubled, withoutStray } from './quotes.ts'

/** An attribute and the places where it begins and ends in its line. */
export interface PlacedAttribute extends Attribute {
  readonly from: number
  readonly to: number
}

/** Attributes of a line, and what of it could only be guessed. */
export interface ScannedAttributes {
  readonly attributes: readonly PlacedAttribute[]
  /** Where the scan stopped: at the comma before the name, or at the end. */
  readonly end: number
  /** Words without `=`, with their places. */
  readonly words: readonly { readonly text: string; readonly from: number }[]
  /** What was odd, each a sentence without values, which may be secret. */
  readonly problems: readonly string[]
  /** Whether all of it was read, and some of it could only be guessed or is read otherwise by some players. */
  readonly isGuessed: boolean
}

/** Attributes that players know: where one of these begins, the value before it has ended. */
const KNOWN =
  '(?:tvg-[a-z0-9_-]{1,30}|group-title|group-logo|catchup[a-z0-9_-]{0,30}|timeshift|channel-id|channel-number|parent-code|audio-track|aspect-ratio|radio|url-tvg|x-tvg-url)'
const known = new RegExp(`^${KNOWN}$`, 'i')

/** Whether players know an attribute of that name, in any letters. */
export const isKnownAttribute = (name: string): boolean => known.test(name)

const attributeName = /[^\s=,;"']+/y
const blanks = /\s*/y
/** What some write beside `=` before a quote. */
const signs = /[=>:]{1,2}\s*(?=["'])/y
/** What may stand behind a value's closing quote: the line's end, a comma, or words and then either another attribute or a comma. */
const BEHIND = `(?=\\s*(?:[,;|]|$)|[a-z][\\w-]*=|${KNOWN}\\s*=|\\s*(?:[^\\s="',]+\\s+){0,3}[^\\s="',]+\\s*=\\s*["']|\\s+(?:[^\\s="',]+\\s+){0,3}[^\\s="',]+\\s*=|\\s+(?:[^\\s="',]+\\s+){0,2}[^\\s="',]+\\s*,|[^"'=,]*$|[^"'=,]+,[^"']*$)`
const closingQuotes: Readonly<Record<string, RegExp>> = {
  '"': new RegExp(`"${BEHIND}`, 'gi'),
  "'": new RegExp(`'${BEHIND}`, 'gi'),
}
const knownAhead = new RegExp(`[\\s,]${KNOWN}\\s*=`, 'gi')
const knownGlued = new RegExp(
  `${KNOWN}\\s*=\\s*["']|(?<![?&/_-])(?:tvg-[a-z]{1,30}|group-title)\\s*=`,
  'gi',
)
const anyAhead = /\s[^\s="',]+\s*=|,|$/g
const nameAhead = /[a-z][\w-]*\s*=/iy
const openedNowhere = /[^\s"=,][^"=,]*"(?=\s*(?:,|$)|\s*[^\s="',]+\s*=)/y
/** What stands before a name and is no part of it: players look for the name alone. */
const junk = new RegExp(`[^\\sa-z0-9]+(?=${KNOWN}$)`, 'iy')
/** Hours as some countries write them. */
const hours = /[+-]?\d+,\d+(?=\s+[^\s="',]+\s*=|\s*(?:,|$))/y
const TAKES_HOURS = /^(?:tvg-shift|catchup-correction)$/i
/** Where a value without quotes ends. */
const bareEnd = /[\s,]|$/g
/** A comma that stands between attributes and not before the name; a further comma has to follow. */
const between = new RegExp(
  `,[\\s,]*(?:radio[\\s,]+)*(?:[a-z][a-z0-9_-]*\\s*=\\s*(?:"[^"]*"|'[^']*')|${KNOWN}\\s*=)[^,]*,`,
  'iy',
)

const isAddress = /^(?:https?|data):/i
const commaInAddress = new RegExp(`^,\\S*(?=\\s+${KNOWN}\\s*=)`, 'i')

const inName = new RegExp(`(?<![\\w-])(${KNOWN})\\s*=`, 'gi')

/** Attributes that players know and that stand in a name, where no player reads them. */
export const attributesInName = (name: string): string[] =>
  [...name.matchAll(inName)].map(([, found = '']) => found.toLowerCase())

/** Where the first of them stands behind `from`; -1 where there is none. */
export const attributeInName = (line: string, from: number): number => {
  const found = inName.exec(line.slice(from))
  inName.lastIndex = 0
  return found === null ? -1 : from + found.index
}

/** Steps of a scan; a line with more is not read further, to bound the cost of hostile input. */
const MAX_STEPS = 200

const test = (pattern: RegExp, text: string, at: number): boolean => {
  pattern.lastIndex = at
  return pattern.test(text)
}

const indexFrom = (pattern: RegExp, text: string, from: number): number => {
  pattern.lastIndex = from
  return pattern.exec(text)?.index ?? -1
}

const skip = (text: string, at: number): number => {
  blanks.lastIndex = at
  return at + (blanks.exec(text)?.[0].length ?? 0)
}

interface Value {
  readonly value: string
  readonly next: number
  readonly oddity: string | null
}

const quoted = (text: string, at: number, end: number): Value => {
  knownAhead.lastIndex = at + 1
  const cut = knownAhead.exec(text)?.index ?? -1
  if (cut >= 0 && cut < end)
    return {
      value: withoutStray(text.slice(at + 1, cut)),
      next: cut,
      oddity: 'its quote is never closed',
    }
  const raw = text.slice(at + 1, end)
  const value = undoubled(raw, text[at] ?? '')
  if (value !== raw) return { value, next: end + 1, oddity: 'its quotes are doubled' }
  const inner = text[at] === '"' ? raw.indexOf('"') : -1
  const comma = raw.lastIndexOf(',', inner)
  if (inner < 0) return { value, next: end + 1, oddity: null }
  if (comma < 0)
    return {
      value: raw.replaceAll('\\"', '"'),
      next: end + 1,
      oddity: 'there are quotes in it',
    }
  // With nothing behind, what it holds is more likely the name.
  return end + 1 < text.length
    ? { value, next: end + 1, oddity: 'there are quotes and a comma in it' }
    : {
        value: raw.slice(0, comma).trim(),
        next: at + 1 + comma,
        oddity: 'its quote is never closed',
      }
}

const unclosed = (text: string, at: number): Value => {
  const end = indexFrom(anyAhead, text, at + 1)
  const next = end < 0 ? text.length : end
  const from = text[at] === '"' ? at + 1 : at
  const value = text[at] === '"' ? withoutStray(text.slice(from, next)) : text.slice(from, next)
  return { value: value.trim(), next, oddity: 'its quote is never closed' }
}

/** An address without quotes that a comma may be part of: it is where another attribute follows before any blank, else it could be the name's. */
const bareAddress = (text: string, at: number, comma: number): Value => {
  const [rest = ''] = commaInAddress.exec(text.slice(comma)) ?? []
  const next = comma + rest.length
  const isSaid = rest !== '' || /^,\S*,/.test(text.slice(comma))
  return { value: text.slice(at, next), next, oddity: isSaid ? 'there is a comma in it' : null }
}

const bare = (text: string, at: number, name: string): Value => {
  hours.lastIndex = at
  const [number] = (TAKES_HOURS.test(name) && hours.exec(text)) || []
  if (number !== undefined)
    return {
      value: number.replace(',', '.'),
      next: at + number.length,
      oddity: 'there is a comma in it',
    }
  openedNowhere.lastIndex = at
  const found = openedNowhere.exec(text)?.[0]
  if (found !== undefined) {
    const value = withoutStray(found.slice(0, -1))
    return { value, next: at + found.length, oddity: 'its quote is never opened' }
  }
  typographic.lastIndex = at
  const [whole, ...values] = typographic.exec(text) ?? []
  const value = values.find((it) => it !== undefined)
  if (whole !== undefined && value !== undefined) {
    const oddity = /^[\\&%]/.test(whole) ? 'its quotes are escaped' : 'its quotes are typographic'
    return { value, next: at + whole.length, oddity }
  }
  const next = indexFrom(bareEnd, text, at)
  const glued = indexFrom(knownGlued, text, at + 1)
  if (glued >= 0 && glued < next)
    return { value: text.slice(at, glued), next: glued, oddity: 'it runs into the next attribute' }
  return isAddress.test(text.slice(at, next)) && text[next] === ','
    ? bareAddress(text, at, next)
    : { value: text.slice(at, next), next, oddity: null }
}

/** Reads values of one line; failed searches are remembered, so that the scan stays linear. */
const createValueReader = (text: string) => {
  const hopeless = new Set<string>()
  return (at: number, name: string): Value => {
    const quote = text[at] ?? ''
    const closing = closingQuotes[quote]
    if (closing === undefined) return bare(text, at, name)
    const end = hopeless.has(quote) ? -1 : indexFrom(closing, text, at + 1)
    if (end >= 0) return quoted(text, at, end)
    hopeless.add(quote)
    return unclosed(text, at)
  }
}

/** Whether the comma at `at` ends the attributes; commas between them do not. */
const isNameComma = (text: string, at: number): boolean => !test(between, text, at)

const readName = (text: string, at: number): string => {
  attributeName.lastIndex = at
  return attributeName.exec(text)?.[0] ?? ''
}

const junkBefore = (name: string): number => {
  junk.lastIndex = 0
  return junk.exec(name)?.[0].length ?? 0
}

/** Whether players that look for `name=` and take what stands in double quotes, or all up to a blank, read an attribute alike. */
const isPlain = (
  text: string,
  end: number,
  { name, value, from, to }: PlacedAttribute,
): boolean => {
  const raw = text.slice(from, to)
  if (raw === `${name}="${value}"` && !value.includes('"')) return true
  return (
    raw === `${name}=${value}` && !/[\s"',]/.test(value) && (to >= end || text.startsWith(' ', to))
  )
}

const ODD_BEFORE = 'there is something before it'

/** The value behind the `=` at `at`; none where another attribute follows. */
const valueBehind = (
  text: string,
  at: number,
  name: string,
  readValue: (at: number, name: string) => Value,
): Value => {
  const equals = skip(text, at + 1)
  if (equals > at + 1 && test(nameAhead, text, equals))
    return { value: '', next: at + 1, oddity: null }
  signs.lastIndex = equals
  const passed = signs.exec(text)?.[0].length ?? 0
  const found = readValue(equals + passed, name)
  return passed > 0 ? { ...found, oddity: found.oddity ?? ODD_BEFORE } : found
}

/**
 * Reads `name="value"` from `from` on as players do: with or without blanks or commas between, blanks
 * around `=`, quotes doubled or missing. Stops at the comma before a name where `stopsAtComma`.
 */
export const scanAttributes = (
  text: string,
  from: number,
  stopsAtComma: boolean,
): ScannedAttributes => {
  const attributes: PlacedAttribute[] = []
  const words: { text: string; from: number }[] = []
  const problems: string[] = []
  let isGuessed = false
  const readValue = createValueReader(text)
  let at = skip(text, from)
  for (let steps = 0; at < text.length; steps += 1) {
    if (steps >= MAX_STEPS) {
      problems.push(`not read: what stands behind ${MAX_STEPS} attributes and words`)
      return { attributes, end: text.length, words, problems, isGuessed: false }
    }
    if (text[at] === ',' && stopsAtComma && isNameComma(text, at)) break
    const read = readName(text, at)
    const skipped = junkBefore(read)
    const name = read.slice(skipped)
    at += skipped
    const behind = skip(text, at + name.length)
    if (name === '') at = skip(text, at + 1)
    else if (text[behind] === '=') {
      const found = valueBehind(text, behind, name, readValue)
      attributes.push({ name, value: found.value, from: at, to: found.next })
      const oddity = found.oddity ?? (skipped > 0 ? ODD_BEFORE : null)
      if (oddity !== null) {
        isGuessed = true
        problems.push(`${name}: ${oddity}`)
      }
      at = skip(text, found.next)
    } else {
      words.push({ text: name, from: at })
      at = behind
    }
  }
  const end = Math.min(at, text.length)
  isGuessed ||= !attributes.every((it) => isPlain(text, end, it))
  return { attributes, end, words, problems, isGuessed }
}
