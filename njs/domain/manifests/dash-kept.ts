import type { Mapper } from '../addresses/mapper.ts'
import {
  type Address,
  isBelowItsBase,
  namesDirectory,
  resolveLoggedIn,
} from '../addresses/resolve.ts'
import { type Base, baseFrom, hrefOf, isInFull, ownBase, placeOf } from './dash-base.ts'
import type { Level, SegmentElement } from './dash-scan.ts'

/** Alone, without anything that a level above says. */
export const baseAt = (address: Address, mapper: Mapper): Base => {
  const from = { value: hrefOf(address) }
  const context = { mapper, isOnly: true, isFull: false, noteTorn: () => undefined }
  return baseFrom(from, [ownBase(mapper)], context)[0] ?? ownBase(mapper)
}

/** Where a level's BaseURLs lead: of alternatives, the first that the edge fetches from. */
export const addressAt = ({ baseUrls }: Level, above: Address, mapper: Mapper): Address => {
  const found = baseUrls.flatMap(({ value }) => resolveLoggedIn(value, above) ?? [])
  return found.find((it) => mapper.directoryAt(it, 'files') !== null) ?? found[0] ?? above
}

/** The same of the first level below it that has none below. */
export const lowestAt = (level: Level, above: Address, mapper: Mapper): Address => {
  const address = addressAt(level, above, mapper)
  const [child] = level.children
  return child === undefined ? address : lowestAt(child, address, mapper)
}

/** Elements that a level inherits from, the nearest first: another kind in between cuts off what is above it. */
export const reached = (
  above: readonly SegmentElement[],
  own: SegmentElement | undefined,
): SegmentElement[] => {
  const kind = (own ?? above[0])?.kind
  const cut = above.findIndex((it) => it.kind !== kind)
  return cut < 0 ? [...above] : above.slice(0, cut)
}

/** Whether every reference may stay below a base that takes such; `null` where some may not, else whether some names a directory. */
const howItStays = ({ references }: SegmentElement, mapper: Mapper): boolean | null => {
  if (!references.every(({ value }) => isBelowItsBase(value) && !mapper.tells(value))) return null
  return references.some(({ value }) => namesDirectory(value))
}

interface Place {
  readonly base: Base
  readonly isAtManifest: boolean
  /** Below a base where the edge does not go, it has addresses of its own in full that lead to where it does. */
  readonly isMixed: boolean
}

export const placeAt = (
  level: Level,
  above: Address,
  elements: readonly SegmentElement[],
  mapper: Mapper,
): Place => {
  const address = addressAt(level, above, mapper)
  // The base of a remote element may be where the edge does not go.
  const isAtManifest = address === mapper.manifest && mapper.directoryAt(address, 'files') !== null
  const base = isAtManifest ? ownBase(mapper) : baseAt(address, mapper)
  const leadsBack = ({ references }: SegmentElement): boolean =>
    references.some(({ value }) => isInFull(value) && placeOf(value, base, mapper) !== null)
  // Without names for media, the base itself is what is played.
  const hasMedia = elements.some(({ references }) => references.some((it) => it.name === 'media'))
  const isMixed = base.directory === null && hasMedia && elements.some(leadsBack)
  return { base, isAtManifest, isMixed }
}

/** Finds the elements that stay, since no representation below one has it lead elsewhere, and whether their references name directories. */
export const findKept = (root: Level, mapper: Mapper): ReadonlyMap<SegmentElement, boolean> => {
  const ways = new Map<SegmentElement, boolean | null>()
  const wayOf = (element: SegmentElement): boolean | null => {
    const known = ways.get(element)
    if (known !== undefined) return known
    const way = howItStays(element, mapper)
    ways.set(element, way)
    return way
  }
  const look = (level: Level, above: Address, segments: readonly SegmentElement[]): void => {
    const address = addressAt(level, above, mapper)
    if (!level.isRepresentation) {
      const below = [...level.segments, ...segments]
      for (const child of level.children) look(child, address, below)
      return
    }
    const [own] = level.segments
    const upper = reached(segments, own)
    const { base, isMixed } = placeAt(
      level,
      above,
      own === undefined ? upper : [own, ...upper],
      mapper,
    )
    for (const element of upper) {
      const way = wayOf(element)
      if (way !== null && (isMixed || !base.takes(way))) ways.set(element, null)
    }
  }
  look(root, mapper.manifest, [])
  const kept = [...ways].flatMap(([element, way]) =>
    way === null ? [] : [[element, way] as const],
  )
  return new Map(kept)
}
