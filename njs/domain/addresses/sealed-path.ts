import { isAbovePanelFolder, isPanelFolder, withoutLogins } from './address-logins.ts'
import { decodePath } from './owners.ts'
import { remotePath } from './remote.ts'
import { type Address, directoryOf } from './resolve.ts'
import type { SealBinding, SealedPlace, SealKind } from './seal.ts'
import { fitsTemplate, splitTemplate } from './template.ts'
import { hasHiddenSlash, isUnclear } from './unclear.ts'

/** A channel's address in the source's list. */
interface ChannelAddress {
  readonly origin: string
  readonly base: string
  readonly entry: string
  readonly query: string
}

/** What seals of a channel's places are bound to. They hold on where its login changes or it is asked for as another protocol, and no longer where another channel is behind its address, or it has moved. */
export const bindingOf = (
  channel: string,
  { origin, base, entry, query }: ChannelAddress,
): SealBinding => ({
  channel,
  origin,
  address: withoutLogins(base + entry, query),
})

/** The origin and directory of a channel. */
export interface ChannelPlace {
  readonly origin: string
  /** With both slashes, percent-encoded. */
  readonly base: string
  /** Whether the directory also has other channels' files: only the entry and sealed addresses are served. */
  readonly isClosed: boolean
  /** Whether other channels' directories lie below it. */
  readonly isShared: boolean
}

/** What is known of a directory: whether its files may be sealed together, and all below it. */
type Coverage = (address: Address, isBelow: boolean) => boolean

/** Finds out, once each, whether others' files lie in a directory or, as far as is known, below it. */
export const coverage = (
  { origin: own, base, isClosed }: ChannelPlace,
  isOthers: (origin: string, directory: string) => boolean,
): Coverage => {
  const known = new Map<string, boolean>()
  const isCrowded = (origin: string, directory: string): boolean =>
    directory === '/' ||
    (isClosed && origin === own && directory === base) ||
    isPanelFolder(directory) ||
    isOthers(origin, directory)
  return ({ origin, path }, isBelow) => {
    const directory = directoryOf(path)
    const key = origin + directory
    const isCovered = known.get(key) ?? !isCrowded(origin, directory)
    known.set(key, isCovered)
    if (!isCovered || !isBelow) return isCovered
    const isAbove = origin === own && base !== directory && base.startsWith(directory)
    return !isAbove && !isAbovePanelFolder(directory)
  }
}

/** How manifests are named under a pass for MPEG-TS, behind their seals. */
export const STREAMED = 'streamed'

/** The same, of a path below the channel whose seal is of this kind. */
export const isStreamedManifest = (rest: string, seal: SealKind | null): boolean =>
  (seal === 'manifest' || seal === 'remote') && /\/streamed\.(?:m3u8|mpd)$/.test(rest)

/** The name of a seal for what stands beside any other manifest. */
export const BESIDE = '.mpd'

/** The name of a sealed manifest, `@/<seal>/.mpd`, that may stand beside any other and has no directory. */
export const besideOf = (sealed: string): string =>
  `@${sealed.slice('@/'.length, -BESIDE.length - 1)}${BESIDE}`

/** The seal in such a name, of a path below the channel; `null` where it has none. */
export const sealBeside = (rest: string): string | null =>
  rest.includes('@~') ? (/(?:^|\/)@(~[\w-]+)\.mpd$/.exec(rest)?.[1] ?? null) : null

/** The origin's path for a seal and the name after it; `null` where the seal does not cover that name. */
export const sealedPath = (place: SealedPlace, name: string): string | null => {
  const { kind, path } = place
  if (kind === 'file') {
    const file = path.slice(path.lastIndexOf('/') + 1)
    return name === file || decodePath(name) === decodePath(file) ? path : null
  }
  // The seal covers its name.
  if (kind === 'manifest') return path
  if (kind === 'remote') return remotePath(place)
  // A directory itself may list what is in it.
  if (name === '' || isUnclear(name)) return null
  if (kind === 'template') {
    const { head, tail } = splitTemplate(path)
    return fitsTemplate(name, tail) ? head + name : null
  }
  if (kind === 'files' && (name.includes('/') || hasHiddenSlash(name))) return null
  return path + name
}
