import type { Mapper } from '../addresses/mapper.ts'
import type { Base } from './dash-base.ts'
import { type Edit, holdsAddresses, manifestEdits, namesOneFile, queryEdits } from './edits.ts'
import { manifestInFull } from './marks.ts'
import { encodeEntities, textOf, type XmlAttribute, type XmlTag, type XmlVisitor } from './xml.ts'

/** A reference and where it stands. */
export interface Reference {
  readonly from: number
  readonly to: number
  readonly value: string
}

/** A reference in an attribute. */
export interface SegmentReference extends Reference {
  /** Of the attribute. */
  readonly name: string
}

/** A `SegmentBase`, `SegmentList` or `SegmentTemplate`. What it has holds for the levels below until it is given anew there. */
export interface SegmentElement {
  readonly kind: string
  /** As written, with its prefix. */
  readonly name: string
  readonly attributes: readonly XmlAttribute[]
  readonly isEmpty: boolean
  /** Where its tag begins, and where its content does. */
  readonly start: number
  readonly from: number
  /** Where its end tag begins; where its content begins as long as it is open. */
  to: number
  /** The elements in it, each up to the next. */
  readonly children: { readonly name: string; readonly from: number }[]
  /** Of its attributes, and of the elements in it. */
  readonly references: SegmentReference[]
}

/** Period, AdaptationSet, Representation, and the MPD itself: where BaseURL may stand. */
export interface Level {
  /** As written, with its prefix. */
  readonly name: string
  /** Its parts stand beside each other, and in other places once they are put in. */
  readonly isPatch: boolean
  readonly isRepresentation: boolean
  readonly children: Level[]
  readonly baseUrls: Reference[]
  /** Addresses of remote elements that stand in it; of a list of segments, in `segmentLinks`. */
  readonly links: Reference[]
  readonly segmentLinks: Reference[]
  /** Addresses of keys and fonts. */
  readonly files: Reference[]
  /** Those outside `segments`. */
  readonly references: SegmentReference[]
  readonly segments: SegmentElement[]
  readonly isEmpty: boolean
  /** Where its end tag begins, or behind its tag where it is empty; -1 while it is open. */
  to: number
  bases: Base[]
}

const LEVELS: ReadonlySet<string> = new Set([
  'MPD',
  // Of a patch, whose elements are put into a manifest that was rewritten already.
  'Patch',
  'Period',
  'AdaptationSet',
  'Representation',
  'SubRepresentation',
])
const SEGMENTS: ReadonlySet<string> = new Set(['SegmentBase', 'SegmentList', 'SegmentTemplate'])
const OPAQUE: ReadonlySet<string> = new Set([
  'EventStream',
  'InbandEventStream',
  'ContentProtection',
  'ProgramInformation',
  'SegmentTimeline',
])
const ATTRIBUTES: Readonly<Record<string, readonly string[]>> = {
  InitializationSet: ['initialization'],
  SegmentTemplate: ['media', 'index', 'initialization', 'bitstreamSwitching'],
  SegmentURL: ['media', 'index'],
  Initialization: ['sourceURL'],
  RepresentationIndex: ['sourceURL'],
  BitstreamSwitching: ['sourceURL'],
}
/** Elements whose text is the address of a document, from the manifest's own address on, and how it is rewritten. */
const DOCUMENTS: ReadonlyMap<string, (mapper: Mapper, reference: string) => string> = new Map([
  ['Location', (mapper: Mapper, it: string) => mapper.rewriteLocation(it)],
  ['ContentSteering', (mapper: Mapper, it: string) => mapper.rewriteManifest(it, 'manifest.mpd')],
  ['ImportedMPD', (mapper: Mapper, it: string) => manifestInFull(it, mapper)],
])
/** What an operation of a patch puts in place of an attribute (ISO/IEC 23009-1, 5.15; RFC 5261). */
const CHANGED = /@(?:media|index|initialization|bitstreamSwitching|sourceURL)\s*$/

/** `urn:mpeg:dash:utc:http-head:2014` and its kin; `direct`, `ntp` and `sntp` hold no address of HTTP. */
const HTTP_CLOCK = /^urn:mpeg:dash:utc:http-(?:head|xsdate|iso|ntp):/

/** Of `xs:duration`; years and months are nothing in an update period. */
const DURATION = /^P(?:0+Y)?(?:0+M)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?)?$/

const secondsOf = (text: string): number | null => {
  const found = DURATION.exec(text)
  if (found === null) return null
  const [, days = 0, hours = 0, minutes = 0, seconds = 0] = found
  return Number(days) * 86_400 + Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)
}

const prefixed = (prefix: string, name: string): string =>
  prefix === '' ? name : `${prefix}:${name}`

const newLevel = (name: string, prefix: string, isEmpty: boolean): Level => ({
  name: prefixed(prefix, name),
  isPatch: name === 'Patch',
  isRepresentation: name === 'Representation',
  children: [],
  baseUrls: [],
  links: [],
  segmentLinks: [],
  files: [],
  references: [],
  segments: [],
  isEmpty,
  to: -1,
  bases: [],
})

/** Collects levels, bases and references during a scan. */
export class Gatherer implements XmlVisitor {
  readonly edits: Edit[] = []
  /** Addresses of patches. */
  readonly patches: Reference[] = []
  /** One, but for remote elements: several may come in one document. */
  readonly roots: Level[] = []
  updateSec: number | null = null
  isOver = true
  private level: Level | null = null
  /** The element that names segments and is open, and how deep. */
  private element: { readonly it: SegmentElement; readonly depth: number } | null = null
  private readonly stack: ((at: number) => void)[] = []
  readonly source: string
  private readonly mapper: Mapper

