import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join, parse, resolve, sep } from 'node:path'
import type { ReadInclude } from './blocks.ts'

const isPattern = (text: string): boolean => /[*?[]/.test(text)

const expressionOf = (pattern: string): RegExp => {
  const escaped = pattern.replaceAll(/[\\^$.+()|{}]/g, '\\$&')
  // As in a shell: a star does not stand for the dot of a hidden file.
  const hidden = /^[*?[]/.test(pattern) ? '(?!\\.)' : ''
  const sets = escaped.replaceAll('[!', '[^').replaceAll('*', '.*').replaceAll('?', '.')
  return new RegExp(`^${hidden}${sets}$`)
}

const names = (folder: string): string[] => {
  try {
    return readdirSync(folder).sort()
  } catch {
    return []
  }
}

/** Paths a pattern stands for, `*`, `?` and `[…]` in any part of it. */
const matching = (path: string): string[] => {
  const { root } = parse(path)
  return path
    .slice(root.length)
    .split(sep)
    .reduce(
      (folders: readonly string[], part) => {
        if (!isPattern(part)) return folders.map((folder) => join(folder, part))
        const expression = expressionOf(part)
        return folders.flatMap((folder) =>
          names(folder)
            .filter((name) => expression.test(name))
            .map((name) => join(folder, name)),
        )
      },
      [root],
    )
    .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile() === true)
}

const read = (path: string): ReturnType<ReadInclude> => {
  try {
    const files = isPattern(path) ? matching(path) : [path]
    return files.map((file) => ({ file, text: readFileSync(file, 'utf8') }))
  } catch {
    return null
  }
}

/**
 * The folder that nginx resolves `include` against: that of the main configuration, `nginx.conf` beside
 * the file or in the nearest folder above it; the file's own folder where there is none.
 */
export const mainFolder = (file: string): string => {
  const own = dirname(resolve(file))
  for (let folder = own; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'nginx.conf'))) return folder
    if (folder === dirname(folder)) return own
  }
}

/** Reads what `include` lines name: from the folder of the file that is imported, else from that of the file they stand in. */
export const includeFrom =
  (folder: string): ReadInclude =>
  (pattern, from) => {
    const found = read(resolve(folder, pattern))
    if (isAbsolute(pattern) || (found !== null && found.length > 0)) return found
    return read(resolve(dirname(resolve(from)), pattern)) ?? found
  }
