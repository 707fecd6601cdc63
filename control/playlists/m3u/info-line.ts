import {
  attributeInName,
  attributesInName,
  type PlacedAttribute,
  type ScannedAttributes,
  scanAttributes,
} from './attributes.ts'
import type { Attribute } from './playlist.ts'

/** An `#EXTINF` line taken apart. */
export interface InfoLine {
  readonly duration: number
  readonly attributes: readonly PlacedAttribute[]
  /** Where the attributes end and the comma before the name stands; the line's length without a name. */
  readonly comma: number
  readonly name: string
  /** What could only be guessed or not be read, each a sentence. */
  readonly problems: readonly string[]
  /** The line with what was guessed written so that all players read it alike; the same where nothing was. */
  readonly tidied: string
}

/** Seconds, and what a list may have behind them. */
const infoStart = /^#EXTINF:\s*([+-]?\d*(?:\.\d+)?)/i
/** Words without a value that players know. */
const KNOWN_WORD = /^(?:radio|live|vod)$/i

const doubles = (attributes: readonly PlacedAttribute[]): string[] => {
  const first = new Map<string, string>()
  const found: string[] = []
  for (const { name, value } of attributes) {
    const key = name.toLowerCase()
    const before = first.get(key)
    if (before === undefined) first.set(key, value)
    else if (before !== value) found.push(`${name} stands twice: the first counts`)
  }
  return found
}

