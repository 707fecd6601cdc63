import { entryNamesUnderPass, entryOfProtocol, UNTYPED_ENTRY } from '../channels/channel.ts'
import type { ChannelRecord } from '../channels/channel-table.ts'
import { type Address, resolveAddress, withoutLogin } from './resolve.ts'
import { readingsOf } from './unclear.ts'

/** Table key of the channel that owns an entry file, an entry's stem or a directory (with its slash); `path` is percent-decoded. */
export const ownerKey = (origin: string, path: string): string => `=${origin}|${path}`

/** Owner of a directory that several channels share: any of them may be served from it. */
export const SHARED_OWNER = '*'

/** A file's path without its extension but with the dot: `7.m3u8` and `7.ts` are one stream. */
export const stemOf = (path: string): string => {
  const dot = path.lastIndexOf('.')
  return dot > path.lastIndexOf('/') ? path.slice(0, dot + 1) : `${path}.`
}

/** A path percent-decoded part by part, for comparison; a part that is no valid encoding stays as it is. */
export const decodePath = (path: string): string => {
  if (!path.includes('%')) return path
  const decode = (part: string): string => {
    try {
      return decodeURIComponent(part)
    } catch {
      return part
    }
  }
  return path.split('/').map(decode).join('/')
}

interface Match {
  readonly owner: string
  /** Directories above what is owned; a stem lies deeper than any, and a file than that. */
  readonly depth: number
}

const STEM_DEPTH = 1e6
const FILE_DEPTH = 2e6

const depthOf = (directory: string): number => directory.split('/').length

const matchOf = (
  get: (key: string) => string | undefined,
  origin: string,
  path: string,
): Match | null => {
  if (!path.endsWith('/')) {
    const file = get(ownerKey(origin, path))
    if (file !== undefined) return { owner: file, depth: FILE_DEPTH }
    const stem = get(ownerKey(origin, stemOf(path)))
    if (stem !== undefined) return { owner: stem, depth: STEM_DEPTH }
  }
  for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
    const directory = path.slice(0, at + 1)
    const owner = get(ownerKey(origin, directory))
    if (owner !== undefined) return { owner, depth: depthOf(directory) }
  }
  return null
}

/** Whether several channels share a directory, in its own spelling or as some origin reads it. */
export const isSharedFolder = (
  get: (key: string) => string | undefined,
  origin: string,
  directory: string,
): boolean =>
  [decodePath(directory), ...readingsOf(directory)].some(
    (read) => get(ownerKey(origin, read)) === SHARED_OWNER,
  )

/**
 * Id of the channel that owns a path of an origin: by entry file or its stem, else by the deepest owned directory; `null` = none, or several share it.
 * Some origins ignore case, merge slashes or leave out parameters: what a path leads to in their reading counts where it lies deeper than in the
 * exact one. The table has keys for this (`readingsOf`).
 */
export const ownerOf = (
  get: (key: string) => string | undefined,
  origin: string,
  path: string,
): string | null => {
  const plain = decodePath(path)
  let best = matchOf(get, origin, plain)
  for (const read of readingsOf(path)) {
    if (read === plain || best?.depth === FILE_DEPTH) continue
    const found = matchOf(get, origin, read)
    if (found !== null && found.depth > (best?.depth ?? 0)) best = found
  }
  return best === null || best.owner === SHARED_OWNER ? null : best.owner
}

/** Names of an entry, under a pass and below a ticket, whose file in its directory is not what is asked for then: the entry is, with arguments of its own. */
export const takenNames = (record: ChannelRecord): ReadonlySet<string> => {
  const names = [...entryNamesUnderPass(record), UNTYPED_ENTRY, entryOfProtocol(record.protocol)]
  const taken = new Set(names.map(decodePath))
  // A script by such a name answers manifests and segments alike, by its arguments.
  if (record.query === '' && MANIFEST.test(record.entry)) taken.delete(decodePath(record.entry))
  return taken
}

/** What leads to names of the entry. */
export interface EntryTest {
  /** Whether an address is that of one. */
  isAt(address: Address): boolean
  /** Whether a reference may lead to one: seen by its file, in whatever directory that is. */
  mayBeOne(reference: string): boolean
  /** Whether it does, from the manifest's own address on. */
  isFromManifest(reference: string): boolean
}

/** Makes it of the names; without any, nothing leads there. */
export const createEntryTest = (
  taken: ReadonlySet<string> | undefined,
  { origin, base }: { readonly origin: string; readonly base: string },
  manifest: Address,
): EntryTest => {
  const isAt = (it: Address): boolean =>
    withoutLogin(it.origin) === origin &&
    it.path.startsWith(base) &&
    taken?.has(decodePath(it.path.slice(base.length))) === true
  const mayBeOne = (reference: string): boolean => {
    if (taken === undefined) return false
    const mark = reference.indexOf('?')
    const path = mark < 0 ? reference : reference.slice(0, mark)
    const file = path.slice(path.lastIndexOf('/') + 1)
    return file === '' ? mark >= 0 : taken.has(decodePath(file))
  }
  const isFromManifest = (reference: string): boolean => {
    const it = mayBeOne(reference) ? resolveAddress(reference, manifest) : null
    return it !== null && isAt(it)
  }
  return { isAt, mayBeOne, isFromManifest }
}

/** What the doors of manifests take for one. */
export const MANIFEST = /^[^?#]*(\.(?:m3u8?|mpd))(?:[?#]|$)/i

/** A percent sign that encodes nothing: nginx takes no such path. */
export const STRAY_PERCENT = /%(?![\dA-F]{2})/i

/** A name of ours for a file, with its ending: players go by that. */
export const otherName = (file: string, name = 'file'): string =>
  name + (/\.[a-z0-9]{1,5}$/i.exec(file)?.[0] ?? '')

/** Whether a reference may need another name than its own. */
export const mayBeNameless = (reference: string): boolean =>
  MANIFEST.test(reference) || STRAY_PERCENT.test(reference)

interface Nameless extends Address {
  readonly name: string
}

/**
 * Finds files that need a name of ours, since their own does not get through: a manifest's own with other arguments, which as a name of a key or a segment leads to
 * the door of manifests, and one that is no valid path. The address of such a file, and the name; `null` for any other.
 */
export const nameless = (manifest: Address): ((reference: string) => Nameless | null) => {
  const file = manifest.path.slice(manifest.path.lastIndexOf('/') + 1)
  const isNamed = MANIFEST.test(file)
  return (reference) => {
    const mayBeOwn = isNamed && (reference.startsWith('?') || reference.includes(file))
    if (!mayBeOwn && !STRAY_PERCENT.test(reference)) return null
    const address = resolveAddress(reference, manifest)
    if (address === null) return null
    if (STRAY_PERCENT.test(address.path)) {
      return { ...address, name: otherName(address.path) }
    }
    const isOwn = address.path === manifest.path && address.origin === manifest.origin
    return isOwn && mayBeOwn ? { ...address, name: 'file' } : null
  }
}
