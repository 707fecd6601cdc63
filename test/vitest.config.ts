import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { TEST_GLOBS } from '../scripts/test-files.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Tests of servers wait more than they work: two files at a time for each core. */
const SERVER_FILES_AT_ONCE = Math.min(6, 2 * availableParallelism())

/** One project per kind of test; every test file is in one of them. */
export default defineConfig({
  root,
  test: {
    projects: [
      {
        root,
        test: {
          name: 'unit',
          include: [TEST_GLOBS.all],
          exclude: TEST_GLOBS.server,
          testTimeout: 20_000,
        },
      },
      {
        root,
        test: {
          name: 'server',
          include: TEST_GLOBS.server,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: SERVER_FILES_AT_ONCE,
        },
      },
    ],
  },
})