/** Players show them as they stand, and part titles at their semicolon. */
const ENTITY = /&(?:amp|quot|apos|lt|gt|nbsp|#\d+|#x[\da-f]+);/i
const LOOKED_FOR = /^(?:tvg-id|tvg-name|group-title)$/i

const entities = (attributes: readonly Attribute[]): string[] =>
  attributes
    .filter(({ name, value }) => LOOKED_FOR.test(name) && ENTITY.test(value))
    .map(({ name }) => `${name}: an HTML entity in it is taken as it stands`)

/** What was meant for an attribute that rules and players look for. */
const MISSPELT: readonly [pattern: RegExp, meant: string][] = [
  [/^tvg[_.]?id$/i, 'tvg-id'],
  [/^tvg[_.]?name$/i, 'tvg-name'],
  [/^group[_.]?title$/i, 'group-title'],
]

const misspelt = (attributes: readonly Attribute[]): string[] =>
  attributes.flatMap(({ name }) =>
    MISSPELT.filter(([pattern]) => pattern.test(name)).map(
      ([, meant]) => `not read: ${name}, which is no ${meant}`,
    ),
  )

const unread = (words: readonly { readonly text: string }[]): string[] => {
  const unknown = words.map(({ text }) => text).filter((text) => !KNOWN_WORD.test(text))
  return unknown.length === 0 ? [] : [`not read: ${unknown.join(' ').slice(0, 80)}`]
}

const ADDRESS = /(?:https?|rtmp|rtsp|udp|rtp):\/\//i

const unreadInName = (name: string): string[] => [
  ...attributesInName(name).map((found) => `not read: ${found}, which stands in the name`),
  ...(ADDRESS.test(name) ? ['not read: an address, which stands in the name'] : []),
]

const durationOf = (text: string): number => {
  const seconds = Number.parseFloat(text)
  return Number.isFinite(seconds) ? seconds : -1
}

/** An attribute as text; a quote inside the value cannot be written and becomes an apostrophe. */
export const formatAttribute = ({ name, value }: Attribute): string =>
  `${name}="${value.replaceAll('"', "'")}"`

/** A name that begins within the last attribute's value: `description="say "hello", ok",News`. */
const WITHIN = /^([^",=]*)"\s*,(?=[^",]+$)/

/** Puts back what quotes and a comma within a value have cut off. */
const rejoin = (line: string, scanned: ScannedAttributes): ScannedAttributes => {
  const { attributes, end } = scanned
  const last = attributes.at(-1)
  const behind = WITHIN.exec(line.slice(end + 1))
  if (behind === null || last === undefined || !last.value.includes('"')) return scanned
  const to = end + 1 + (behind[1] ?? '').length + 1
  const value = `${last.value}"${line.slice(last.to, to - 1)}`
  return {
    ...scanned,
    attributes: [...attributes.slice(0, -1), { ...last, value, to }],
    end: end + behind[0].length,
    isGuessed: true,
    problems: [...scanned.problems, `${last.name}: there are quotes and a comma in it`],
  }
}

/** Reads on where attributes stand in what looked like the name, and a comma behind them: players look for both from the line's end. */
const readOn = (line: string, scanned: ScannedAttributes): ScannedAttributes => {
  const from = attributeInName(line, scanned.end + 1)
  const more = from < 0 ? null : scanAttributes(line, from, true)
  if (more === null || line[more.end] !== ',') return scanned
  const passed = line.slice(scanned.end + 1, from).trim()
  const lost = passed === '' ? [] : [`not read: ${passed.slice(0, 80)}`]
  return {
    attributes: [...scanned.attributes, ...more.attributes],
    words: [...scanned.words, ...more.words],
    problems: [...scanned.problems, ...lost, ...more.problems],
    end: more.end,
    isGuessed: true,
  }
}

const tidied = (
  start: string,
  { attributes, words }: Pick<ScannedAttributes, 'attributes' | 'words'>,
  name: string,
): string => {
  const parts = [
    ...attributes.map((it) => ({ from: it.from, text: formatAttribute(it) })),
    ...words,
  ].sort((a, b) => a.from - b.from)
  return `${[start.trimEnd(), ...parts.map(({ text }) => text)].join(' ')},${name}`
}

/** Takes an `#EXTINF` line apart; every text is readable, at worst as a name alone. */
export const parseInfoLine = (line: string): InfoLine => {
  const start = infoStart.exec(line)
  const from = start?.[0].length ?? 0
  const scanned = readOn(line, rejoin(line, scanAttributes(line, from, true)))
  const { attributes, problems } = scanned
  const last = attributes.at(-1)?.to ?? from
  const trailing = scanned.words.find((word) => word.from >= last && !KNOWN_WORD.test(word.text))
  const told = { duration: durationOf(start?.[1] ?? ''), attributes }
  const head = line.slice(0, from)
  const found = [
    ...problems,
    ...doubles(attributes),
    ...entities(attributes),
    ...misspelt(attributes),
  ]
  if (line[scanned.end] === ',' || trailing === undefined) {
    const name = line.slice(scanned.end + 1).trim()
    return {
      ...told,
      comma: scanned.end,
      name,
      problems: [...found, ...unread(scanned.words), ...unreadInName(name)],
      tidied: scanned.isGuessed ? tidied(head, scanned, name) : line,
    }
  }
  // Without any comma, the words behind the last attribute are the name.
  const comma = trailing.from
  const words = scanned.words.filter((word) => word.from < comma)
  const name = line.slice(comma).trim()
  return {
    ...told,
    comma,
    name,
    problems: [...found, 'the comma before the name is missing', ...unread(words)],
    tidied: tidied(head, { attributes, words }, name),
  }
}

/** The attributes of an `#EXTM3U` line, and what could not be read of it. */
export const parseHeaderLine = (
  line: string,
): Pick<InfoLine, 'problems'> & { readonly attributes: Attribute[] } => {
  const { attributes, words, problems } = scanAttributes(line, '#EXTM3U'.length, false)
  return {
    attributes: attributes.map(({ name, value }) => ({ name, value })),
    problems: [...problems, ...unread(words)],
  }
}

/** The first value of an attribute, its name in any case; empty when it is not there. */
export const attributeOf = (attributes: readonly Attribute[], name: string): string =>
  attributes.find((it) => it.name.toLowerCase() === name)?.value ?? ''

/** Minutes that an attribute gives in hours, as `tvg-shift="-1.5"` does; 0 where it gives none. */
export const minutesOf = (line: string | null, name: string): number => {
  if (line === null || !line.toLowerCase().includes(name)) return 0
  const hours = Number(attributeOf(parseInfoLine(line).attributes, name).replace(',', '.'))
  return Number.isFinite(hours) ? Math.round(hours * 60) : 0
}

/** The line with one attribute's value replaced, or added behind the others; all else as it was. */
export const withAttribute = (line: string, name: string, value: string): string => {
  const { attributes, comma } = parseInfoLine(line)
  const old = attributes.find((it) => it.name.toLowerCase() === name)
  if (old)
    return line.slice(0, old.from) + formatAttribute({ name: old.name, value }) + line.slice(old.to)
  const head = line.slice(0, comma).trimEnd()
  return `${head} ${formatAttribute({ name, value })}${line.slice(comma)}`
}
