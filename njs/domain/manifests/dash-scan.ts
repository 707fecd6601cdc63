import { type Mapper } from '../addresses/mapper.ts'
import type { Base } from './dash-base.ts'
import { encodeEntities, textOf, type XmlAttribute, type XmlTag, type XmlVisitor } from './xml.ts'

/** A range of the text and its replacement. */
interface Edit {
  readonly from: number
  readonly to: number
  readonly text: string
}

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
  /** Whether it stands in a `SegmentTemplate`, whose attributes hold for what is below until they are given anew there. */
  readonly isInherited: boolean
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
  readonly references: SegmentReference[]
  /** Its `SegmentTemplate`: the attributes it has, and where others can be put. */
  template: { readonly at: number; readonly names: ReadonlySet<string> } | null
  /** Whether it names its segments otherwise. */
  hasSegments: boolean
  readonly isEmpty: boolean
  /** Where its end tag begins, or behind its tag where it is empty; -1 while it is open. */
  closesAt: number
  /** Attributes of a `SegmentTemplate` that it gets of its own in place of inherited ones. */
  readonly given: { readonly name: string; readonly text: string }[]
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
/** Elements whose text is the address of a document, from the manifest's own address on. */
const DOCUMENTS: ReadonlySet<string> = new Set(['Location', 'PatchLocation', 'ContentSteering'])

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

/** Collects levels, bases and references during a scan. */
export class Gatherer implements XmlVisitor {
  readonly edits: Edit[] = []
  /** One, but for remote elements: several may come in one document. */
  readonly roots: Level[] = []
  updateSec: number | null = null
  isOver = true
  private level: Level | null = null
  private readonly stack: ((at: number) => void)[] = []
  private readonly source: string
  private readonly mapper: Mapper

  constructor(source: string, mapper: Mapper) {
    this.source = source
    this.mapper = mapper
  }

  open(tag: XmlTag, attributes: () => XmlAttribute[]): 'skip' | 'enter' {
    const { name, isEmpty, end } = tag
    if (name === 'S') return isEmpty ? 'enter' : 'skip'
    const found = attributes()
    this.readLinks(name, found)
    if (OPAQUE.has(name)) return 'skip'
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
    this.readSegments(tag, found)
    if (name === 'BaseURL')
      return (at) => {
        const value = textOf(this.source.slice(end, at))
        this.level?.baseUrls.push({ from: end, to: at, value })
      }
    if (!DOCUMENTS.has(name)) return () => undefined
    return (at) => {
      const value = textOf(this.source.slice(end, at))
      this.replace({ from: end, to: at, value }, this.mapper.rewriteManifest(value, 'manifest.mpd'))
    }
  }

  private readSegments({ name, end, isEmpty }: XmlTag, found: readonly XmlAttribute[]): void {
    const { level } = this
    if (level === null) return
    const isInherited = name === 'SegmentTemplate'
    if (isInherited)
      level.template = { at: end - (isEmpty ? 2 : 1), names: new Set(found.map((it) => it.name)) }
    if (name === 'SegmentList' || name === 'SegmentBase') level.hasSegments = true
    const wanted = ATTRIBUTES[name]
    if (wanted === undefined) return
    for (const it of found)
      if (wanted.includes(it.name)) level.references.push({ ...it, isInherited })
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
    const level: Level = {
      name: prefix === '' ? name : `${prefix}:${name}`,
      isPatch: name === 'Patch',
      isRepresentation: name === 'Representation',
      children: [],
      baseUrls: [],
      references: [],
      template: null,
      hasSegments: false,
      isEmpty,
      closesAt: -1,
      given: [],
      bases: [],
    }
    if (parent === null) this.roots.push(level)
    else parent.children.push(level)
    this.level = level
    return (at) => {
      level.closesAt = at
      this.level = parent
    }
  }

  /** Rewrites addresses that are relative to the manifest, not to a BaseURL: remote elements and clocks. */
  private readLinks(name: string, found: readonly XmlAttribute[]): void {
    for (const it of found) {
      if (it.name.endsWith(':href'))
        this.replace(it, this.mapper.rewriteManifest(it.value, 'manifest.mpd'))
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
    if (text !== at.value) this.edits.push({ from: at.from, to: at.to, text: encodeEntities(text) })
  }
}
