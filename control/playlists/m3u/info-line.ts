import { meantFor } from './almost.ts'
import {
  attributeInName,
  attributesInName,
  type PlacedAttribute,
  type ScannedAttributes,
  scanAttributes,
} from './attributes.ts'
import { formatAttribute, plainLine, writtenPlainly } from './plain-line.ts'
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

const misspelt = (attributes: readonly Attribute[]): string[] =>
  attributes.flatMap(({ name }) => {
    const meant = meantFor(name)
    return meant === null ? [] : [`not read: ${name}, which is no ${meant}`]
  })

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
    problems: [
      ...scanned.problems.filter((it) => it !== `${last.name}: there are quotes in it`),
      `${last.name}: there are quotes and a comma in it`,
    ],
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

/** Words in quotes before the name, where players look for it behind the last quote and a comma. */
const QUOTED_BEFORE = /^\s*("[^"]*"\s*,\s*)+(?=[^\s",][^"]*$)/

/** `1,5` seconds before a comma and the name. */
const DECIMAL_COMMA = /^,\d{1,3}(?=,)/

/** Where the comma of the duration stands for a point. */
const skipDecimals = (line: string, from: number): number => {
  const [decimals = ''] = /\d$/.test(line.slice(0, from))
    ? (DECIMAL_COMMA.exec(line.slice(from)) ?? [])
    : []
  return from + decimals.length
}

/** Whether the name could begin at another comma: the last value has no quotes, and the name a comma. */
const isOpenEnd = (line: string, { attributes, end }: ScannedAttributes, name: string): boolean => {
  const last = attributes.at(-1)
  return (
    name.includes(',') && last !== undefined && last.to === end && !/["']/.test(line[end - 1] ?? '')
  )
}

/** The name behind its comma, and what of it is said. */
const nameBehind = (
  line: string,
  scanned: ScannedAttributes,
): { name: string; problems: readonly string[] } => {
  const text = line.slice(scanned.end + 1)
  const [quoted = ''] = scanned.attributes.length > 0 ? (QUOTED_BEFORE.exec(text) ?? []) : []
  const name = text.slice(quoted.length).trim()
  const last = scanned.attributes.at(-1)?.name ?? ''
  return {
    name,
    problems: [
      ...(quoted === '' ? [] : [`not read: ${quoted.trim().slice(0, 80)}`]),
      ...(isOpenEnd(line, scanned, name)
        ? [`${last}: without quotes it ends at its first comma`]
        : []),
    ],
  }
}

/** What stands for a comma before a name. */
const LIKE_COMMA = /^[\s，、;:|]+/

/** What is said of the attributes of a line. */
const problemsOf = ({ attributes, problems }: ScannedAttributes): string[] => [
  ...problems,
  ...doubles(attributes),
  ...entities(attributes),
  ...misspelt(attributes),
]

/** A line without any comma: the words behind the last attribute, from `comma` on, are the name. */
const withoutComma = (
  line: string,
  { attributes, ...scanned }: ScannedAttributes,
  start: string,
  comma: number,
): Pick<InfoLine, 'comma' | 'name' | 'tidied' | 'problems'> => {
  const words = scanned.words.filter((word) => word.from < comma)
  const name = line.slice(comma).replace(LIKE_COMMA, '').trim()
  return {
    comma,
    name,
    problems: ['the comma before the name is missing', ...unread(words)],
    tidied: plainLine({ start, attributes, words, name }),
  }
}

/** Takes an `#EXTINF` line apart; every text is readable, at worst as a name alone. */
export const parseInfoLine = (line: string): InfoLine => {
  const begin = infoStart.exec(line)
  const start = begin?.[0].length ?? 0
  const from = skipDecimals(line, start)
  const scanned = readOn(line, rejoin(line, scanAttributes(line, from, true)))
  const { attributes } = scanned
  const last = attributes.at(-1)?.to ?? from
  const trailing = scanned.words.find((word) => word.from >= last && !KNOWN_WORD.test(word.text))
  const told = { duration: durationOf(begin?.[1] ?? ''), attributes }
  const head = line.slice(0, start)
  const found = [
    ...(from > start ? ['there is a comma in its duration'] : []),
    ...problemsOf(scanned),
  ]
  if (line[scanned.end] === ',' || trailing === undefined) {
    const { name, problems: ofName } = nameBehind(line, scanned)
    const read = { start: head, attributes, words: scanned.words, name }
    return {
      ...told,
      comma: scanned.end,
      name,
      problems: [...found, ...ofName, ...unread(scanned.words), ...unreadInName(name)],
      tidied: writtenPlainly(line, read, scanned.isGuessed || from > start || name === ''),
    }
  }
  const rest = withoutComma(line, scanned, head, trailing.from)
  return { ...told, ...rest, problems: [...found, ...rest.problems] }
}

/** A line for what has none of its own. */
export const infoLineOf = (name: string): string =>
  writtenPlainly(
    `#EXTINF:-1,${name}`,
    { start: '#EXTINF:-1', attributes: [], words: [], name },
    false,
  )

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
