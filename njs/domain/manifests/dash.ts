import type { Mapper } from '../addresses/mapper.ts'
import { isRelativePath, resolveAddress } from '../addresses/resolve.ts'
import { finish, type Steps } from '../steps.ts'
import {
  type Base,
  baseFrom,
  baseOfRemote,
  isInFull,
  levelled,
  ownBase,
  placeOf,
  REFERENCES_A_STEP,
  rewriteFile,
  rewriteReference,
  writtenBase,
} from './dash-base.ts'
import { flatten } from './dash-flat.ts'
import { Gatherer, type Level, type Reference, type SegmentReference } from './dash-scan.ts'
import { applyEdits } from './edits.ts'
import { expandEntities, scanXml } from './xml.ts'

/** A rewritten DASH manifest. */
export interface DashManifest {
  readonly text: string
  /** Seconds between updates, from `minimumUpdatePeriod`; `null` where it says none. */
  readonly updateSec: number | null
  readonly isOver: boolean
}

/** Bases that a reference at this level may be resolved with: those of the representations below it. */
const basesBelow = (level: Level): Base[] => {
  if (level.isPatch) return level.bases
  const below = level.children.flatMap(basesBelow)
  return below.length > 0 ? [...new Set(below)] : level.bases
}

/** `innermost`: that of each representation leads right from the manifest alone; `full`: those in full are in full again, which takes a copy with marks. */
type Way = 'relative' | 'innermost' | 'full'

/** What a manifest is rewritten with. */
interface Work {
  readonly gatherer: Gatherer
  readonly mapper: Mapper
  /** Whether some text would have to differ with the representation, or with the alternative that a player chooses. */
  isTorn: boolean
  /** How BaseURLs are written that their origin wrote in full, and those below them. */
  way: Way
}

/** References of one level that are compared from each base below it; with more, each representation gets texts of its own. */
const MOST_COMPARED = 200_000

/** Bases that alternatives on several levels may come to, all combined. */
const MOST_BASES = 64

const hasBases = (level: Level): boolean =>
  level.children.some((it) => it.baseUrls.length > 0 || hasBases(it))

/** Whether a level has a BaseURL in full that the edge fetches from, and this holds for it. */
const hasFull = (level: Level, mapper: Mapper, holds: (level: Level) => boolean): boolean =>
  (level.baseUrls.length > 0 &&
    holds(level) &&
    level.baseUrls.some(({ value }) => {
      const address = isInFull(value) ? resolveAddress(value, mapper.manifest) : null
      return address !== null && mapper.directoryAt(address, 'files') !== null
    })) ||
  level.children.some((it) => hasFull(it, mapper, holds))

/** Whether a level has no alternatives, nor any below it. */
const isPlain = ({ baseUrls, children }: Level): boolean =>
  baseUrls.length <= 1 && children.every(isPlain)

/** Whether no representation below uses the BaseURL of this level without one of its own, or of a level between. */
const isCovered = ({ children }: Level): boolean =>
  children.length > 0 && children.every((it) => it.baseUrls.length > 0 || isCovered(it))

/** Whether each level with a BaseURL either has no others below it, or has one below it for each representation. */
const isEven = (level: Level): boolean =>
  (level.baseUrls.length === 0 || !hasBases(level) || isCovered(level)) &&
  level.children.every(isEven)

/**
 * ffmpeg follows a BaseURL in full and those below it, and of relative ones the innermost alone; dash.js goes on from an alternative that fails where that is in full.
 */
const wayOf = (root: Level, mapper: Mapper): Way => {
  if (root.isPatch) return 'relative'
  if (hasFull(root, mapper, ({ baseUrls }) => baseUrls.length > 1)) return 'full'
  if (!hasFull(root, mapper, hasBases)) return 'relative'
  return isPlain(root) && isEven(root) ? 'innermost' : 'full'
}

const resolveBases = (level: Level, inherited: readonly Base[], work: Work): void => {
  const { baseUrls } = level
  const noteTorn = (): void => {
    work.isTorn = true
  }
  const isFull = work.way === 'full'
  const context = { mapper: work.mapper, isOnly: baseUrls.length === 1, isFull, noteTorn }
  level.bases =
    baseUrls.length === 0
      ? [...inherited]
      : baseUrls.flatMap((it) => baseFrom(it, inherited, context))
  const [base, parent] = [level.bases[0], inherited[0]]
  if (work.way === 'innermost' && base !== undefined && parent !== undefined && baseUrls.length > 0)
    if (isCovered(level)) level.bases = [levelled(base, parent)]
  if (level.bases.length > MOST_BASES) {
    work.isTorn = true
    level.bases.length = MOST_BASES
  }
  for (const child of level.children) resolveBases(child, level.bases, work)
}

/** Whether a reference leads to the channel's own directory from each of its bases, which lie there themselves. */
const staysInside = (value: string, bases: readonly Base[], mapper: Mapper): boolean =>
  isRelativePath(value) &&
  !mapper.tells(value) &&
  bases.every(
    (base) =>
      base.directory?.startsWith('@/') === false &&
      base.takes(true) &&
      placeOf(value, base, mapper)?.startsWith('@/') === false,
  )

