import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { LONGEST, TEST_GLOBS } from '../scripts/testing/files.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

/** A process takes one file after the other, so that what they import is read and compiled once: half of the unit tests' work otherwise. */
const shared = { isolate: false }

/** Tests of servers wait more than they work: two files at a time for each core. */
const SERVER_FILES_AT_ONCE = Math.min(6, 2 * availableParallelism())

/** None of them is meant to last so long; a busy machine makes it many times what it takes. */
const waiting = { testTimeout: 120_000, hookTimeout: 120_000 }

/** Those that take longest begin first, so that none of them is what the others wait for at the end. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const at = LONGEST.findIndex((name) => moduleId.endsWith(`/${name}`))
      return at < 0 ? LONGEST.length : at
    }
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b))
  }
}

/** One project per kind of test; every test file is in one of them. */
export default defineConfig({
  root,
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        root,
        test: {
          name: 'unit',
          include: [TEST_GLOBS.all],
          exclude: TEST_GLOBS.server,
          ...shared,
          ...waiting,
        },
      },
      {
        root,
        test: {
          name: 'server',
          include: TEST_GLOBS.server,
          exclude: TEST_GLOBS.alone,
          ...shared,
          ...waiting,
          maxWorkers: SERVER_FILES_AT_ONCE,
          // Projects with a number of workers of their own run in groups of their own.
          sequence: { groupOrder: 1 },
        },
      },
      {
        root,
        test: {
          name: 'alone',
          include: TEST_GLOBS.alone,
          ...waiting,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
