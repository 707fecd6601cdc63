import type { Mapper } from '../addresses/mapper.ts'
import { MANIFEST } from '../addresses/owners.ts'
import type { ReferenceBase } from '../addresses/remote.ts'
import {
  type Address,
  directoryOf,
  isBelowItsBase,
  loginWords,
  namesDirectory,
  referenceTo,
  resolveLoggedIn,
  upFrom,
  withoutLogin,
} from '../addresses/resolve.ts'
import type { SealKind } from '../addresses/seal.ts'
import { splitTemplate } from '../addresses/template.ts'

/** A base for resolving references of a manifest: the manifest's own address, or a BaseURL. */
export interface Base {
  /** At the origin. */
  readonly address: Address
  /** The directory below the channel that players resolve references with; `null` where it is not below the channel. */
  readonly directory: string | null
  /** Whether references that do not climb may stay as they are: files beside it, or (`isBelow`) in directories below it. */
  takes(isBelow: boolean): boolean
  /** Notes that such a reference was left unchanged, so that the base's seal must cover it. */
  uses(isBelow: boolean): void
  /** The new text of its BaseURL; `null` = unchanged. */
  written(): string | null
  /** The BaseURL it came from. */
  readonly from: unknown
}

/** The text of a BaseURL, and where it stands. */
interface BaseUrl {
  readonly value: string
}

/** What a BaseURL is read with. */
interface BaseContext {
  readonly mapper: Mapper
  /** Whether it is the only BaseURL of its level. Alternatives are all sealed, so that references upwards have the same depth in each. */
  readonly isOnly: boolean
  /** Whether what its origin wrote in full is written in full again. */
  readonly isFull: boolean
  readonly hasOneParent: boolean
  /** Told of one that the edge fetches from, below one where it does not. */
  noteTorn(): void
}

/** The manifest's own address. */
export const ownBase = (mapper: Mapper): Base => ({
  address: mapper.manifest,
  directory: mapper.directory,
  takes: (isBelow) => mapper.keeps(isBelow),
  uses: () => undefined,
  written: () => null,
  from: null,
})

/** A base at another host than the configured origins: references relative to it are not rewritten. */
const foreignBase = (address: Address, from: BaseUrl): Base => ({
  address,
  directory: null,
  takes: () => true,
  uses: () => undefined,
  written: () => null,
  from,
})

const IN_FULL = /^(?:https?:)?[\\/]{2}/i

/** Whether an address has its host. */
export const isInFull = (reference: string): boolean => IN_FULL.test(reference)

/** What a base is written with. */
type Writing = Pick<BaseContext, 'mapper' | 'isOnly' | 'isFull'> & {
  /** The directory that players resolve it with. */
  readonly parent: string
}

const write = (path: string, { value }: BaseUrl, { mapper, isFull, parent }: Writing): string =>
  (isFull && isInFull(value) ? mapper.inFull(path) : null) ?? referenceTo(parent, path)

/** A file, as in the on-demand profile. */
const fileBase = (address: Address, from: BaseUrl, writing: Writing): Base => {
  const path = writing.mapper.fileAt(address)
  if (path === null) return foreignBase(address, from)
  return {
    address,
    directory: directoryOf(path.split('?', 1)[0] ?? ''),
    takes: () => false,
    uses: () => undefined,
    written: () => write(path, from, writing),
    from,
  }
}

/** A base that is a directory, sealed for the references relative to it. */
const directoryBase = (address: Address, from: BaseUrl, writing: Writing): Base => {
  const { mapper, isOnly } = writing
  let kind: SealKind = 'file'
  const probe = mapper.directoryAt(address, 'files', !isOnly)
  if (probe === null) return foreignBase(address, from)
  const isOpen = !probe.startsWith('@/')
  return {
    address,
    directory: isOpen ? probe : '@/-/',
    takes: (isBelow) => isOpen || mapper.mayCover(address, isBelow),
    uses: (isBelow) => {
      if (isBelow) kind = 'tree'
      else if (kind === 'file') kind = 'files'
    },
    written: () => {
      const path = mapper.directoryAt(address, kind, !isOnly)
      return path === null ? null : write(path + address.query, from, writing)
    },
    from,
  }
}

/** The base of a level whose BaseURL says nothing, since all those below it lead on from the level above. */
export const levelled = (base: Base, { directory }: Base): Base =>
  base.directory === null || directory === null ? base : { ...base, directory, written: () => './' }

/** A base relative to several others: its text is unchanged, and each of their seals must cover it. */
const belowBase = (address: Address, from: BaseUrl, parent: Base): Base => ({
  address,
  directory:
    parent.directory === null
      ? null
      : parent.directory + directoryOf(from.value.split('?', 1)[0] ?? ''),
  takes: () => parent.takes(true),
  uses: () => parent.uses(true),
  written: () => null,
  from,
})

