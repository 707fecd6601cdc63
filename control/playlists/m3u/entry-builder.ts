import { say } from '../../sentences/sentences.ts'
import { readAddressLine } from './address-line.ts'
import { unreadDirective } from './almost.ts'
import { attributeInName } from './attributes.ts'
import { attributeOf, type InfoLine, parseInfoLine } from './info-line.ts'
import type { GuessedEncoding } from './line-splitter.ts'
import { ListHead } from './list-head.ts'
import type { Playlist, PlaylistEntry, PlaylistProblem, ReadResult } from './playlist.ts'
import { manifestTag, Segments } from './segments.ts'
import { Warnings } from './warnings.ts'

const nothing: readonly string[] = []
const absoluteUrl = /^[a-z][a-z0-9+.-]*:\/\//i
const markup = /^\s*(?:<(?!https?:)[!?a-z/]|\{\s*"|\[\s*[{"]|\{\s*$)/i
/** Directives of the list, not of the entry below them. */
const listDirective = /^#(?:PLAYLIST|EXTENC|EXT-X-SESSION-DATA)\b/i
/** Directives of an entry wherever they stand. */
const entryDirective = /^#(?:EXTGRP|EXTVLCOPT|KODIPROP|EXTHTTP|EXT-X-PLAYLIST-TYPE)\b/i
/** Two lines without the end of the first. */
const GLUED = /^((?:#EXTM3U|[^#\s:]*:\/\/)(?:(?!#EXTINF:).)*)(#EXTINF:.*)$/i
/** Lines that are nothing, beside as many entries as are a list all the same: a remark without its `#`. */
const MOST_STRAYS = { always: 3, entriesEach: 100 } as const
/** A blank, or a character without width. */
const invisible = /^[\s\p{Cf}]$/u
const extgrp = /^#EXTGRP:(.*)$/i

/** Directives that players know in capital letters alone. */
const SMALL = /^#(?:extgrp|extvlcopt|kodiprop|exthttp)(?=:|--)/i

const withoutQuotes = (text: string): string => /^"([^"]*)"?$/.exec(text)?.[1]?.trim() ?? text

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
  private readonly head = new ListHead()
  private readonly segments = new Segments()
  private readonly directives: string[] = []
  private readonly entries: PlaylistEntry[] = []
  private readonly warnings = new Warnings()
  private readonly baseUrl: string | null
  private before: string[] = []
  private after: string[] = []
  private info: { text: string; line: number } | null = null
  private group = ''
  /** Lines that are neither a directive nor an address, and how many of them entries follow. */
  private readonly strays: number[] = []
  private passedStrays = 0
  private lastLine = 0
  /** The first line of an entry's directives behind the last address. */
  private trailing: number | null = null
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
    if (markup.test(text)) return { line, reason: say('playlist.markup') }
    if (text.startsWith('#')) return this.takeDirective(text, line)
    if (attributeInName(text, 0) === 0 && this.goOn(text, line)) return null
    return this.takeAddress(text, line)
  }

  /** Takes a line that begins with an attribute for the rest of the one before. */
  private goOn(text: string, line: number): boolean {
    const isHeader = this.info === null && this.head.isThere() && this.entries.length === 0
    if (this.info === null && !isHeader) return false
    this.warn(line, 'attributes on a line of their own: read as part of the one before')
    if (this.info === null) for (const told of this.head.goOn(text)) this.warn(line, told)
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

  /** Notes that nobody said which encoding the list has. */
  noteEncoding(guess: GuessedEncoding | null): void {
    if (guess === null) return
    const more = guess.lines > 1 ? ` (and ${guess.lines - 1} more lines)` : ''
    this.warn(guess.line, `not UTF-8, and no #EXTENC that is known: read as ${guess.label}${more}`)
  }

  /** The finished list. */
  finish(): ReadResult {
    const stray = this.refusedStray()
    if (stray !== undefined)
      return { ok: false, problem: { line: stray, reason: say('playlist.line') } }
    if (this.entries.length === 0)
      return { ok: false, problem: { line: null, reason: say('playlist.none') } }
    if (this.info) this.warn(this.info.line, 'an entry without an address is left out')
    const segment = this.segments.found()
    if (segment !== undefined)
      return { ok: false, problem: { line: segment, reason: say('playlist.manifest') } }
    this.tellBare()
    if (this.trailing !== null)
      this.warn(
        this.trailing,
        'not read: a directive behind the last address, for it holds for the entry below',
      )
    const missing = this.head.isInPlace() ? [] : ['line 1: #EXTM3U is missing']
    const playlist: Playlist = {
      header: this.head.attributes,
      directives: this.directives,
      entries: this.entries,
      trailing: this.before,
      warnings: [...missing, ...this.warnings.list()],
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
    this.warnings.add(`line ${line}`, text, text.startsWith('not read: ') ? 'not read' : text)
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
    this.segments.tag(text)
    if (/^#EXTM3U/i.test(text)) this.takeHeader(text, line)
    else if (/^#EXTINF(?:\s*:|\s)/i.test(text)) this.takeInfo(text, line)
    else if (listDirective.test(text)) this.directives.push(text)
    else {
      const group = extgrp.exec(text)
      const unread = group ? null : unreadDirective(text)
      if (unread !== null) this.warn(line, `not read: ${unread}`)
      if (group) this.group = withoutQuotes((group[1] ?? '').trim())
      if (entryDirective.test(text)) this.trailing ??= line
      const lines = this.info ? this.after : this.before
      lines.push(text.replace(SMALL, (it) => it.toUpperCase()))
    }
    return null
  }

  private takeHeader(text: string, line: number): void {
    const isTop = this.directives.length + this.before.length === 0 && this.info === null
    const above = isTop ? 'first' : 'below-lines'
    const place = this.entries.length > 0 ? 'below-entries' : above
    for (const told of this.head.take(text, place)) this.warn(line, told)
  }

  private takeInfo(text: string, line: number): void {
    if (this.info) {
      this.warn(this.info.line, 'an entry without an address is left out')
      this.before = []
      this.after = []
    }
    const well = text.replace(/^#EXTINF\s*:?/i, '#EXTINF:')
    if (!/^#EXTINF:/i.test(text)) this.warn(line, '#EXTINF without its colon')
    this.info = { text: well, line }
  }

  private takeAddress(text: string, line: number): PlaylistProblem | null {
    const read = readAddressLine(text)
    // The `#EXTINF` above waits for its address.
    if (typeof read === 'string') return this.leaveOut(read, line)
    const url = this.resolve(read.address)
    if (url === null) return this.takeStray(line)
    for (const it of read.told) this.warn(line, it)
    this.passedStrays = this.strays.length
    if (this.info === null) this.bare.push(line)
    this.entries.push(this.entryOf(url, read.suffix, line))
    this.before = []
    this.after = []
    this.info = null
    this.trailing = null
    return null
  }

  /** Tells a line that is passed over. */
  private leaveOut(why: string, line: number): null {
    this.warn(line, `not read: ${why}`)
    return null
  }

  private takeStray(line: number): PlaylistProblem | null {
    if (!this.head.isThere() && this.info === null && this.entries.length === 0)
      return { line, reason: say('playlist.line') }
    this.strays.push(line)
    return this.leaveOut('neither a directive nor an address', line)
  }

  private resolve(address: string): string | null {
    if (absoluteUrl.test(address)) return address
    if (this.baseUrl === null || /\s/.test(address)) return null
    // A single word is an error message that a server sent in place of a list.
    if (!this.head.isThere() && this.info === null) return null
    return URL.canParse(address, this.baseUrl) ? new URL(address, this.baseUrl).href : null
  }

  /** What an entry whose line has no name is called, and the line with it. */
  private named({ attributes, tidied }: InfoLine, url: string): { name: string; info: string } {
    const tvgName = attributeOf(attributes, 'tvg-name')
    const name = tvgName || nameOfUrl(url)
    const how = tvgName === '' ? 'called after its file' : 'called by its tvg-name'
    if (this.info !== null) this.warn(this.info.line, `there is no name: ${how}`)
    return { name, info: parseInfoLine(tidied + name).tidied }
  }

  private entryOf(url: string, suffix: string, line: number): PlaylistEntry {
    const read = parseInfoLine(this.info?.text ?? '')
    const { attributes, duration, problems } = read
    for (const problem of problems) this.warn(this.info?.line ?? line, problem)
    this.segments.entry(this.info?.line ?? line, read, url)
    const { name, info } =
      read.name === '' ? this.named(read, url) : { name: read.name, info: read.tidied }
    const own = splitTitles(attributeOf(attributes, 'group-title'))
    return {
      line,
      before: this.before.length > 0 ? this.before : nothing,
      after: this.after.length > 0 ? this.after : nothing,
      info: this.info === null ? null : info,
      duration,
      name,
      tvgId: attributeOf(attributes, 'tvg-id').trim(),
      titles: own.length > 0 ? own : splitTitles(this.group),
      isTitledByExtgrp: own.length === 0 && this.group !== '',
      url,
      suffix,
    }
  }
}
