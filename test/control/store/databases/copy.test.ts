import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openDatabase, openStore } from '../../../../control/store/store.ts'
import { samplePlay } from '../../../contract/sample-plays.ts'
import { withTempDir } from '../../../support/cleanup.ts'

test('a copy has rows, keys and indexes of one moment, while a transaction runs', () =>
  withTempDir(async (folder) => {
    const file = join(folder, "it's a copy.duckdb")
    const store = await openStore({ url: join(folder, 'x.duckdb') })
    await store.history.upsertPlays([samplePlay()])
    await store.settings.set('before', 1, 1)
    await store.atomically(async (nouns) => {
      await nouns.settings.set('meanwhile', 1, 1)
      await store.copyTo(file)
    })
    const copy = await openStore({ url: file })
    expect(await copy.history.play('edge:one', 'play-1')).toEqual(samplePlay())
    expect(await copy.settings.get('before')).toBe(1)
    expect(await copy.settings.get('meanwhile')).toBeNull()
    await copy.history.upsertPlays([samplePlay()])
    expect(await copy.history.playsOf('own:ann', 0, Date.now())).toHaveLength(
      (await store.history.playsOf('own:ann', 0, Date.now())).length,
    )
    await copy.close()
    await store.close()
    const shape =
      'select table_name, sql from duckdb_tables() union all select index_name, sql from duckdb_indexes() order by 1'
    const [one, other] = [await openDatabase(join(folder, 'x.duckdb')), await openDatabase(file)]
    expect(await other.query(shape)).toEqual(await one.query(shape))
    await Promise.all([one.close(), other.close()])
  }))