  constructor(source: string, mapper: Mapper) {
    this.source = source
    this.mapper = mapper
  }

  open(tag: XmlTag, attributes: () => XmlAttribute[]): 'skip' | 'enter' {
    const { name, isEmpty, end } = tag
    if (name === 'S') return isEmpty ? 'enter' : 'skip'
    const found = attributes()
    this.edits.push(...queryEdits(name, found, this.source, this.mapper))
    this.edits.push(...manifestEdits(name, found, this.mapper))
    this.readLinks(name, found)
    if (this.element?.depth === this.stack.length)
      this.element.it.children.push({ name, from: tag.from })
    if (OPAQUE.has(name) && !holdsAddresses(name, found)) return 'skip'
    const leave = this.enter(tag, found)
    if (!isEmpty) this.stack.push(leave)
    else if (LEVELS.has(name)) leave(end)
    return 'enter'
  }

  close(at: number): void {
    this.stack.pop()?.(at)
  }

  private enter(tag: XmlTag, found: readonly XmlAttribute[]): (at: number) => void {
    const { name, end } = tag
    if (LEVELS.has(name)) return this.enterLevel(tag, found)
    if (SEGMENTS.has(name)) return this.enterSegments(tag, found)
    this.readReferences(name, found)
    if (name === 'BaseURL')
      return (at) => {
        const value = textOf(this.source.slice(end, at))
        this.level?.baseUrls.push({ from: end, to: at, value })
      }
    if (name === 'PatchLocation')
      return (at) =>
        this.patches.push({ from: end, to: at, value: textOf(this.source.slice(end, at)) })
    if (this.level?.isPatch === true && (name === 'add' || name === 'replace'))
      return this.enterOperation(tag, found)
    const rewrite = DOCUMENTS.get(name)
    if (rewrite === undefined) return () => undefined
    return (at) => {
      const value = textOf(this.source.slice(end, at))
      this.replace({ from: end, to: at, value }, rewrite(this.mapper, value))
    }
  }

  private enterOperation({ end }: XmlTag, found: readonly XmlAttribute[]): (at: number) => void {
    const level = this.level
    const isReference = found.some(
      ({ name, value }) => (name === 'sel' || name === 'type') && CHANGED.test(value),
    )
    return (at) => {
      const value = textOf(this.source.slice(end, at))
      if (isReference) level?.references.push({ from: end, to: at, value, name: 'media' })
    }
  }

  private enterSegments(
    { name, prefix, isEmpty, from, end }: XmlTag,
    found: readonly XmlAttribute[],
  ): (at: number) => void {
    const it: SegmentElement = {
      kind: name,
      name: prefixed(prefix, name),
      attributes: found,
      isEmpty,
      start: from,
      from: end,
      to: end,
      children: [],
      references: [],
    }
    this.openLevel().segments.push(it)
    this.element = { it, depth: this.stack.length + 1 }
    this.readReferences(name, found)
    const leave = (at: number): void => {
      it.to = at
      this.element = null
    }
    if (isEmpty) leave(end)
    return leave
  }

  private readReferences(name: string, found: readonly XmlAttribute[]): void {
    const wanted = ATTRIBUTES[name]
    const references = this.element?.it.references ?? this.level?.references
    if (wanted === undefined || references === undefined) return
    for (const it of found) if (wanted.includes(it.name)) references.push(it)
  }

  private enterLevel(
    { name, prefix, isEmpty }: XmlTag,
    found: readonly XmlAttribute[],
  ): (at: number) => void {
    if (name === 'MPD') {
      const of = (wanted: string) => found.find((it) => it.name === wanted)?.value ?? ''
      this.updateSec = secondsOf(of('minimumUpdatePeriod'))
      this.isOver = of('type') !== 'dynamic'
    }
    const parent = this.level
    const level = newLevel(name, prefix, isEmpty)
    if (parent === null) this.roots.push(level)
    else parent.children.push(level)
    this.level = level
    return (at) => {
      level.to = at
      this.level = parent
    }
  }

  /** The level that is open; where a list of segments is a document of its own, one around it. */
  private openLevel(): Level {
    if (this.level !== null) return this.level
    const level = newLevel('', '', false)
    this.roots.push(level)
    return level
  }

  /** Reads addresses of remote elements, keys and fonts, and of clocks, which are relative to the manifest, not to a BaseURL. */
  private readLinks(name: string, found: readonly XmlAttribute[]): void {
    for (const it of found) {
      if (it.name.endsWith(':href')) {
        const level = this.openLevel()
        if (SEGMENTS.has(name)) level.segmentLinks.push(it)
        else level.links.push(it)
      }
      if (namesOneFile(it, name, found)) this.openLevel().files.push(it)
      if (name !== 'UTCTiming' || it.name !== 'value') continue
      const scheme = found.find((other) => other.name === 'schemeIdUri')?.value ?? ''
      if (!HTTP_CLOCK.test(scheme)) continue
      const addresses = it.value.split(/\s+/).filter((part) => part !== '')
      this.replace(it, addresses.map((part) => this.mapper.rewrite(part)).join(' '))
    }
  }

  /** Puts a text of XML, as it is, in place of another. */
  put(from: number, to: number, text: string): void {
    this.edits.push({ from, to, text })
  }

  replace(at: Reference, text: string): void {
    const shown = this.mapper.conceal(text)
    const raw = this.source.slice(at.from, at.to)
    // Neither ffmpeg nor VLC takes off blanks around an address.
    if (shown !== at.value || /^\s|\s$/.test(raw))
      this.edits.push({ from: at.from, to: at.to, text: encodeEntities(shown) })
  }
}