const rewriteShared = (it: SegmentReference, bases: readonly Base[], work: Work): void => {
  const { gatherer, mapper } = work
  if (staysInside(it.value, bases, mapper)) return
  const [first = it.value, ...others] = new Set(
    bases.map((base) => rewriteReference(it.value, [base], mapper)),
  )
  if (others.length > 0) work.isTorn = true
  gatherer.replace(it, first)
}

/** Whether a reference leads to where the edge goes from a base where it does not. */
const leadsBack = (value: string, bases: readonly Base[], mapper: Mapper): boolean =>
  bases.some((base) => base.directory === null && placeOf(value, base, mapper) !== null)

/** Rewrites the addresses of remote elements, whose references are resolved where they are put in. */
const rewriteLinks = (level: Level, { gatherer, mapper }: Work): boolean => {
  const write = (links: readonly Reference[], bases: readonly Base[]): boolean => {
    const base = links.length === 0 ? null : baseOfRemote(bases)
    if (base === null) return links.length === 0
    for (const it of links) gatherer.replace(it, mapper.rewriteRemote(it.value, base))
    return true
  }
  return write(level.links, level.bases) && write(level.segmentLinks, basesBelow(level))
}

function* rewriteLevel(level: Level, work: Work): Steps<void> {
  if (!rewriteLinks(level, work)) work.isTorn = true
  for (const it of level.files)
    work.gatherer.replace(it, rewriteFile(it.value, basesBelow(level), work.mapper))
  const references = [...level.references, ...level.segments.flatMap((it) => it.references)]
  if (references.length > 0) {
    const bases = basesBelow(level)
    if (bases.length > 1 && bases.length * references.length > MOST_COMPARED) {
      work.isTorn = true
      return
    }
    for (const [at, it] of references.entries()) {
      if (at % REFERENCES_A_STEP === 0) yield
      if (leadsBack(it.value, bases, work.mapper)) work.isTorn = true
      if (bases.length > 1) rewriteShared(it, bases, work)
      else work.gatherer.replace(it, rewriteReference(it.value, bases, work.mapper))
    }
  }
  for (const child of level.children) yield* rewriteLevel(child, work)
}

/** Writes the BaseURLs, after all references are known. */
const writeBases = (level: Level, work: Work): void => {
  const { baseUrls, bases } = level
  for (const it of baseUrls) {
    const [text = it.value, ...others] = writtenBase(it, bases)
    if (others.length > 0) work.isTorn = true
    work.gatherer.replace(it, text)
  }
  for (const child of level.children) writeBases(child, work)
}

/** Rewrites the addresses of patches. What a patch puts in is resolved where it is put (ISO/IEC 23009-1, section 5.15): its base goes along, as far as there is one. */
const writePatches = ({ gatherer, mapper, isTorn }: Work): void => {
  const { document } = mapper
  for (const root of gatherer.roots) {
    const isOne = root.isPatch || (!isTorn && root.bases.length === 1 && !hasBases(root))
    const one = isOne ? baseOfRemote(root.bases) : null
    const base = one === null ? { ...document, document, isUnclear: true } : { ...one, document }
    for (const it of gatherer.patches) gatherer.replace(it, mapper.rewriteRemote(it.value, base))
  }
}

/** Whether a text is a manifest of DASH, one of its remote elements, or a patch of one (ISO/IEC 23009-1). */
export const isDash = (text: string): boolean =>
  /<(?:\w+:)?(?:MPD|Patch|Period|AdaptationSet|Representation|SegmentList)[\s>]/.test(
    text.slice(0, 65_536),
  )

function* rewrite(text: string, mapper: Mapper): Steps<Gatherer> {
  const gatherer = new Gatherer(text, mapper)
  // The base of a remote element may be where the edge does not go.
  const isTorn = mapper.directoryAt(mapper.manifest, 'files') === null
  yield* scanXml(text, gatherer)
  const work: Work = { gatherer, mapper, isTorn, way: 'relative' }
  for (const root of gatherer.roots) {
    work.way = wayOf(root, mapper)
    resolveBases(root, [ownBase(mapper)], work)
    yield* rewriteLevel(root, work)
    writeBases(root, work)
  }
  writePatches(work)
  // A patch names the places where its parts go in the manifest as it is.
  if (!work.isTorn || gatherer.roots.some((root) => root.isPatch)) return gatherer
  const anew = new Gatherer(text, mapper)
  yield* scanXml(text, anew)
  for (const root of anew.roots) yield* flatten(root, anew, mapper)
  writePatches({ gatherer: anew, mapper, isTorn: true, way: 'relative' })
  return anew
}

/**
 * Rewrites every address of a manifest of DASH (ISO/IEC 23009-1): BaseURL on all levels, segments, templates, remote elements, Location,
 * PatchLocation, clocks. Events, licence addresses and all else stay, byte for byte. Where no common text leads right for each representation
 * and from each of several alternative BaseURLs, every representation gets texts of its own, and of alternatives the first that the edge fetches from.
 */
export function* dashSteps(written: string, mapper: Mapper): Steps<DashManifest> {
  const text = expandEntities(written) ?? written
  const gatherer = yield* rewrite(text, mapper)
  const { updateSec, isOver } = gatherer
  return { text: yield* applyEdits(text, gatherer.edits), updateSec, isOver }
}

/** The same at once. */
export const rewriteDash = (text: string, mapper: Mapper): DashManifest =>
  finish(dashSteps(text, mapper))
