import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

const LARGEST = 20 * 1024 * 1024
const LONGEST_LINE = 16 * 1024

/** Splits a program's output into lines; those that are too long are cut. */
export function lineSplitter(onLine: (line: string) => void): (chunk: string) => void {
  let rest = ''
  return (chunk) => {
    const lines = (rest + chunk).split('\n')
    rest = (lines.pop() ?? '').slice(0, LONGEST_LINE)
    for (const line of lines) onLine(line.slice(0, LONGEST_LINE))
  }
}

/** Appends lines to a file; rotates it when it is large, and keeps one older file. */
export function createLineLog(path: string): (line: string) => void {
  mkdirSync(dirname(path), { recursive: true })
  let size = statSync(path, { throwIfNoEntry: false })?.size ?? 0
  return (line) => {
    try {
      if (size > LARGEST) {
        renameSync(path, `${path}.1`)
        size = 0
      }
      appendFileSync(path, `${line}\n`, { mode: 0o640 })
      size += line.length + 1
    } catch {
      // A full disk must not stop the service.
    }
  }
}
