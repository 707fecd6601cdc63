import { closeSync, existsSync, ftruncateSync, openSync, rmSync, writeSync } from 'node:fs'
import type { BadRow } from './import-plays.ts'

/** The file that lists bad rows, made with the first of them: one JSON object a line. */
export interface RejectedFile {
  /** Adds a row; answers the length of the file in bytes. */
  add(row: BadRow): number
  close(): void
}

/**
 * Opens the list of bad rows at a length in bytes: 0 begins it anew, and an import that goes on cuts off what it had
 * listed after the state it goes on from. Throws where the file cannot be written.
 */
export const openRejected = (path: string, length: number): RejectedFile => {
  let file: number | null = null
  let size = length
  if (length === 0) rmSync(path, { force: true })
  const open = (): number => {
    if (file !== null) return file
    file = openSync(path, existsSync(path) ? 'r+' : 'w', 0o600)
    ftruncateSync(file, size)
    return file
  }
  return {
    add: ({ where, problem, raw }) => {
      const line = Buffer.from(`${JSON.stringify({ where, problem, row: raw })}\n`)
      writeSync(open(), line, 0, line.length, size)
      size += line.length
      return size
    },
    close: () => {
      if (file !== null) closeSync(file)
      file = null
    },
  }
}
