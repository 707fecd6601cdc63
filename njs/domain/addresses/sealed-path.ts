import { isAbovePanelFolder, isPanelFolder, withoutLogins } from './address-logins.ts'
import { namesOwnValue, type OwnValue } from './own-arguments.ts'
import { decodePath, MANIFEST, otherName, STRAY_PERCENT } from './owners.ts'
import { remotePath } from './remote.ts'
import { type Address, directoryOf, withoutLogin } from './resolve.ts'
import { SEALED, type SealBinding, type SealedPlace, type Sealer, type SealKind } from './seal.ts'
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

/** Whether an address lies in a channel's directory and is shown as it is there. */
export const isOwn = (channel: ChannelPlace, { origin, path }: Address): boolean =>
  !channel.isClosed &&
  origin === channel.origin &&
  path.startsWith(channel.base) &&
  !path.startsWith(SEALED, channel.base.length) &&
  !path.startsWith('@catchup/', channel.base.length)

/** What is known of a directory: whether its files may be sealed together, and all below it. */
type Coverage = (address: Address, isBelow: boolean) => boolean

/** Finds out, once each, whether others' files lie in a directory or, as far as is known, below it. */
export const coverage = (
  { origin: own, base, isClosed }: ChannelPlace,
  isOthers: (origin: string, directory: string) => boolean,
): Coverage => {
  const known = new Map<string, boolean>()
  const isHere = (origin: string): boolean => withoutLogin(origin) === own
  const isCrowded = (origin: string, directory: string): boolean =>
    directory === '/' ||
    (isClosed && isHere(origin) && directory === base) ||
    isPanelFolder(directory) ||
    isOthers(origin, directory)
  return ({ origin, path }, isBelow) => {
    const directory = directoryOf(path)
    const key = origin + directory
    const isCovered = known.get(key) ?? !isCrowded(origin, directory)
    known.set(key, isCovered)
    if (!isCovered || !isBelow) return isCovered
    const isAbove = isHere(origin) && base !== directory && base.startsWith(directory)
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

const RUNS = /\.(?:php\d?|aspx?|ashx|jsp|cgi|pl|py)$/i

/** Whether a path is that of an entry, or one that servers give to a script of its name (`get.php/x`). */
export const isScript = (entry: string, rest: string): boolean => {
  const [path, own] = [decodePath(rest), decodePath(entry)]
  return path === own || (RUNS.test(own) && path.startsWith(`${own}/`))
}

/** Whether a place is a channel's own script, which answers anything by its arguments: manifests name each under a seal of its own. */
export const isOwnScript = (
  { origin: own, base, entry }: ChannelAddress,
  origin: string,
  path: string,
): boolean =>
  withoutLogin(origin) === own &&
  path.startsWith(base) &&
  !MANIFEST.test(entry) &&
  isScript(entry, path.slice(base.length))

/** What names behind a seal go by. */
interface Naming {
  readonly isStreamed?: boolean
  readonly ownValues: readonly OwnValue[]
}

/** Whether a path opens behind a seal alone: it is unclear, or no valid one, which no location of nginx takes. */
export const opensSealed = (path: string): boolean => isUnclear(path) || STRAY_PERCENT.test(path)

/** The name of the file at a path where that is not its own; players go by the ending. */
export const otherNameOf = ({ isStreamed, ownValues }: Naming, path: string): string | null => {
  const file = path.slice(directoryOf(path).length)
  const isNamedAnew = isStreamed === true && MANIFEST.test(file)
  if (!isNamedAnew && !namesOwnValue(file, ownValues) && !STRAY_PERCENT.test(path)) return null
  return isNamedAnew ? otherName(file, STREAMED) : otherName(file)
}

/** The name of a manifest behind a seal. */
export const namer =
  ({ isStreamed }: Naming) =>
  (name: string): string =>
    isStreamed === true && MANIFEST.test(name) ? STREAMED + name.slice(name.lastIndexOf('.')) : name

/** An ending where ffmpeg looks for it too: at that of the arguments. */
const ARGUMENT_ENDING = /\.(?!m3u8?$|mpd$)[a-z][a-z0-9]{0,4}$/i

/** A script's address: by its arguments it answers anything, so with these alone it opens, but for those of a template. */
export const scriptAt = (address: Address, file: string, sealed: Sealer): string | null => {
  const { origin, path, query } = address
  const ended = ARGUMENT_ENDING.test(query) ? query : file
  if (!query.includes('$')) return sealed('manifest', origin, path + query, otherName(ended))
  const place = sealed('file', origin, path)
  return place === null ? null : place + file + query
}

/** The arguments that a player adds to an address: where its own are sealed, those of CMCD (CTA-5004). */
export const addedTo = (
  record: ChannelAddress,
  { kind, origin, path }: SealedPlace,
  rest: string,
  args: string,
): string => {
  if (args === '' || kind !== 'manifest' || !/\/file(?:\.[a-z0-9]{1,5})?$/i.test(rest)) return args
  if (!isOwnScript(record, origin, path.split('?', 1)[0] ?? '')) return args
  const pairs = args.split('&')
  return pairs.filter((it) => /^CMCD=/i.test(it)).join('&')
}
