import { rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../../control/runtime/exec.ts'
import { worldConfig } from '../../test/e2e/world/world.ts'
import { startService, type TestService } from '../../test/support/programs/service.ts'
import { tempDir } from '../../test/support/temp-dir.ts'
import { missingFrom } from './history.ts'
import { type Population, populate } from './population.ts'
import type { Scene } from './scenes.ts'
import type { Row } from './table.ts'

const FULL_MS = 15_000
const SIZE = '8m'

/** Fills what is left of a file system. */
const fill = (folder: string): string => {
  const file = join(folder, 'ballast')
  const { bavail, bsize } = statfsSync(folder)
  writeFileSync(file, Buffer.alloc(bavail * bsize))
  return file
}

/** The database on a file system of 8 MB that fills up and is emptied again. */
export const diskRow = async (
  clocks: Readonly<Record<string, number>>,
  notes: string[],
  play: (service: TestService, population: Population, scene: Scene) => Promise<Row>,
): Promise<Row | null> => {
  const { path: folder, remove } = await tempDir()
  const mounted = await run(['mount', '-t', 'tmpfs', '-o', `size=${SIZE}`, 'tmpfs', folder])
  if (mounted.code !== 0) {
    notes.push('Not tried here: a full disk, since this machine does not let us mount one.')
    await remove()
    return null
  }
  try {
    const more = `store: { url: 'duckdb:${join(folder, 'gatehouse.duckdb')}' }`
    const service = await startService({ config: worldConfig({ clocks, more }) })
    try {
      const population = await populate(service)
      const scene: Scene = {
        name: 'database on a full disk of 8 MB for 15 s',
        watchSec: 14,
        act: async () => {
          const ballast = fill(folder)
          await new Promise((resolve) => setTimeout(resolve, FULL_MS))
          rmSync(ballast)
        },
      }
      const row = await play(service, population, scene)
      row.missing = await missingFrom(service, row.seen.admitted)
      return row
    } finally {
      await service.stop()
    }
  } finally {
    await run(['umount', folder])
    await remove()
  }
}
