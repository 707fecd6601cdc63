import { statSync } from 'node:fs'
import { relative, resolve } from 'node:path'

/** The file that a value names, absolute; `null` where it names none. */
const namedFile = (key: string, text: string, folder: string): string | null => {
  if (text.startsWith('file:')) return resolve(folder, text.slice('file:'.length).trim())
  return text.startsWith('/') || key === 'file' ? resolve(folder, text) : null
}

const filesIn = (value: unknown, key: string, folder: string): string[] => {
  if (typeof value === 'string') return [namedFile(key, value, folder) ?? []].flat()
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, child]) => filesIn(child, name, folder))
}

const isFile = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isFile() === true

/** Whether a path lies below a folder. */
export const isBelow = (path: string, folder: string): boolean =>
  !/^\.\.(?:\/|$)/.test(relative(folder, path))

/**
 * Files that exist and that a configuration names, each once: absolute ones, as the loader makes every `*_file`, and those from its
 * folder, as lists (`file: all.m3u`) and networks (`file:offices.txt`) are named.
 */
export const filesOfConfig = (config: object, folder: string): readonly string[] =>
  [...new Set(filesIn(config, '', folder).filter(isFile))].sort()
