import type { Mapper } from '../addresses/mapper.ts'
import { type Address, referenceTo } from '../addresses/resolve.ts'
import type { Steps } from '../steps.ts'
import {
  type Base,
  hrefOf,
  placeOf,
  REFERENCES_A_STEP,
  rewriteFile,
  rewriteReference,
  targetOf,
} from './dash-base.ts'
import { addressAt, baseAt, findKept, lowestAt, placeAt, reached } from './dash-kept.ts'
import type { Gatherer, Level, SegmentElement, SegmentReference } from './dash-scan.ts'
import { encodeEntities } from './xml.ts'

/** What a representation needs to stand by itself. */
interface Work {
  readonly gatherer: Gatherer
  readonly mapper: Mapper
  /** Elements whose references lead right from each base below them as they stand: they stay where they are. */
  readonly kept: ReadonlyMap<SegmentElement, boolean>
  /** References that were copied into representations. */
  copied: number
}

/** Most references that are copied. Beyond, a representation has what it inherits from the manifest's own address on. */
const MOST_COPIED = 100_000

/** What is left of a BaseURL that every representation has a full one in place of. */
const NOTHING = './'

/** A reference from the manifest's own address on; in full where the edge does not go there. */
const fromManifest = (value: string, base: Base, mapper: Mapper): string => {
  const path = value === '' ? null : placeOf(value, base, mapper)
  if (path !== null) return referenceTo(mapper.directory, path)
  return value === '' ? value : targetOf(value, base)
}

/** References of some attribute or of the elements of some name: the nearest level that has it counts. */
interface Inherited {
  readonly element: SegmentElement
  /** Of the elements; `null` = an attribute of its own. */
  readonly child: string | null
  readonly references: readonly SegmentReference[]
}

/** The child that a place lies in, by halving: they stand in order, and may be 40,000. */
const childAt = ({ children, from, to }: SegmentElement, at: number): string | null => {
  if (at < from || at > to) return null
  let [low, high] = [0, children.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((children[middle]?.from ?? 0) <= at) low = middle + 1
    else high = middle
  }
  return children[low - 1]?.name ?? null
}

const has = (element: SegmentElement, { child, references }: Inherited): boolean =>
  child === null
    ? element.attributes.some((it) => it.name === references[0]?.name)
    : element.children.some((it) => it.name === child)

/** The references of an element, those of elements of one name together. */
const partsOf = (element: SegmentElement): Inherited[] => {
  const parts = new Map<string, SegmentReference[]>()
  for (const it of element.references) {
    const child = childAt(element, it.from)
    const key = child === null ? `@${it.name}` : child
    const part = parts.get(key)
    if (part === undefined) parts.set(key, [it])
    else part.push(it)
  }
  return [...parts].map(([key, references]) => ({
    element,
    child: key.startsWith('@') ? null : key,
    references,
  }))
}

/** What the levels above give: of one kind, the nearest first. `own` has what it names itself. */
const inheritedFrom = (
  above: readonly SegmentElement[],
  own: SegmentElement | undefined,
): Inherited[] => {
  const found: Inherited[] = []
  const nearer = own === undefined ? [] : [own]
  for (const element of above) {
    found.push(...partsOf(element).filter((part) => !nearer.some((it) => has(it, part))))
    nearer.push(element)
  }
  return found
}

type Writer = (reference: SegmentReference) => string

const attribute = (name: string, value: string): string => ` ${name}="${encodeEntities(value)}"`

/** The elements of one name as they stand, with other references. */
function* copyOf(
  { element, child, references }: Inherited,
  source: string,
  write: Writer,
): Steps<string> {
  let out = ''
  let next = 0
  for (const [index, { name, from }] of element.children.entries()) {
    if (name !== child) continue
    const to = element.children[index + 1]?.from ?? element.to
    let done = from
    // Both stand in order.
    for (; next < references.length; next += 1) {
      const it = references[next]
      if (it === undefined || it.from >= to) break
      if (next % REFERENCES_A_STEP === 0) yield
      if (it.from < from) continue
      out += source.slice(done, it.from) + encodeEntities(write(it))
      done = it.to
    }
    out += source.slice(done, to)
  }
  return out
}

/** What a representation is given, as XML. */
interface Given {
  readonly attributes: string
  readonly children: string
}

function* give(parts: readonly Inherited[], source: string, write: Writer): Steps<Given> {
  const own = parts.filter((it) => it.child === null).flatMap((it) => it.references)
  let children = ''
  for (const it of parts) if (it.child !== null) children += yield* copyOf(it, source, write)
  return { attributes: own.map((it) => attribute(it.name, write(it))).join(''), children }
}

/** Adds to an element that a representation has. */
const addTo = (
  gatherer: Gatherer,
  { name, isEmpty, from }: SegmentElement,
  { attributes, children }: Given,
): void => {
  if (isEmpty && children !== '')
    return gatherer.put(from - 2, from, `${attributes}>${children}</${name}>`)
  const end = from - (isEmpty ? 2 : 1)
  if (attributes !== '') gatherer.put(end, end, attributes)
  if (children !== '') gatherer.put(from, from, children)
}

/** Puts elements at the end of a representation. */
const append = (gatherer: Gatherer, { name, isEmpty, to }: Level, elements: string): void => {
  if (elements === '' || to < 0) return
  if (isEmpty) gatherer.put(to - 2, to, `>${elements}</${name}>`)
  else gatherer.put(to, to, elements)
}

