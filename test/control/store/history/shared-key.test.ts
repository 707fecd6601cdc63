import { join } from 'node:path'
import { expect, test } from 'vitest'
import { migrate } from '../../../../control/store/databases/migrate.ts'
import { createHistory } from '../../../../control/store/history/history.ts'
import { lookupKey, PLAYS, playColumns } from '../../../../control/store/history/rows/play-table.ts'
import { openDatabase } from '../../../../control/store/store.ts'
import { MINUTE, NOON, samplePlay } from '../../../contract/sample-plays.ts'
import { tempDir } from '../../../support/cleanup.ts'

test('a play that shares its lookup key with another by chance survives the other being written again', async () => {
  const folder = await tempDir()
  const db = await openDatabase(join(folder.path, 'x.duckdb'))
  await migrate(db)
  const history = createHistory(db)
  const one = samplePlay({ id: 'one', endedAt: null, reason: null })
  const other = samplePlay({ id: 'other', account: 'own:bob' })
  await history.upsertPlays([one])
  const row = playColumns(other, lookupKey(one), 7)
  await db.write((tx) => tx.insert(PLAYS.name, PLAYS.columns, [row]))
  const later = { ...one, lastSeenAt: NOON + 90 * MINUTE }
  expect(await history.upsertPlays([later])).toMatchObject({ inserted: 0, updated: 1 })
  const { rows } = await history.list({ limit: 10 })
  expect(rows.toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual([later, other])
  expect(await history.play('edge:one', 'other')).toEqual(other)
  await db.close()
  await folder.remove()
})
