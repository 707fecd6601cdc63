import { hideArguments, hideInPath, namesOwnValue, type OwnValue } from './own-arguments.ts'
import { createEntryTest, type EntryTest, MANIFEST, mayBeNameless, nameless } from './owners.ts'
import { type ReferenceBase, remotePlace, type Standing } from './remote.ts'
import {
  type Address,
  directoryOf,
  isBelowItsBase,
  namesDirectory,
  referenceTo,
  resolveLoggedIn,
  upFrom,
  withSlashes,
} from './resolve.ts'
import { createSealer, SEALED, type SealedPlace, type Sealer, type SealKind } from './seal.ts'
import {
  BESIDE,
  besideOf,
  type ChannelPlace,
  coverage,
  isOwn,
  namer,
  opensSealed,
  otherNameOf,
  scriptAt,
} from './sealed-path.ts'
import { hasHiddenSlash, isUnclear } from './unclear.ts'

/** The manifest and the functions for mapping its addresses. */
export interface MapperContext {
  readonly channel: ChannelPlace
  /** The manifest's own address: the last one where its origin redirected. */
  readonly manifest: Address
  /** Whether the origin redirected the request to this address. */
  readonly isMoved: boolean
  /** The requested path below the channel, as the player sent it. */
  readonly rest: string
  /** Kind of the seal in that path; `null` without one. */
  readonly seal: SealKind | null
  /** Under a pass for MPEG-TS, where every address without a seal is a stream: nothing stays without one. */
  readonly isStreamed?: boolean
  /** What players resolve its references with, where it is a remote element; else its own address. */
  readonly base?: ReferenceBase | undefined
  /** Values of the channel's own address that no viewer is shown. */
  readonly ownValues: readonly OwnValue[]
  /** Those of addresses that its origin gave by itself, which are shown to none either. */
  readonly givenValues?: readonly OwnValue[]
  /** Names in the channel's directory that the edge takes for its entry, which is asked for with arguments of its own: a file of such a name opens behind a seal. */
  readonly entryNames?: ReadonlySet<string> | undefined
  /** Whether the edge may fetch from this origin. */
  isAllowed(origin: string): boolean
  /** Whether a path belongs to another channel, or a directory to several. */
  isOthers(origin: string, path: string): boolean
  /** The seal of a place; `null` where it cannot be sealed. */
  sealOf(place: SealedPlace): string | null
}

/** Maps an origin's addresses to paths below the channel, relative to the path of the request. */
export interface Mapper {
  /** What players resolve its references with: its own address, but for a remote element. */
  readonly manifest: Address
  /** Its directory below the channel, with its slash; empty at the top. */
  readonly directory: string
  /** Its own address, or, of a patch, that of the manifest it changes. */
  readonly document: Standing
  /** Whether relative references without `..` can be left unchanged: beside the manifest, or (`isBelow`) in directories below it. */
  keeps(isBelow: boolean): boolean
  /** Path below the channel for a file, with its query; `null` where the edge may not fetch it. */
  fileAt(address: Address): string | null
  /** The same for a segment, which as a manifest's name would lead to the door of manifests: it gets one of ours. */
  segmentAt(address: Address): string | null
  /** Path below the channel that stands for a directory, with its slash, sealed in any case where `isSealed`; `null` as before. */
  directoryAt(address: Address, kind: SealKind, isSealed?: boolean): string | null
  /** The same for a directory and what a template names in it, and no more than that where its seal would cover others' files. */
  templateAt(address: Address, tail: string): string | null
  /** Whether a seal may cover the files of a directory, or (`isBelow`) all below it, since no others' lie there as far as is known. */
  mayCover(address: Address, isBelow: boolean): boolean
  /** The rewritten text of a manifest's reference; unchanged where the edge may not fetch it. */
  rewrite(reference: string): string
  /** The same for what is a manifest itself, whatever its name: it gets one by which it is known as such. */
  rewriteManifest(reference: string, name: string): string
  /** The same for a remote element of DASH, which is read where the element stands that links to it. */
  rewriteRemote(reference: string, base: ReferenceBase): string
  /** The same for a `Location` of DASH, which some players (Shaka) resolve references with from then on: it has no directory before its name. */
  rewriteLocation(reference: string): string
  /** The same with all of the address under seal, its arguments too, and a name in place of its own; `null` where that is not possible. */
  hide(reference: string, name: string): string | null
  /** Whether a reference may not stay as it is, since its path has a value of the channel's own address, or any part of it a given one, or it may name the entry or is a manifest's name. */
  tells(reference: string): boolean
  /** Whether it has a given value, whose mark is opened behind a seal alone. */
  tellsGiven(reference: string): boolean
  /** The part of a template from its first variable on, without logins in the names of files. */
  veil(tail: string): string
  /** A rewritten reference without the values of the channel's own address in its arguments; `rewrite` and `rewriteManifest` do so themselves. */
  conceal(reference: string): string
  /** The address in full of a path below the channel, as the viewer has it; `null` where none is to be written. */
  inFull(path: string): string | null
}

