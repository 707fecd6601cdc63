import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { StatePaths } from '../../config/paths.ts'

/** Result of writing nginx's files. */
export interface WrittenFiles {
  readonly hasChanged: boolean
  /** Restores the files that were there before. */
  readonly restore: () => void
}

/** Writes rendered nginx files below the state's nginx folder. */
export function writeNginxFiles(
  files: Readonly<Record<string, string>>,
  paths: StatePaths,
): WrittenFiles {
  const before = new Map<string, string | null>()
  for (const [name, text] of Object.entries(files)) {
    const path = join(paths.nginx, name)
    const old = readOrNull(path)
    if (old === text) continue
    before.set(path, old)
    replace(path, text)
  }
  const restore = () => {
    for (const [path, old] of before) if (old !== null) replace(path, old)
  }
  return { hasChanged: before.size > 0, restore }
}

function replace(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(`${path}.new`, text, { mode: 0o640 })
  renameSync(`${path}.new`, path)
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}
