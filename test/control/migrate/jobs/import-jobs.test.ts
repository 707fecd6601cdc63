import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { createImportJobs } from '../../../../control/migrate/jobs/import-jobs.ts'
import type { ImportState } from '../../../../control/migrate/plays/import-state.ts'
import { tempDir } from '../../../support/temp-dir.ts'

let folder: Awaited<ReturnType<typeof tempDir>> | null = null
afterEach(async () => await folder?.remove())

test('an import that is said to be done can be removed at once, while its end is not over yet', async () => {
  folder = await tempDir()
  const kept = new Map<string, ImportState>()
  const removals: Promise<boolean>[] = []
  const jobs = createImportJobs({
    folder: folder.path,
    cursors: {
      get: (id) => Promise.resolve(kept.get(id) ?? null),
      put: async (state) => {
        kept.set(state.id, state)
        if (state.state !== 'done') return
        const removal = jobs.remove(state.id)
        removals.push(removal)
        await Promise.race([removal.catch(() => null), new Promise((end) => setTimeout(end, 20))])
      },
      remove: (id) => Promise.resolve(kept.delete(id)),
      list: () => Promise.resolve([...kept.values()]),
    },
    write: () =>
      Promise.resolve({ inserted: 0, updated: 0, unchanged: 0, expired: 0, otherAccount: 0 }),
    open: (path) => ({
      kind: 'history',
      name: 'plays.ndjson',
      identity: path,
      rows: async function* () {},
      fraction: () => 1,
    }),
    judge: () => Promise.resolve(0),
    inWords: String,
    now: Date.now,
  })
  const path = join(folder.path, 'received')
  writeFileSync(path, '')
  const { id } = await jobs.start(
    { path, digest: 'a', bytes: 0 },
    { kind: 'history', name: 'plays.ndjson' },
  )
  await expect.poll(() => removals.length, { timeout: 20_000 }).toBe(1)
  expect(await removals[0]).toBe(true)
  expect(kept.has(id)).toBe(false)
  await jobs.stop()
})
