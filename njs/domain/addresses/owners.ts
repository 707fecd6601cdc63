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