const PLAIN = /^[A-Za-z0-9_~@-][A-Za-z0-9_.~@-]*(?:\?[^#]*)?$/

const keeper = (context: MapperContext, directory: string): ((isBelow: boolean) => boolean) => {
  const { manifest, channel, seal, isMoved } = context
  // A seal leads to the directory it came from, unless the origin sent the edge on.
  if (seal !== null)
    return (isBelow) => !isMoved && (seal === 'tree' || (seal === 'files' && !isBelow))
  const isThere =
    isOwn(context.channel, manifest) && directoryOf(manifest.path) === channel.base + directory
  return (isBelow) => isThere && !(isBelow && channel.isShared)
}

type Places = Pick<
  Mapper,
  'fileAt' | 'segmentAt' | 'directoryAt' | 'templateAt' | 'mayCover' | 'tells' | 'tellsGiven'
>

/** Paths of files and directories below the channel: in its own directory as they are, else under a seal. */
const placesOf = (context: MapperContext, sealed: Sealer, entry: EntryTest): Places => {
  const { base } = context.channel
  const given = context.givenValues ?? []
  const mayCover = coverage(context.channel, (origin, path) => context.isOthers(origin, path))
  const hasGiven = given.length > 0
  const tellsGiven = (reference: string): boolean =>
    hasGiven && given.some(({ text }) => reference.includes(text))
  const tells = (reference: string): boolean =>
    namesOwnValue(reference, context.ownValues) || (hasGiven && tellsGiven(reference))
  const sealedFile = (address: Address, file: string): string | null => {
    const { origin, path } = address
    const isAlone =
      file === '' ||
      hasHiddenSlash(file) ||
      isUnclear(path) ||
      !mayCover(address, false) ||
      context.isOthers(origin, path)
    const place = sealed(isAlone ? 'file' : 'files', origin, isAlone ? path : directoryOf(path))
    return place === null ? null : place + (hasGiven ? hideInPath(file, given) : file)
  }
  const fileAt = (address: Address): string | null => {
    const { origin, path, query } = address
    if (!context.isAllowed(origin)) return null
    const file = path.slice(directoryOf(path).length)
    const own = isOwn(context.channel, address) ? path.slice(base.length) : null
    const isShown = own !== null && !tells(own) && !(hasGiven && tellsGiven(query))
    const isEntry = entry.isAt(address)
    if (isShown && !isEntry && !opensSealed(path) && !context.isOthers(origin, path))
      return own + query
    if (isEntry && !MANIFEST.test(file)) return scriptAt(address, file, sealed)
    const name = otherNameOf(context, path)
    const one = name === null ? sealedFile(address, file) : sealed('manifest', origin, path, name)
    return one === null ? null : one + query
  }
  const segmentAt = (address: Address): string | null => {
    const { origin, path, query } = address
    const isSealed = MANIFEST.test(path) && context.isAllowed(origin)
    const place = isSealed ? sealed('manifest', origin, path, 'file') : null
    return place === null ? fileAt(address) : place + query
  }
  const directoryAt = (address: Address, kind: SealKind, isSealed = false): string | null => {
    if (!context.isAllowed(address.origin)) return null
    const path = directoryOf(address.path)
    const own = isOwn(context.channel, { ...address, path }) ? path.slice(base.length) : null
    const isKept = own !== null && !isSealed && !tells(own) && !opensSealed(path)
    if (isKept && !context.isOthers(address.origin, path)) return own
    return sealed(kind, address.origin, path)
  }
  const templateAt = (address: Address, tail: string): string | null => {
    const isBelow = namesDirectory(tail)
    const isScript = entry.mayBeOne(tail)
    const place = directoryAt(address, isBelow ? 'tree' : 'files', isScript || tellsGiven(tail))
    const isCovered = mayCover(address, isBelow) && !isScript && !tail.startsWith('?')
    if (place?.startsWith(SEALED) !== true || isCovered) return place
    const [path = ''] = tail.split('?', 1)
    // What a directory answers by arguments.
    if (path === '') return sealed('file', address.origin, directoryOf(address.path))
    return sealed('template', address.origin, directoryOf(address.path) + path)
  }
  return { fileAt, segmentAt, directoryAt, templateAt, mayCover, tells, tellsGiven }
}

interface Wholes extends Pick<Mapper, 'hide' | 'rewriteRemote'> {
  /** A manifest's address as `hide` gives it, where its file or arguments have a given value; else `null`. */
  hidden(reference: string, name: string): string | null
  /** A file's address under a name of ours, where its own does not get through; else `null`. */
  renamed(reference: string): string | null
}

/** Addresses that are sealed as a whole. No mark is opened in the address of a manifest, which might show what it is asked with. */
const wholesOf = (
  context: MapperContext,
  sealed: Sealer,
  { tellsGiven, conceal }: Pick<Mapper, 'tellsGiven' | 'conceal'>,
): Wholes => {
  const { manifest } = context
  const up = upFrom(directoryOf(context.rest))
  const nameOf = namer(context)
  const hide = (reference: string, name: string): string | null => {
    const address = resolveLoggedIn(reference, manifest)
    if (address === null || !context.isAllowed(address.origin)) return null
    const place = sealed('manifest', address.origin, address.path + address.query, nameOf(name))
    return place === null ? null : up + place
  }
  const hidden = (reference: string, name: string): string | null =>
    tellsGiven(reference.replace(/^[^?#]*\//, '')) ? hide(reference, name) : null
  const rewriteRemote = (reference: string, base: ReferenceBase): string => {
    const address = resolveLoggedIn(reference, manifest)
    if (address === null || !context.isAllowed(address.origin)) return reference
    const isHidden = tellsGiven(address.query)
    const path = isHidden ? address.path + address.query : address.path
    const { origin, path: place } = remotePlace({ ...address, path }, base)
    const one = sealed('remote', origin, place, nameOf('manifest.mpd'))
    return one === null ? reference : conceal(`${up}${one}${isHidden ? '' : address.query}`)
  }
  const nameFor = nameless(manifest)
  const renamed = (reference: string): string | null => {
    const found = nameFor(reference)
    if (found === null || !context.isAllowed(found.origin)) return null
    const one = sealed('manifest', found.origin, found.path, found.name)
    return one === null ? null : conceal(up + one + found.query)
  }
  return { hide, hidden, renamed, rewriteRemote }
}

/** A manifest's address as the name that stands beside the present one; `null` where it stands there anyhow, or the edge may not fetch it. */
const beside =
  (context: MapperContext, sealed: Sealer, { fileAt, tellsGiven }: Places) =>
  (reference: string): string | null => {
    const address = resolveLoggedIn(reference, context.manifest)
    if (address === null || context.isStreamed === true) return null
    const path = fileAt(address)?.split('?', 1)[0]
    if (path === undefined) return null
    if (MANIFEST.test(path) && directoryOf(path) === directoryOf(context.rest)) return null
    const [under, open] = tellsGiven(address.query) ? [address.query, ''] : ['', address.query]
    const place = sealed('manifest', address.origin, address.path + under, BESIDE)
    return place === null ? null : hideArguments(besideOf(place) + open, context.ownValues)
  }

/** Creates the mapper of one manifest; it caches seals of directories. */
export const createMapper = (asked: MapperContext): Mapper => {
  const isStreamed = asked.isStreamed === true
  const context = isStreamed ? { ...asked, channel: { ...asked.channel, isClosed: true } } : asked
  const { manifest } = context
  const directory = directoryOf(context.rest)
  const up = upFrom(directory)
  const keeps = keeper(context, directory)
  const sealed = createSealer((place) => context.sealOf(place))
  const entry = createEntryTest(context.entryNames, context.channel, manifest)
  const places = placesOf(context, sealed, entry)
  const { tells, tellsGiven } = places
  const hasGiven = (context.givenValues ?? []).length > 0
  const values = [...context.ownValues, ...(context.givenValues ?? [])]
  const conceal = (reference: string): string => hideArguments(reference, values)
  const nameOf = namer(context)
  const besideIt = beside(context, sealed, places)
  const wholes = wholesOf(context, sealed, { tellsGiven, conceal })
  const rewriteShown = (reference: string): string => {
    const slashed = withSlashes(reference)
    const isTold = tells(reference) || tells(slashed) || entry.isFromManifest(slashed)
    if (!isTold && keeps(false) && PLAIN.test(reference)) return reference
    // Browsers ask for slashes in place of backslashes, other players for `%5C`: each for what it would ask the origin for.
    if (!isTold && isBelowItsBase(slashed) && keeps(namesDirectory(slashed))) return reference
    const address = resolveLoggedIn(reference, manifest)
    const path = address === null ? null : places.fileAt(address)
    if (path === null) return reference
    return up === '' ? referenceTo('', path) : up + path
  }
  const rewrite = (reference: string): string => {
    const isManifest = hasGiven && MANIFEST.test(reference)
    const whole = isManifest
      ? wholes.hidden(reference, `index${MANIFEST.exec(reference)?.[1]}`)
      : null
    return whole ?? conceal(rewriteShown(reference))
  }
  const rewriteManifest = (reference: string, name: string): string => {
    if (MANIFEST.test(reference)) return rewrite(reference)
    const address = resolveLoggedIn(reference, manifest)
    if (address === null || !context.isAllowed(address.origin)) return reference
    const whole = wholes.hidden(reference, name)
    if (whole !== null || MANIFEST.test(address.path)) return whole ?? rewrite(reference)
    const one = sealed('manifest', address.origin, address.path, nameOf(name))
    return one === null ? reference : conceal(`${up}${one}${address.query}`)
  }
  return {
    ...places,
    ...wholes,
    rewriteLocation: (it) => besideIt(it) ?? rewriteManifest(it, 'manifest.mpd'),
    document: { address: manifest, directory },
    manifest: context.base?.address ?? manifest,
    directory: context.base?.directory ?? directory,
    keeps,
    rewrite: (reference) => wholes.renamed(reference) ?? rewrite(reference),
    rewriteManifest,
    tells: (reference) => tells(reference) || entry.mayBeOne(reference) || mayBeNameless(reference),
    veil: (tail) => hideInPath(tail, values),
    conceal,
    inFull: () => null,
  }
}
