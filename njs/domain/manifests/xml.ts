import type { Steps } from '../steps.ts'

/** An attribute with the position of its value between the quotes. */
export interface XmlAttribute {
  /** As written, with its prefix. */
  readonly name: string
  /** Entities decoded. */
  readonly value: string
  readonly from: number
  readonly to: number
}

/** A start tag. */
export interface XmlTag {
  /** Without its prefix. */
  readonly name: string
  readonly prefix: string
  readonly isEmpty: boolean
  /** Where it begins. */
  readonly from: number
  /** Where its content begins. */
  readonly end: number
}

/** Callbacks of a scan for the start and end of elements. */
export interface XmlVisitor {
  /** `skip` leaves out everything inside it; `attributes` reads them when called. */
  open(tag: XmlTag, attributes: () => XmlAttribute[]): 'skip' | 'enter'
  /** `at` is where the end tag begins; not called for what was skipped or is empty. */
  close(at: number): void
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

const codePoint = (code: number): string =>
  code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '\uFFFD'

/** Decodes entities and character references. */
export const decodeEntities = (text: string): string =>
  text.includes('&')
    ? text.replace(
        /&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi,
        (whole, hex?: string, number?: string, name?: string) => {
          if (hex !== undefined) return codePoint(parseInt(hex, 16))
          if (number !== undefined) return codePoint(Number(number))
          return NAMED[name ?? ''] ?? whole
        },
      )
    : text

/** Encodes a text for content and for attributes with either quote. */
export const encodeEntities = (text: string): string =>
  text.replace(/[&<>"']/g, (found) => `&#${found.charCodeAt(0)};`).replaceAll('&#38;', '&amp;')

/** The text of an element's content: entities decoded, CDATA taken as it is, comments left out, blanks around it too. */
export const textOf = (content: string): string => {
  if (!content.includes('<')) return decodeEntities(content).trim()
  let out = ''
  for (const part of content.split(/(<!\[CDATA\[[\s\S]*?\]\]>|<!--[\s\S]*?-->)/)) {
    if (part.startsWith('<![CDATA[')) out += part.slice(9, -3)
    else if (!part.startsWith('<!--')) out += decodeEntities(part)
  }
  return out.trim()
}

const DOCTYPE = /<!DOCTYPE\s[^[>]*\[([\s\S]*?)\]\s*>/
const ENTITY = /<!ENTITY\s+([\w.:-]+)\s+(?:"([^"]*)"|'([^']*)')\s*>/g
const NOT_EXPANDED = /(<!\[CDATA\[[\s\S]*?\]\]>|<!--[\s\S]*?-->)/

/** A text without its comments; what CDATA has of them stays. One that does not end is none. */
export const withoutComments = (text: string): string => {
  let out = ''
  let done = 0
  for (let at = text.indexOf('<!'); at >= 0; at = text.indexOf('<!', at)) {
    const isComment = text.startsWith('<!--', at)
    const isData = text.startsWith('<![CDATA[', at)
    const end = isComment ? text.indexOf('-->', at + 4) : isData ? text.indexOf(']]>', at) : at - 1
    if (end < 0 && (isComment || isData)) break
    if (isComment) {
      out += text.slice(done, at)
      done = end + 3
    }
    at = end + 3
  }
  return done === 0 ? text : out + text.slice(done)
}
/** Entities may name others; bounds what hostile ones grow to. */
const MOST_DEPTH = 4
const MOST_GROWTH = 1_048_576

/** Declarations stand at the top; what is looked through for them. */
const MOST_TOP = 65_536

const declaredIn = (subset: string): Map<string, string> => {
  const entities = new Map<string, string>()
  for (const [, name = '', double, single] of subset.matchAll(ENTITY)) {
    const value = double ?? single ?? ''
    const text = value.includes('<')
      ? value
      : value.replace(/["']/g, (it) => `&#${it.charCodeAt(0)};`)
    if (!entities.has(name) && NAMED[name] === undefined) entities.set(name, text)
  }
  return entities
}

/**
 * Puts in what a document's own entities stand for (XML 1.0, section 4.4) and leaves its declarations out, which not all players read. Those declared
 * elsewhere stay as they are. `null` where it would grow by more than a megabyte.
 */
export const expandEntities = (text: string): string | null => {
  if (!text.includes('<!DOCTYPE')) return text
  const [whole = '', subset = ''] = DOCTYPE.exec(text.slice(0, MOST_TOP)) ?? []
  if (whole === '') return text
  const entities = declaredIn(subset)
  const most = text.length + MOST_GROWTH
  let out = text.replace(whole, '')
  for (let depth = 0; depth < MOST_DEPTH; depth += 1) {
    let length = out.length
    const put = (found: string, name: string): string => {
      const value = entities.get(name) ?? found
      length += value.length - found.length
      return length > most ? found : value
    }
    const parts = out.split(NOT_EXPANDED)
    const next = parts.map((part, at) => (at % 2 === 1 ? part : part.replace(/&([\w.:-]+);/g, put)))
    if (length > most) return null
    out = next.join('')
  }
  return out
}

const ATTRIBUTE = /([^\s=/>"']+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g

const readAttributes = (text: string, start: number, end: number): XmlAttribute[] => {
  const tag = text.slice(start, end)
  const found: XmlAttribute[] = []
  for (const match of tag.matchAll(ATTRIBUTE)) {
    const [whole, name = '', double, single] = match
    const raw = double ?? single ?? ''
    const to = start + match.index + whole.length - 1
    found.push({ name, value: decodeEntities(raw), from: to - raw.length, to })
  }
  return found
}

/** The end of a start tag: the first `>` outside quotes. */
const tagEnd = (text: string, from: number): number => {
  for (let at = from; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === 62) return at
    if (code === 34 || code === 39) {
      at = text.indexOf(code === 34 ? '"' : "'", at + 1)
      if (at < 0) return -1
    }
  }
  return -1
}

const after = (text: string, end: string, from: number): number => {
  const found = text.indexOf(end, from)
  return found < 0 ? text.length : found + end.length
}

/** End of a comment, CDATA section, declaration or processing instruction at an offset; -1 for an element. */
const passBy = (text: string, at: number): number => {
  if (text.startsWith('<!--', at)) return after(text, '-->', at + 4)
  if (text.startsWith('<![CDATA[', at)) return after(text, ']]>', at + 9)
  if (text.startsWith('<!', at)) return after(text, '>', at)
  return text.startsWith('<?', at) ? after(text, '?>', at) : -1
}

const nameEnd = (text: string, from: number): number => {
  let at = from
  for (; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code <= 32 || code === 62 || code === 47) break
  }
  return at
}

const TAGS_A_STEP = 64

/**
 * Scans a well-formed document once; an error ends the scan there. DTDs are not read: entities other than the five of XML are left
 * unchanged.
 */
export function* scanXml(text: string, visitor: XmlVisitor): Steps<void> {
  /** Depth within an element that is left out; 0 = none is. */
  let skipped = 0
  let tags = 0
  for (let at = text.indexOf('<'); at >= 0; at = text.indexOf('<', at)) {
    tags += 1
    if (tags % TAGS_A_STEP === 0) yield
    const passed = passBy(text, at)
    if (passed >= 0) {
      at = passed
      continue
    }
    if (text.charCodeAt(at + 1) === 47) {
      if (skipped > 0) skipped -= 1
      else visitor.close(at)
      at = after(text, '>', at)
      continue
    }
    const named = nameEnd(text, at + 1)
    const end = tagEnd(text, named)
    if (end < 0) return
    const isEmpty = text.charCodeAt(end - 1) === 47
    if (skipped > 0) {
      if (!isEmpty) skipped += 1
    } else {
      const whole = text.slice(at + 1, named)
      const colon = whole.indexOf(':')
      const tag = {
        name: whole.slice(colon + 1),
        prefix: whole.slice(0, Math.max(0, colon)),
        isEmpty,
        from: at,
        end: end + 1,
      }
      const wish = visitor.open(tag, () => readAttributes(text, named, end))
      if (!isEmpty && wish === 'skip') skipped = 1
    }
    at = end + 1
  }
}
