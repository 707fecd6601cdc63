import type { Attribute } from './playlist.ts'

/** An attribute and the places where it begins and ends in its line. */
export interface PlacedAttribute extends Attribute {
  readonly from: number
  readonly to: number
}

/** An `#EXTINF` line taken apart. */
export interface InfoLine {
  readonly duration: number
  readonly attributes: readonly PlacedAttribute[]
  /** Where the attributes end and the comma before the name stands; the line's length without a name. */
  readonly comma: number
  readonly name: string
}

/** Some lists have a comma before the attributes, too. */
const infoStart = /^#EXTINF:\s*([+-]?\d*(?:\.\d+)?)(?:\s*,(?=\s*[a-z][a-z0-9_-]*="[^"]*"))?/i
const attributeName = /[^\s=,"]+/y
const blanks = /\s*/y

/** A quote that ends a value: what follows is the line's end, a comma, or blanks and another attribute. */
const closingQuotes: Readonly<Record<string, RegExp>> = {
  '"': /"(?=\s*(?:,|$)|\s+[^\s="',]+=)/g,
  "'": /'(?=\s*(?:,|$)|\s+[^\s="',]+=)/g,
}
/** Where a value without a fitting closing quote, or with none at all, ends. */
const bareEnd = /[\s,]/g

const indexFrom = (pattern: RegExp, text: string, from: number): number => {
  pattern.lastIndex = from
  return pattern.exec(text)?.index ?? -1
}

const skip = (text: string, at: number): number => {
  blanks.lastIndex = at
  return at + (blanks.exec(text)?.[0].length ?? 0)
}

const readName = (text: string, at: number): string => {
  attributeName.lastIndex = at
  return attributeName.exec(text)?.[0] ?? ''
}

/** The value at `at` and the place behind it; quotes inside a quoted value are kept. */
const readValue = (text: string, at: number): { value: string; next: number } => {
  const closingQuote = closingQuotes[text[at] ?? '']
  if (closingQuote !== undefined) {
    const end = indexFrom(closingQuote, text, at + 1)
    if (end >= 0) return { value: text.slice(at + 1, end), next: end + 1 }
  }
  const end = indexFrom(bareEnd, text, at)
  const next = end < 0 ? text.length : end
  return { value: text.slice(text[at] === '"' ? at + 1 : at, next), next }
}

/** Attributes from `at` on; stops at a comma outside quotes when `stopsAtComma`. Words without `=` are passed over. */
const scanAttributes = (
  text: string,
  from: number,
  stopsAtComma: boolean,
): { attributes: PlacedAttribute[]; end: number } => {
  const attributes: PlacedAttribute[] = []
  let at = skip(text, from)
  while (at < text.length) {
    if (text[at] === ',' && stopsAtComma) break
    const name = readName(text, at)
    const behind = at + name.length
    if (name === '') at = skip(text, at + 1)
    else if (text[behind] === '=') {
      const { value, next } = readValue(text, behind + 1)
      attributes.push({ name, value, from: at, to: next })
      at = skip(text, next)
    } else at = skip(text, behind)
  }
  return { attributes, end: at }
}

/** Takes an `#EXTINF` line apart; every text is readable, at worst as a name alone. */
export const parseInfoLine = (line: string): InfoLine => {
  const start = infoStart.exec(line)
  const { attributes, end } = scanAttributes(line, start?.[0].length ?? 0, true)
  const seconds = Number.parseFloat(start?.[1] ?? '')
  return {
    duration: Number.isFinite(seconds) ? seconds : -1,
    attributes,
    comma: Math.min(end, line.length),
    name: line.slice(end + 1).trim(),
  }
}

/** The attributes of an `#EXTM3U` line. */
export const parseHeaderLine = (line: string): Attribute[] =>
  scanAttributes(line, '#EXTM3U'.length, false).attributes.map(({ name, value }) => ({
    name,
    value,
  }))

/** The first value of an attribute, its name in any case; empty when it is not there. */
export const attributeOf = (attributes: readonly Attribute[], name: string): string =>
  attributes.find((it) => it.name.toLowerCase() === name)?.value ?? ''

/** An attribute as text; a quote inside the value cannot be written and becomes an apostrophe. */
export const formatAttribute = ({ name, value }: Attribute): string =>
  `${name}="${value.replaceAll('"', "'")}"`

/** The line with one attribute's value replaced, or added behind the others; all else as it was. */
export const withAttribute = (line: string, name: string, value: string): string => {
  const { attributes, comma } = parseInfoLine(line)
  const old = attributes.find((it) => it.name.toLowerCase() === name)
  if (old)
    return line.slice(0, old.from) + formatAttribute({ name: old.name, value }) + line.slice(old.to)
  const head = line.slice(0, comma).trimEnd()
  return `${head} ${formatAttribute({ name, value })}${line.slice(comma)}`
}