/** An element of its own for what a representation has from above: its attributes, and those of the nearest level that hold no address. */
const elementOf = (nearest: SegmentElement, { attributes, children }: Given): string => {
  const more = nearest.attributes
    .filter(
      (it) =>
        !nearest.references.some((reference) => reference.from === it.from) &&
        !it.name.includes(':'),
    )
    .map((it) => attribute(it.name, it.value))
    .join('')
  const start = `<${nearest.name}${more}${attributes}`
  return children === '' ? `${start}/>` : `${start}>${children}</${nearest.name}>`
}

/** The BaseURL of a representation; `null` where it needs none. */
const writeBase = (level: Level, text: string | null, gatherer: Gatherer): string => {
  for (const it of level.baseUrls) gatherer.replace(it, text ?? NOTHING)
  if (level.baseUrls.length > 0 || text === null) return ''
  const name = level.name.replace('Representation', 'BaseURL')
  return `<${name}>${encodeEntities(text)}</${name}>`
}

function* writeAll(
  references: readonly SegmentReference[],
  gatherer: Gatherer,
  write: Writer,
): Steps<void> {
  for (const [at, it] of references.entries()) {
    if (at % REFERENCES_A_STEP === 0) yield
    gatherer.replace(it, write(it))
  }
}

const noteKept = (base: Base, isBelow: boolean | undefined): void => {
  if (isBelow !== undefined) base.uses(isBelow)
}

/** What it inherits and does not lead right from its base as it stands; nothing where that were too much. */
const toCopy = (
  upper: readonly SegmentElement[],
  own: SegmentElement | undefined,
  work: Work,
): readonly Inherited[] | null => {
  const wanted = inheritedFrom(upper, own).filter((it) => !work.kept.has(it.element))
  work.copied += wanted.reduce((sum, it) => sum + it.references.length, 0)
  return work.copied > MOST_COPIED && wanted.length > 0 ? null : wanted
}

/** A level, and what the levels above give it: their address, and their elements, the nearest first. */
interface Below {
  readonly level: Level
  readonly above: Address
  readonly segments: readonly SegmentElement[]
}

function* flattenRepresentation({ level, above, segments }: Below, work: Work): Steps<void> {
  const { gatherer, mapper, kept } = work
  const [own] = level.segments
  const upper = reached(segments, own)
  const place = placeAt(level, above, own === undefined ? upper : [own, ...upper], mapper)
  const { base, isAtManifest } = place
  writeLinks(level, base, base, work)
  for (const it of upper) noteKept(base, kept.get(it))
  const wanted = toCopy(upper, own, work)
  const inherited = wanted ?? []
  const isFromManifest = place.isMixed || wanted === null
  const owned = own?.references ?? []
  const write: Writer = ({ value }) =>
    mapper.conceal(
      isFromManifest ? fromManifest(value, base, mapper) : rewriteReference(value, [base], mapper),
    )
  yield* writeAll(owned, gatherer, write)
  const parts = yield* give(inherited, gatherer.source, write)
  const text =
    isFromManifest || isAtManifest ? null : mapper.conceal(base.written() ?? hrefOf(base.address))
  const added = writeBase(level, text, gatherer)
  if (own === undefined) {
    const [first] = inherited.length > 0 ? upper : []
    return append(gatherer, level, added + (first === undefined ? '' : elementOf(first, parts)))
  }
  if (added !== '') gatherer.put(own.start, own.start, added)
  return addTo(gatherer, own, parts)
}

/** Of remote elements, and, from a base below, of keys and fonts. */
const writeLinks = (
  level: Level,
  { address, directory }: Pick<Base, 'address' | 'directory'>,
  below: Base,
  { gatherer, mapper }: Work,
): void => {
  for (const it of level.files) gatherer.replace(it, rewriteFile(it.value, [below], mapper))
  const base = { address, directory: directory ?? mapper.directory }
  for (const it of [...level.links, ...level.segmentLinks])
    gatherer.replace(it, mapper.rewriteRemote(it.value, base))
}

function* flattenLevel(at: Below, work: Work): Steps<void> {
  const { level, above, segments } = at
  const { gatherer, mapper, kept } = work
  if (level.isRepresentation) {
    yield* flattenRepresentation(at, work)
    return
  }
  const address = addressAt(level, above, mapper)
  const base = baseAt(address, mapper)
  for (const it of level.baseUrls) gatherer.replace(it, NOTHING)
  const changed = level.segments.filter((it) => !kept.has(it))
  const lowest = baseAt(lowestAt(level, above, mapper), mapper)
  writeLinks(level, { address, directory: mapper.directory }, lowest, work)
  const own = [...level.references, ...changed.flatMap((one) => one.references)]
  yield* writeAll(own, gatherer, ({ value }) => fromManifest(value, base, mapper))
  const below = [...level.segments, ...segments]
  for (const child of level.children)
    yield* flattenLevel({ level: child, above: address, segments: below }, work)
}

/**
 * Gives every representation one BaseURL of its own, in full, and all references it inherits that do not lead right from there as they stand: where representations
 * lie at other depths, or some where the edge does not go, no BaseURL or reference of theirs in common leads right for each. What a level does not say comes from the
 * one above (ISO/IEC 23009-1, section 5.3.9.2.1).
 */
export const flatten = (root: Level, gatherer: Gatherer, mapper: Mapper): Steps<void> =>
  flattenLevel(
    { level: root, above: mapper.manifest, segments: [] },
    { gatherer, mapper, kept: findKept(root, mapper), copied: 0 },
  )
