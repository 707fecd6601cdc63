import { say } from '../../sentences/sentences.ts'
import { attributeInName } from './attributes.ts'
import { attributeOf, parseHeaderLine, parseInfoLine } from './info-line.ts'
import type { Attribute, Playlist, PlaylistEntry, PlaylistProblem, ReadResult } from './playlist.ts'

const nothing: readonly string[] = []
const absoluteUrl = /^[a-z][a-z0-9+.-]*:\/\//i
const markup = /^\s*(?:<[!?a-z/]|\{\s*"|\[\s*[{"]|\{\s*$)/i
/** Tags of an HLS manifest that no list of channels carries. */
const manifestTag = /^#EXT-X-(?:STREAM-INF|TARGETDURATION|MEDIA-SEQUENCE|MEDIA:|MAP:|KEY:)/
/** Directives of the list, not of the entry below them. */
const listDirective = /^#(?:PLAYLIST|EXTENC|EXT-X-SESSION-DATA)\b/i
/** Directives of an entry wherever they stand. */
const entryDirective = /^#(?:EXTGRP|EXTVLCOPT|KODIPROP|EXTHTTP|EXT-X-PLAYLIST-TYPE)\b/i
/** Two lines without the end of the first. */
const GLUED = /^((?:#EXTM3U|[^#\s:]*:\/\/)(?:(?!#EXTINF:).)*)(#EXTINF:.*)$/i
/** Lines that are nothing, beside as many entries as are a list all the same: a remark without its `#`. */
const MOST_STRAYS = { always: 3, entriesEach: 100 } as const
/** What was meant for `#EXTINF:` or `#EXTGRP:` and is a comment to players. */
const almostDirective = /^[#＃\s]*EX?T?[\s_-]?(?:[I1L]NF(?=O?\s*[:：;,-])|GRP(?=\s*[:：;]|\s))/i
/** An address in quotes or brackets. */
const wrapped = /^["'<“«]([a-z][a-z0-9+.-]*:\/\/[^\s"'<>”»]+)["'>”»]$/i
/** `http:/host`, `http//host`: an address of no host to players. */
const halfScheme = /^https?(?::(?!\/\/)|\/\/)/i
/** What no list calls a file of its own by. */
const noFile = /^[^./?]*$|^[&"'<]/
/** A blank, or a character without width. */
const invisible = /^[\s\p{Cf}]$/u
const extgrp = /^#EXTGRP:(.*)$/i
const warningLimit = 50

const GUIDE = /^(?:x-tvg-url|url-tvg)$/i

/** What holds for entries that have none of their own: for those of the first header alone, as in Kodi. */
const DEFAULT = /^(?:tvg-shift|catchup|timeshift)/i

/** Addresses of EPGs may be several; those of another header line are added, other attributes keep their first value. The names of what is not taken. */
const mergeHeader = (header: Attribute[], more: readonly Attribute[]): string[] => {
  const unread: string[] = []
  for (const { name, value } of more) {
    const at = header.findIndex((it) => it.name.toLowerCase() === name.toLowerCase())
    const old = header[at]
    const isGuide = GUIDE.test(name)
    if (isGuide ? false : old ? old.value !== value : DEFAULT.test(name)) unread.push(name)
    else if (!old) header.push({ name, value })
    else if (isGuide && !old.value.split(',').includes(value))
      header[at] = { name: old.name, value: `${old.value},${value}` }
  }
  return unread
}

const splitTitles = (text: string): string[] =>
  text
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '')

/** A name for an address without `#EXTINF`. */
const nameOfUrl = (url: string): string => {
  const path = url.replace(/[?#].*$/, '').replace(/\/+$/, '')
  return path.slice(path.lastIndexOf('/') + 1) || url
}

/** A line without what is not seen around it; of a directive, before it. */
const visible = (text: string): string => {
  let from = 0
  while (invisible.test(text.charAt(from))) from += 1
  let to = text.length
  if (text[from] !== '#') while (invisible.test(text.charAt(to - 1))) to -= 1
  return text.slice(from, to)
}

/** Gathers lines into entries; the first line that cannot be part of a list refuses all of it. */
export class EntryBuilder {
  private readonly header: Attribute[] = []
  private readonly directives: string[] = []
  private readonly entries: PlaylistEntry[] = []
  private readonly warnings: string[] = []
  private moreWarnings = 0
  private readonly baseUrl: string | null
  private before: string[] = []
  private after: string[] = []
  private info: { text: string; line: number } | null = null
  private group = ''
  private hasHeader = false
  /** Lines that are neither a directive nor an address, and how many of them entries follow. */
  private readonly strays: number[] = []
  private passedStrays = 0
  private lastLine = 0
  /** Lines of addresses that no `#EXTINF` describes. */
  private readonly bare: number[] = []

  constructor(baseUrl: string | null) {
    this.baseUrl = baseUrl
  }

  /** Takes one line; a problem means that this is no list of channels. */
  take(raw: string, line: number): PlaylistProblem | null {
    this.lastLine = line
    const trimmed = raw.trim()
    // A name may end in a mark of its direction.
    const text = /^[!-~]/.test(trimmed) && /[!-~]$/.test(trimmed) ? trimmed : visible(trimmed)
    if (text === '') return this.takeBlank()
    const [, first, second] = GLUED.exec(text) ?? []
    if (first !== undefined && second !== undefined) {
      this.warn(line, '#EXTINF stands in the middle of a line: read as two')
      return this.take(first, line) ?? this.take(second, line)
    }
    const [, unwrapped] = wrapped.exec(text) ?? []
    if (unwrapped !== undefined) {
      this.warn(line, 'an address in quotes or brackets')
      return this.takeAddress(unwrapped, line)
    }
    if (markup.test(text)) return { line, reason: say('playlist.markup') }
    if (text.startsWith('#')) return this.takeDirective(text, line)
    if (attributeInName(text, 0) === 0 && this.goOn(text, line)) return null
    return this.takeAddress(text, line)
  }

  /** Takes a line that begins with an attribute for the rest of the one before. */
  private goOn(text: string, line: number): boolean {
    const isHeader = this.info === null && this.hasHeader && this.entries.length === 0
    if (this.info === null && !isHeader) return false
    this.warn(line, 'attributes on a line of their own: read as part of the one before')
    if (this.info === null) this.takeHeader(`#EXTM3U ${text}`, line)
    else this.info = { ...this.info, text: `${this.info.text} ${text}` }
    return true
  }

  /** Notes that the last line taken has no end, and that nobody said where the list ends. */
  noteOpenEnd(): void {
    this.warn(
      this.lastLine,
      'this last line has no end, and the server did not say how long the list is: it may be cut off here',
    )
  }

  /** The finished list. */
  finish(): ReadResult {
    const stray = this.refusedStray()
    if (stray !== undefined)
      return { ok: false, problem: { line: stray, reason: say('playlist.line') } }
    if (this.entries.length === 0)
      return { ok: false, problem: { line: null, reason: say('playlist.none') } }
    if (this.info) this.warn(this.info.line, 'an entry without an address is left out')
    this.tellBare()
    if (!this.hasHeader) this.warnings.unshift('line 1: #EXTM3U is missing')
    const more = this.moreWarnings > 0 ? [`and ${this.moreWarnings} more`] : []
    const playlist: Playlist = {
      header: this.header,
      directives: this.directives,
      entries: this.entries,
      trailing: this.before,
      warnings: [...this.warnings, ...more],
    }
    return { ok: true, playlist }
  }

  /** A list without any `#EXTINF` is one of addresses; beside others, players pass over what has none. */
  private tellBare(): void {
    const [first, ...more] = this.bare
    if (first === undefined || this.bare.length === this.entries.length) return
    const others = more.length === 0 ? '' : ` (and ${more.length} more)`
    this.warn(first, `an address without #EXTINF: named after its file${others}`)
  }

  /** With too many, or with nothing behind, they are the words of a server that broke off. */
  private refusedStray(): number | undefined {
    const most = MOST_STRAYS.always + this.entries.length / MOST_STRAYS.entriesEach
    const [first] = this.strays
    return this.strays.length > most ? first : this.strays[this.passedStrays]
  }

  private warn(line: number, text: string): void {
    if (this.warnings.length < warningLimit) this.warnings.push(`line ${line}: ${text}`)
    else this.moreWarnings += 1
  }

  /** A block of directives set apart at the top belongs to the list. */
  private takeBlank(): null {
    const isTop = this.entries.length === 0 && !this.info
    if (isTop && !this.before.some((text) => entryDirective.test(text))) {
      for (const text of this.before) this.directives.push(text)
      this.before = []
    }
    return null
  }

  private takeDirective(text: string, line: number): PlaylistProblem | null {
    if (manifestTag.test(text)) return { line, reason: say('playlist.manifest') }
    if (/^#EXTM3U/i.test(text)) this.takeHeader(text, line)
    else if (/^#EXTINF(?:\s*:|\s)/i.test(text)) this.takeInfo(text, line)
    else if (listDirective.test(text)) this.directives.push(text)
    else {
      const group = extgrp.exec(text)
      if (!group && almostDirective.test(text))
        this.warn(
          line,
          `not read: a comment, for it is no #EXT${/GRP/i.test(text) ? 'GRP' : 'INF'}:`,
        )
      if (group) this.group = (group[1] ?? '').trim()
      const lines = this.info ? this.after : this.before
      lines.push(text)
    }
    return null
  }

  private takeHeader(text: string, line: number): void {
    const { attributes, problems } = parseHeaderLine(text)
    for (const problem of problems) this.warn(line, problem)
    if (!this.hasHeader) this.header.push(...attributes)
    else {
      const unread = mergeHeader(this.header, attributes)
      if (unread.length > 0)
        this.warn(
          line,
          `not read: ${unread.join(', ')} of another #EXTM3U, which players pass over`,
        )
    }
    this.hasHeader = true
  }

  private takeInfo(text: string, line: number): void {
    if (this.info) {
      this.warn(this.info.line, 'an entry without an address is left out')
      this.before = []
      this.after = []
    }
    const well = text.replace(/^(#EXTINF)\s*:?/i, '$1:')
    if (!text.includes(':') || well !== text) this.warn(line, '#EXTINF without its colon')
    this.info = { text: well, line }
  }

  private takeAddress(text: string, line: number): PlaylistProblem | null {
    if (almostDirective.test(text)) return this.leaveOut('not read: it is no #EXTINF:', line)
    if (halfScheme.test(text)) return this.leaveOut('not read: an address without ://', line)
    const bar = text.indexOf('|')
    const address = bar < 0 ? text : text.slice(0, bar).trimEnd()
    const url = this.resolve(address)
    if (url === null) return this.takeStray(line)
    if (!absoluteUrl.test(address) && noFile.test(address))
      this.warn(line, 'read as the name of a file beside the list')
    if (/\s[#;]/.test(address)) this.warn(line, 'read as part of the address: what follows a blank')
    this.passedStrays = this.strays.length
    if (this.info === null) this.bare.push(line)
    this.entries.push(this.entryOf(url, bar < 0 ? '' : text.slice(bar), line))
    this.before = []
    this.after = []
    this.info = null
    return null
  }

  /** Tells a line that is passed over; the `#EXTINF` above waits for its address. */
  private leaveOut(why: string, line: number): null {
    this.warn(line, why)
    return null
  }

  private takeStray(line: number): PlaylistProblem | null {
    if (!this.hasHeader && this.info === null && this.entries.length === 0)
      return { line, reason: say('playlist.line') }
    this.strays.push(line)
    return this.leaveOut('not read: neither a directive nor an address', line)
  }

  private resolve(address: string): string | null {
    if (absoluteUrl.test(address)) return address
    if (this.baseUrl === null || /\s/.test(address)) return null
    // A single word is an error message that a server sent in place of a list.
    if (!this.hasHeader && this.info === null) return null
    return URL.canParse(address, this.baseUrl) ? new URL(address, this.baseUrl).href : null
  }

  private entryOf(url: string, suffix: string, line: number): PlaylistEntry {
    const { attributes, duration, name, problems, tidied } = parseInfoLine(this.info?.text ?? '')
    for (const problem of problems) this.warn(this.info?.line ?? line, problem)
    const own = splitTitles(attributeOf(attributes, 'group-title'))
    return {
      line,
      before: this.before.length > 0 ? this.before : nothing,
      after: this.after.length > 0 ? this.after : nothing,
      info: this.info === null ? null : tidied,
      duration,
      name: name || attributeOf(attributes, 'tvg-name') || nameOfUrl(url),
      tvgId: attributeOf(attributes, 'tvg-id').trim(),
      titles: own.length > 0 ? own : splitTitles(this.group),
      isTitledByExtgrp: own.length === 0 && this.group !== '',
      url,
      suffix,
    }
  }
}
