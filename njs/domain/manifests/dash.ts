import {
  isBelowItsBase,
  isRelativePath,
  type Mapper,
  namesDirectory,
  referenceTo,
} from '../addresses/mapper.ts'
import { type Base, baseFrom, ownBase, placeOf, writeBase } from './dash-base.ts'
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
  context: { readonly gatherer: Gatherer; readonly mapper: Mapper },
): void => {
  const { gatherer, mapper } = context
  if (staysInside(it.value, bases, mapper)) return
  const from = (below: readonly Base[]): string => rewriteReference(it.value, below, mapper)
  const [first = it.value, ...others] = new Set(bases.map((base) => from([base])))
  if (others.length === 0) gatherer.replace(it, first)
  else if (!giveDown(level, it, (heir) => from(basesBelow(heir)))) gatherer.replace(it, from(bases))
}

const rewriteLevel = (level: Level, gatherer: Gatherer, mapper: Mapper): void => {
  if (level.references.length > 0) {
    const bases = basesBelow(level)
    for (const it of level.references) {
      if (bases.length > 1) rewriteShared(level, it, bases, { gatherer, mapper })
      else gatherer.replace(it, rewriteReference(it.value, bases, mapper))
    }
  }
  for (const child of level.children) rewriteLevel(child, gatherer, mapper)
}

/** Writes the BaseURLs, after all references are known. */
const writeBases = (level: Level, gatherer: Gatherer): void => {
  for (const it of level.baseUrls) gatherer.replace(it, writeBase(it, level.bases))
  writeGiven(level, gatherer)
  for (const child of level.children) writeBases(child, gatherer)
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
