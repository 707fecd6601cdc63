import { type Address, directoryOf, hasHiddenSlash, isUnclear, resolveAddress } from './resolve.ts'
import type { SealedPlace, SealKind } from './seal.ts'

/** A channel and its directory, as far as addresses go. */
export interface ChannelPlace {
  readonly origin: string
  /** With both slashes, percent-encoded. */
  readonly base: string
  /** Others keep their files in the same directory: nothing there opens but the entry and what is sealed. */
  readonly isClosed: boolean
}

/** What addresses of one manifest are mapped with. */
export interface MapperContext {
  readonly channel: ChannelPlace
  /** The manifest's own address: the last one where its origin redirected. */
  readonly manifest: Address
  /** It was asked for elsewhere: its origin sent the edge on. */
  readonly isMoved: boolean
  /** The path below the channel it was asked for by, as the player wrote it. */
  readonly rest: string
  /** What the seal of that path opens, where it has one. */
  readonly seal: SealKind | null
  /** Whether the edge goes to this origin. */
  isAllowed(origin: string): boolean
  /** Whether a path belongs to another channel. */
  isOthers(origin: string, path: string): boolean
  /** The seal of a place; `null` where it cannot be sealed. */
  sealOf(place: SealedPlace): string | null
}

/** Turns addresses of an origin into paths below the channel; the path of a request is their base. */
export interface Mapper {
  readonly manifest: Address
  /** Directory of the request below the channel, with its slash; empty at the top. */
  readonly directory: string
  /** Whether relative references that do not climb lead right as they are: beside the manifest, or (`isBelow`) in directories below it. */
  keeps(isBelow: boolean): boolean
  /** Path below the channel for a file, with its query; `null` where it is not the edge's to fetch. */
  fileAt(address: Address): string | null
  /** Path below the channel that stands for a directory, with its slash, sealed in any case where `isSealed`; `null` as before. */
  directoryAt(address: Address, kind: SealKind, isSealed?: boolean): string | null
  /** A reference of the manifest, written anew for the player; as it was where it leads elsewhere. */
  rewrite(reference: string): string
  /** The same for what is a manifest itself, whatever its name: it gets one by which it is known as such. */
  rewriteManifest(reference: string, name: string): string
}

const SEALED = '@/'

/** The way from a directory below the channel to its top. */
export const upFrom = (directory: string): string => {
  let up = ''
  for (let at = directory.indexOf('/'); at >= 0; at = directory.indexOf('/', at + 1)) up += '../'
  return up
}

/** A reference from a directory to a path, both below the channel. */
export const referenceTo = (directory: string, path: string): string => {
  const text = upFrom(directory) + path
  // A colon in its first segment would make a scheme of it; an empty one is no reference to a directory.
  return text === '' || /^[^/?]*:|^[/?]/.test(text) ? `./${text}` : text
}

/** What the doors of manifests take for one. */
const MANIFEST = /^[^?#]*\.(?:m3u8?|mpd)(?:[?#]|$)/i

const PLAIN = /^[A-Za-z0-9_~@-][A-Za-z0-9_.~@-]*(?:\?[^#]*)?$/

/** Whether a reference is relative and leads nowhere above where it stands. */
export const isBelowItsBase = (reference: string): boolean => {
  if (/^[/\\?#]|^[a-z][a-z0-9+.-]*:|^@\/|[\s"<>\\^`{|}#]/i.test(reference)) return false
  const mark = reference.indexOf('?')
  return !isUnclear(mark < 0 ? reference : reference.slice(0, mark))
}

/** Whether a reference names a directory before its file. */
export const namesDirectory = (reference: string): boolean =>
  reference.split('?', 1)[0]?.includes('/') === true

const isOwn = ({ channel }: MapperContext, { origin, path }: Address): boolean =>
  !channel.isClosed &&
  origin === channel.origin &&
  path.startsWith(channel.base) &&
  !path.startsWith(SEALED, channel.base.length) &&
  !path.startsWith('@catchup/', channel.base.length)

/** Whether only this very file may be opened, since its neighbours are not the channel's. */
const isAlone = (context: MapperContext, { origin, path }: Address, directory: string): boolean => {
  const { channel } = context
  return (
    directory === '/' ||
    (channel.isClosed && origin === channel.origin && directory === channel.base) ||
    hasHiddenSlash(path.slice(directory.length)) ||
    isUnclear(path) ||
    context.isOthers(origin, path)
  )
}

const keeper = (context: MapperContext, directory: string): ((isBelow: boolean) => boolean) => {
  const { manifest, channel, seal, isMoved } = context
  // A seal leads to the directory it came from, unless the origin sent the edge on.
  if (seal !== null)
    return (isBelow) => !isMoved && (seal === 'tree' || (seal === 'files' && !isBelow))
  const isThere =
    isOwn(context, manifest) && directoryOf(manifest.path) === channel.base + directory
  return () => isThere
}

/** A mapper for one manifest. Directories met once are remembered while it lives. */
export const createMapper = (context: MapperContext): Mapper => {
  const { channel, manifest } = context
  const directory = directoryOf(context.rest)
  const up = upFrom(directory)
  const keeps = keeper(context, directory)
  const known = new Map<string, string | null>()
  const sealed = (kind: SealKind, origin: string, path: string): string | null => {
    const key = `${kind}${origin}${path}`
    const before = known.get(key)
    if (before !== undefined) return before
    const seal = context.sealOf({ kind, origin, path })
    const made = seal === null ? null : `${SEALED}${seal}/`
    known.set(key, made)
    return made
  }
  const fileAt = (address: Address): string | null => {
    const { origin, path, query } = address
    if (!context.isAllowed(origin)) return null
    const from = directoryOf(path)
    const file = path.slice(from.length)
    if (isOwn(context, address) && !isUnclear(path) && !context.isOthers(origin, path))
      return path.slice(channel.base.length) + query
    const alone = isAlone(context, address, from)
    const place = alone ? sealed('file', origin, path) : sealed('files', origin, from)
    return place === null ? null : place + file + query
  }
  const directoryAt = (address: Address, kind: SealKind, isSealed = false): string | null => {
    if (!context.isAllowed(address.origin)) return null
    const path = directoryOf(address.path)
    if (!isSealed && isOwn(context, { ...address, path }) && !isUnclear(path))
      return path.slice(channel.base.length)
    return sealed(kind, address.origin, path)
  }
  const rewrite = (reference: string): string => {
    if (keeps(false) && PLAIN.test(reference)) return reference
    if (isBelowItsBase(reference) && keeps(namesDirectory(reference))) return reference
    const address = resolveAddress(reference, manifest)
    const path = address === null ? null : fileAt(address)
    if (path === null) return reference
    return up === '' ? referenceTo('', path) : up + path
  }
  const rewriteManifest = (reference: string, name: string): string => {
    if (MANIFEST.test(reference)) return rewrite(reference)
    const address = resolveAddress(reference, manifest)
    if (address === null || !context.isAllowed(address.origin)) return reference
    const { origin, path, query } = address
    if (MANIFEST.test(path)) return rewrite(reference)
    const place = sealed('manifest', origin, path)
    return place === null ? reference : `${up}${place}${name}${query}`
  }
  return { manifest, directory, keeps, fileAt, directoryAt, rewrite, rewriteManifest }
}
