import { statSync } from 'node:fs'
import { relative } from 'node:path'

const textsIn = (value: unknown): string[] => {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}

const isFile = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isFile() === true

/** Whether a path lies below a folder. */
export const isBelow = (path: string, folder: string): boolean =>
  !/^\.\.(?:\/|$)/.test(relative(folder, path))

/** Files that exist and that a configuration names by an absolute path, each once; the loader makes every `*_file` absolute. */
export const filesOfConfig = (config: object): readonly string[] =>
  [...new Set(textsIn(config).filter((text) => text.startsWith('/') && isFile(text)))].sort()