const oneBase = (from: BaseUrl, parent: Base, context: BaseContext): Base[] => {
  const { mapper, hasOneParent } = context
  const address = resolveLoggedIn(from.value, parent.address)
  if (address === null) return []
  const { directory } = parent
  // From another host on, no relative reference leads here.
  if (directory === null) {
    if (mapper.directoryAt(address, 'files') !== null) context.noteTorn()
    return [foreignBase(address, from)]
  }
  const isBelow = isBelowItsBase(from.value) && !mapper.tells(from.value)
  const isFile = !address.path.endsWith('/')
  if (!hasOneParent && isBelow && parent.takes(true)) {
    // The whole representation in one file, as in the on-demand profile.
    if (isFile) parent.uses(namesDirectory(from.value))
    return [belowBase(address, from, parent)]
  }
  const writing = { ...context, parent: directory }
  return [isFile ? fileBase(address, from, writing) : directoryBase(address, from, writing)]
}

/** The bases of a BaseURL, one for each base of the level above. */
export const baseFrom = (
  from: BaseUrl,
  inherited: readonly Base[],
  context: Omit<BaseContext, 'hasOneParent'>,
): Base[] => {
  const hasOneParent = inherited.length === 1
  return inherited.flatMap((parent) => oneBase(from, parent, { ...context, hasOneParent }))
}

/** The new texts of a BaseURL: one, unless the bases above it want it to differ. */
export const writtenBase = (from: BaseUrl, bases: readonly Base[]): string[] => {
  const texts = bases.filter((it) => it.from === from).map((it) => it.written() ?? from.value)
  // Another scheme, such as `data:`, or not an address.
  return texts.length === 0 ? [from.value] : [...new Set(texts)]
}

/** What players resolve a remote element with that stands below some bases; `null` where they differ in more than one address can make good. */
export const baseOfRemote = (bases: readonly Base[]): ReferenceBase | null => {
  const [first] = bases
  if (first === undefined || first.directory === null) return null
  const depth = upFrom(first.directory)
  const isSame = bases.every((it) => it.directory !== null && upFrom(it.directory) === depth)
  return isSame ? { address: first.address, directory: first.directory } : null
}

/** References that are written in one step of long work. */
export const REFERENCES_A_STEP = 32

/** An address in full, with its login as it is written. */
export const hrefOf = ({ origin, path, query }: Address): string => {
  if (!origin.includes('@')) return origin + path + query
  const login = loginWords(origin).map(encodeURIComponent).join(':')
  return withoutLogin(origin).replace('//', () => `//${login}@`) + path + query
}

/** A reference or template with its address in full. */
export const targetOf = (value: string, base: Base): string => {
  const { head, tail } = value.includes('$') ? splitTemplate(value) : { head: value, tail: '' }
  const address = resolveLoggedIn(head === '' && tail !== '' ? './' : head, base.address)
  return address === null ? value : hrefOf(address) + tail
}

/** Path below the channel for a reference or template that cannot stay as it is; `null` where it leads elsewhere. */
export const placeOf = (value: string, base: Base, mapper: Mapper): string | null => {
  // Arguments for the base itself.
  if (value.startsWith('?')) return mapper.segmentAt({ ...base.address, query: value })
  const [file = ''] = value.split('?', 1)
  if (!value.includes('$') || (!file.includes('$') && MANIFEST.test(file))) {
    const address = resolveLoggedIn(value, base.address)
    return address === null ? null : mapper.segmentAt(address)
  }
  const { head, tail } = splitTemplate(value)
  const address = resolveLoggedIn(head === '' ? './' : head, base.address)
  const place = address === null ? null : mapper.templateAt(address, tail)
  return place === null ? null : place + mapper.veil(tail)
}

/** The new text of a reference: the same from each of several bases, or what leads right from the first. */
export const rewriteReference = (value: string, bases: readonly Base[], mapper: Mapper): string => {
  const below = namesDirectory(value)
  if (value === '') return value
  const isKept = isBelowItsBase(value) && !mapper.tells(value)
  if (isKept && bases.every((base) => base.takes(below))) {
    for (const base of bases) base.uses(below)
    return value
  }
  const [base] = bases
  if (base === undefined) return value
  const path = placeOf(value, base, mapper)
  return path === null || base.directory === null ? value : referenceTo(base.directory, path)
}

/** The new text of a file's address that several representations have in common: in full, unless it stays as it is and is another file from another base. */
export const rewriteFile = (value: string, bases: readonly Base[], mapper: Mapper): string => {
  const [first] = bases
  const isOne = new Set(bases.map((base) => targetOf(value, base))).size < 2
  const text = isOne ? null : rewriteReference(value, bases, mapper)
  const place = first === undefined || text === value ? null : placeOf(value, first, mapper)
  const full = place === null ? null : mapper.inFull(place)
  return full ?? text ?? rewriteReference(value, bases, mapper)
}
