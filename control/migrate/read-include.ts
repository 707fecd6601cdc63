import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import type { ReadInclude } from './blocks.ts'

const matching = (folder: string, pattern: string): string[] => {
  const escaped = pattern.replaceAll(/[\\^$.+()[\]{}|]/g, '\\$&')
  const expression = new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`)
  return readdirSync(folder)
    .filter((name) => expression.test(name))
    .sort()
    .map((name) => join(folder, name))
}

/** Reads what `include` lines name, from the folder of the file that is imported; `*` and `?` in the last part. */
export const includeFrom =
  (folder: string): ReadInclude =>
  (pattern) => {
    const path = resolve(folder, pattern)
    try {
      const files = /[*?]/.test(path) ? matching(dirname(path), basename(path)) : [path]
      return files.map((file) => ({ file, text: readFileSync(file, 'utf8') }))
    } catch {
      return null
    }
  }
