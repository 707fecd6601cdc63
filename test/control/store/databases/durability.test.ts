import { statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { openStore } from '../../../../control/store/store.ts'
import { samplePlay } from '../../../contract/sample-plays.ts'
import { withTempDir } from '../../../support/cleanup.ts'
import { startChild } from '../../../support/programs/child.ts'
import { until } from '../../../support/programs/port.ts'

const WRITER = fileURLToPath(new URL('./writer-child.ts', import.meta.url))

const startWriter = (url: string, from: number) =>
  startChild([process.execPath, '--import', 'tsx', WRITER, url, String(from)])

/** The number of the last batch a writer said it had committed. */
const lastOf = (output: string): number => Number(/(\d+)\n?$/.exec(output)?.[1] ?? -1)

test(
  'killed with -9 while writing, the file has every committed batch, and no part of another',
  () =>
    withTempDir(async (folder) => {
      const url = join(folder, 'x.duckdb')
      let next = 0
      for (let round = 0; round < 4; round += 1) {
        const child = startWriter(url, next)
        const goal = next + 3
        await until('some batches', () => lastOf(child.output()) >= goal, 60_000)
        await child.stop('SIGKILL')
        const told = lastOf(child.output())
        const store = await openStore({ url })
        const { plays = 0, bytes } =
          (await store.history.dashboard.perDay({ from: 0, to: Date.now() }))[0] ?? {}
        // A batch may have been committed without the writer having come to say so.
        expect([(told + 1) * 100, (told + 2) * 100]).toContain(plays)
        expect(bytes).toBe(plays * 1_000_000)
        const found = await store.history.playsOf('own:ann', 0, Date.now())
        expect(found).toHaveLength(plays)
        await store.close()
        next = plays / 100
      }
    }),
  120_000,
)

test(
  'one process at a time, said clearly; reading goes on beside writing',
  () =>
    withTempDir(async (folder) => {
      const url = join(folder, 'x.duckdb')
      const child = startWriter(url, 0)
      await until('a batch', () => lastOf(child.output()) >= 1, 60_000)
      await expect(openStore({ url })).rejects.toMatchObject({
        code: 'store.locked',
        message: expect.stringContaining('in use by another process'),
      })
      await child.stop('SIGKILL')
      const store = await openStore({ url })
      const slow = store.atomically(async (nouns) => {
        await nouns.settings.set('a', 1, 1)
        expect(await store.settings.get('a')).toBeNull()
      })
      await slow
      expect(await store.settings.get('a')).toBe(1)
      await store.close()
      await expect(store.ping()).rejects.toMatchObject({ code: 'store.unavailable' })
    }),
  120_000,
)

test('the file is for its owner alone', () =>
  withTempDir(async (folder) => {
    const path = join(folder, 'state/x.duckdb')
    const store = await openStore({ url: `duckdb:${path}` })
    await store.history.upsertPlays([samplePlay()])
    for (const file of [path, `${path}.wal`]) expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(statSync(join(folder, 'state')).mode & 0o777).toBe(0o700)
    await store.close()
  }))

test.each(['', 'mysql://host/db', 'duckdb:'])(
  'the URL %j is refused with a clear word',
  async (url) => {
    await expect(openStore({ url })).rejects.toMatchObject({ code: 'store.url' })
  },
)

test('a path that cannot be opened is said in one line', () =>
  withTempDir(async (folder) => {
    const error: unknown = await openStore({ url: folder }).catch((caught: unknown) => caught)
    expect(error).toMatchObject({ code: 'store.unavailable' })
    expect(String(error)).not.toContain('\n')
  }))
