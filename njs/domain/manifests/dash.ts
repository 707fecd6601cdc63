import { isBelowItsBase, type Mapper, namesDirectory, referenceTo } from '../addresses/mapper.ts'
import { type Base, baseFrom, ownBase, placeOf, writeBase } from './dash-base.ts'
import { encodeEntities, scanXml, textOf, type XmlAttribute, type XmlTag } from './xml.ts'

/** A rewritten DASH manifest. */
export interface DashManifest {
  readonly text: string
  /** Seconds between updates, from `minimumUpdatePeriod`; `null` where it says none. */
  readonly updateSec: number | null
  readonly isOver: boolean
}

/** A range of the text and its replacement. */
interface Edit {
  readonly from: number
  readonly to: number
  readonly text: string
}

/** A reference and where it stands. */
interface Reference {
  readonly from: number
  readonly to: number
  readonly value: string
}

/** Period, AdaptationSet, Representation, and the MPD itself: where BaseURL may stand. */
interface Level {
  /** Its parts stand beside each other, and in other places once they are put in. */
  readonly isPatch: boolean
  readonly parent: Level | null
  readonly children: Level[]
  readonly baseUrls: Reference[]
  readonly references: Reference[]
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
class Gatherer {
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
    const leave = this.enter(name, end, found)
    if (!isEmpty) this.stack.push(leave)
    else if (LEVELS.has(name)) leave(end)
    return 'enter'
  }

  close(at: number): void {
    this.stack.pop()?.(at)
  }

  private enter(name: string, end: number, found: readonly XmlAttribute[]): (at: number) => void {
    if (LEVELS.has(name)) return this.enterLevel(name, found)
    const wanted = ATTRIBUTES[name]
    if (wanted !== undefined)
      for (const it of found) if (wanted.includes(it.name)) this.level?.references.push(it)
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

  private enterLevel(name: string, found: readonly XmlAttribute[]): (at: number) => void {
    if (name === 'MPD') {
      const of = (wanted: string) => found.find((it) => it.name === wanted)?.value ?? ''
      this.updateSec = secondsOf(of('minimumUpdatePeriod'))
      this.isOver = of('type') !== 'dynamic'
    }
    const parent = this.level
    const isPatch = name === 'Patch'
    const level: Level = { isPatch, parent, children: [], baseUrls: [], references: [], bases: [] }
    if (parent === null) this.roots.push(level)
    else parent.children.push(level)
    this.level = level
    return () => {
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

  replace(at: Reference, text: string): void {
    if (text !== at.value) this.edits.push({ from: at.from, to: at.to, text: encodeEntities(text) })
  }
}

/** Bases that a reference at this level may be resolved with: those of the representations below it. */
const basesBelow = (level: Level): Base[] => {
  if (level.isPatch) return level.bases
  const below = level.children.flatMap(basesBelow)
  return below.length > 0 ? [...new Set(below)] : level.bases
}

const resolveBases = (level: Level, inherited: readonly Base[], mapper: Mapper): void => {
  level.bases =
    level.baseUrls.length === 0
      ? [...inherited]
      : level.baseUrls.flatMap((it) =>
          baseFrom(it, inherited, { mapper, isOnly: level.baseUrls.length === 1 }),
        )
  for (const child of level.children) resolveBases(child, level.bases, mapper)
}

const rewriteReference = (value: string, bases: readonly Base[], mapper: Mapper): string => {
  const below = namesDirectory(value)
  if (value === '') return value
  if (isBelowItsBase(value) && bases.every((base) => base.takes(below))) {
    for (const base of bases) base.uses(below)
    return value
  }
  const [base] = bases
  if (base === undefined) return value
  const path = placeOf(value, base, mapper)
  return path === null || base.directory === null ? value : referenceTo(base.directory, path)
}

const rewriteLevel = (level: Level, gatherer: Gatherer, mapper: Mapper): void => {
  if (level.references.length > 0) {
    const bases = basesBelow(level)
    for (const it of level.references)
      gatherer.replace(it, rewriteReference(it.value, bases, mapper))
  }
  for (const child of level.children) rewriteLevel(child, gatherer, mapper)
}

/** Writes the BaseURLs, after all references are known. */
const writeBases = (level: Level, gatherer: Gatherer): void => {
  for (const it of level.baseUrls) gatherer.replace(it, writeBase(it, level.bases))
  for (const child of level.children) writeBases(child, gatherer)
}

const applyEdits = (text: string, edits: Edit[]): string => {
  edits.sort((a, b) => a.from - b.from)
  let out = ''
  let done = 0
  for (const edit of edits) {
    out += text.slice(done, edit.from) + edit.text
    done = edit.to
  }
  return out + text.slice(done)
}

/** Whether a text is a manifest of DASH, one of its remote elements, or a patch of one (ISO/IEC 23009-1). */
export const isDash = (text: string): boolean =>
  /<(?:\w+:)?(?:MPD|Patch|Period|AdaptationSet)[\s>]/.test(text.slice(0, 4096))

/**
 * Rewrites every address of a manifest of DASH (ISO/IEC 23009-1): BaseURL on all levels, segments, templates, remote elements, Location,
 * PatchLocation, clocks. Events, licence addresses and all else stay, byte for byte.
 */
export const rewriteDash = (text: string, mapper: Mapper): DashManifest => {
  const gatherer = new Gatherer(text, mapper)
  scanXml(text, gatherer)
  for (const root of gatherer.roots) {
    resolveBases(root, [ownBase(mapper)], mapper)
    rewriteLevel(root, gatherer, mapper)
    writeBases(root, gatherer)
  }
  const { updateSec, isOver } = gatherer
  return { text: applyEdits(text, gatherer.edits), updateSec, isOver }
}
