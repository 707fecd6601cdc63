import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { StatePaths } from '../config/paths.ts'

/** Writes rendered nginx files below the state's nginx folder; returns whether any of them changed. */
export function writeNginxFiles(
  files: Readonly<Record<string, string>>,
  paths: StatePaths,
): boolean {
  let changed = false
  for (const [name, text] of Object.entries(files)) {
    const path = join(paths.nginx, name)
    if (readOrNull(path) === text) continue
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(`${path}.new`, text, { mode: 0o640 })
    renameSync(`${path}.new`, path)
    changed = true
  }
  return changed
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}
