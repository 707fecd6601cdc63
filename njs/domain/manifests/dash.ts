import {
  isBelowItsBase,
  isRelativePath,
  type Mapper,
  namesDirectory,
  referenceTo,
} from '../addresses/mapper.ts'
import { type Base, baseFrom, ownBase, placeOf, writtenBase } from './dash-base.ts'
import { Gatherer, type Level, type SegmentReference } from './dash-scan.ts'
import { giveDown, writeGiven } from './dash-shared.ts'
import { scanXml } from './xml.ts'

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

/** What a manifest is rewritten with. */
interface Work {
  readonly gatherer: Gatherer
  readonly mapper: Mapper
  /** Of alternative BaseURLs, one stands in place of all. */
  readonly isAlone: boolean
  /** Whether some text would have to differ with the alternative that a player chooses. */
  isTorn: boolean
}

/** Bases that alternatives on several levels may come to, all combined. */
const MOST_BASES = 64

const resolveBases = (level: Level, inherited: readonly Base[], work: Work): void => {
  const { baseUrls } = level
  const context = { mapper: work.mapper, isOnly: !work.isAlone && baseUrls.length === 1 }
  const found = baseUrls.flatMap((it) => baseFrom(it, inherited, context))
  const chosen = work.isAlone ? (found.find((it) => it.directory !== null) ?? found[0]) : undefined
  level.bases = baseUrls.length === 0 ? [...inherited] : chosen === undefined ? found : [chosen]
  if (level.bases.length > MOST_BASES) {
    work.isTorn = true
    level.bases.length = MOST_BASES
  }
  for (const child of level.children) resolveBases(child, level.bases, work)
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

/** Whether a reference leads to the channel's own directory from each of its bases, which lie there themselves. */
const staysInside = (value: string, bases: readonly Base[], mapper: Mapper): boolean =>
  isRelativePath(value) &&
  bases.every(
    (base) =>
      base.directory?.startsWith('@/') === false &&
      base.takes(true) &&
      placeOf(value, base, mapper)?.startsWith('@/') === false,
  )

const rewriteShared = (
  level: Level,
  it: SegmentReference,
  bases: readonly Base[],
  work: Work,
): void => {
  const { gatherer, mapper } = work
  if (staysInside(it.value, bases, mapper)) return
  const from = (below: readonly Base[]): string[] => [
    ...new Set(below.map((base) => rewriteReference(it.value, [base], mapper))),
  ]
  const [first = it.value, ...others] = from(bases)
  if (others.length === 0) return gatherer.replace(it, first)
  const forHeir = (heir: Level): string => {
    const [text = it.value, ...more] = from(basesBelow(heir))
    if (more.length > 0) work.isTorn = true
    return text
  }
  if (giveDown(level, it, forHeir)) return undefined
  work.isTorn = true
  return gatherer.replace(it, first)
}

const rewriteLevel = (level: Level, work: Work): void => {
  if (level.references.length > 0) {
    const bases = basesBelow(level)
    for (const it of level.references) {
      if (bases.length > 1) rewriteShared(level, it, bases, work)
      else work.gatherer.replace(it, rewriteReference(it.value, bases, work.mapper))
    }
  }
  for (const child of level.children) rewriteLevel(child, work)
}

/** Writes the BaseURLs, after all references are known. */
const writeBases = (level: Level, work: Work): void => {
  const { baseUrls, bases } = level
  const [chosen] = bases
  for (const it of baseUrls) {
    const from = work.isAlone ? (baseUrls.find((other) => other === chosen?.from) ?? it) : it
    const [text = it.value, ...others] = writtenBase(from, bases)
    if (others.length > 0) work.isTorn = true
    work.gatherer.replace(it, text)
  }
  writeGiven(level, work.gatherer)
  for (const child of level.children) writeBases(child, work)
}

const applyEdits = (text: string, edits: Gatherer['edits']): string => {
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

const rewrite = (text: string, mapper: Mapper, isAlone: boolean): Work => {
  const gatherer = new Gatherer(text, mapper)
  const work: Work = { gatherer, mapper, isAlone, isTorn: false }
  scanXml(text, gatherer)
  for (const root of gatherer.roots) {
    resolveBases(root, [ownBase(mapper)], work)
    rewriteLevel(root, work)
    writeBases(root, work)
  }
  return work
}

/**
 * Rewrites every address of a manifest of DASH (ISO/IEC 23009-1): BaseURL on all levels, segments, templates, remote elements, Location,
 * PatchLocation, clocks. Events, licence addresses and all else stay, byte for byte. Where no text would lead right from each of several
 * alternative BaseURLs, the first that the edge fetches from stands in place of all.
 */
export const rewriteDash = (text: string, mapper: Mapper): DashManifest => {
  const work = rewrite(text, mapper, false)
  const { gatherer } = work.isTorn ? rewrite(text, mapper, true) : work
  const { updateSec, isOver } = gatherer
  return { text: applyEdits(text, gatherer.edits), updateSec, isOver }
}
