import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openDuckdb } from '../../../../control/store/databases/duckdb.ts'
import { migrate } from '../../../../control/store/databases/migrate.ts'
import {
  createKnownAccounts,
  createKnownDays,
  createKnownPlays,
} from '../../../../control/store/history/known-accounts.ts'
import { upsertPlays } from '../../../../control/store/history/upsert-plays.ts'
import { openStore } from '../../../../control/store/store.ts'
import type { StoredFinding } from '../../../../control/store/tables/records.ts'
import { samplePlay } from '../../../contract/sample-plays.ts'
import { tempDir, useCleanup } from '../../../support/cleanup.ts'

const onCleanup = useCleanup()

const finding = (account: string): StoredFinding => ({
  id: `of ${account}`,
  rule: 'r',
  kind: 'concurrent_streams',
  account,
  severity: 'low',
  confidence: 1,
  at: 5,
  evidence: null,
  state: 'open',
  acted: null,
})

/** A database that answers one statement, and counts how often it is asked. */
const database = (rows: () => Record<string, string | number>[]) => {
  const asked: string[] = []
  const query = async (text: string) => {
    asked.push(text)
    return rows()
  }
  return { asked, sql: { query } as unknown as Parameters<typeof createKnownAccounts>[0] }
}

test('plays and findings of an account are found that came before this start, and since', async () => {
  const folder = await tempDir()
  onCleanup(folder.remove)
  const url = join(folder.path, 'x.duckdb')
  const before = await openStore({ url })
  await before.history.upsertPlays([samplePlay({ id: 'old', account: 'own:ann' })])
  await before.findings.put(finding('own:ann'))
  await before.close()
  const store = await openStore({ url })
  onCleanup(() => store.close())
  const plays = async (...accounts: string[]) =>
    (await store.history.playsOfEach(accounts, 0, Number.MAX_SAFE_INTEGER)).map(({ id }) => id)
  const findings = async (...accounts: string[]) =>
    (await store.findings.ofAccounts(accounts, 0)).map(({ id }) => id)
  expect(await plays('own:bob')).toEqual([])
  expect(await plays('own:ann', 'own:bob')).toEqual(['old'])
  expect(await findings('own:bob', 'own:ann')).toEqual(['of own:ann'])
  await store.history.upsertPlays([samplePlay({ id: 'new', account: 'own:bob' })])
  expect(await plays('own:bob')).toEqual(['new'])
  await store.atomically(async (tables) => await tables.findings.putAll([finding('own:bob')]))
  expect(await findings('own:bob')).toEqual(['of own:bob'])
})

test('a play is completed that was stored before this start, or by a writer of the same moment', async () => {
  const folder = await tempDir()
  onCleanup(folder.remove)
  const url = join(folder.path, 'x.duckdb')
  const before = await openStore({ url })
  const old = samplePlay({ id: 'old' })
  await before.history.upsertPlays([old])
  await before.close()
  const store = await openStore({ url })
  onCleanup(() => store.close())
  const ended = { ...old, lastSeenAt: old.lastSeenAt + 5, endedAt: old.lastSeenAt + 5 }
  const fresh = samplePlay({ id: 'new' })
  const written = await Promise.all([
    store.history.upsertPlays([ended, fresh]),
    store.history.upsertPlays([{ ...fresh, lastSeenAt: fresh.lastSeenAt + 7 }]),
    store.history.upsertPlays([fresh]),
  ])
  expect(written.map(({ inserted, updated, unchanged }) => [inserted, updated, unchanged])).toEqual(
    [
      [1, 1, 0],
      [0, 1, 0],
      [0, 0, 1],
    ],
  )
  const { rows } = await store.history.list()
  const later = rows.map(({ id, lastSeenAt }) => [id, lastSeenAt - old.lastSeenAt] as const)
  expect(rows).toHaveLength(2)
  expect(Object.fromEntries(later)).toEqual({ new: 7, old: 5 })
})

test('plays of a transaction that failed are written by the next', async () => {
  const folder = await tempDir()
  onCleanup(folder.remove)
  const store = await openStore({ url: join(folder.path, 'x.duckdb') })
  onCleanup(() => store.close())
  const play = samplePlay({ id: 'new' })
  const broken = { ...samplePlay({ id: 'broken' }), startedAt: Number.NaN }
  await expect(store.history.upsertPlays([play, broken])).rejects.toThrow()
  expect((await store.history.upsertPlays([play])).inserted).toBe(1)
  expect((await store.history.upsertPlays([play])).unchanged).toBe(1)
})

test('of more plays than are kept in mind all are looked for', async () => {
  const folder = await tempDir()
  onCleanup(folder.remove)
  const db = await openDuckdb(join(folder.path, 'x.duckdb'))
  onCleanup(() => db.close())
  await migrate(db)
  const plays = ['a', 'b', 'c'].map((id) => samplePlay({ id }))
  await upsertPlays(db, plays)
  const known = createKnownPlays(db, 2)
  const asked = await known.among([samplePlay({ id: 'd' })])
  expect(asked.map(({ id }) => id)).toEqual(['d'])
  const rows = { plays: known, days: createKnownDays(db) }
  expect((await upsertPlays(db, plays, rows)).unchanged).toBe(3)
  const all = createKnownPlays(db, 3)
  expect(await all.among([samplePlay({ id: 'd' })])).toEqual([])
})

test('an account that is counted on a day is found there, by this start or before it, and is counted once', async () => {
  const folder = await tempDir()
  onCleanup(folder.remove)
  const url = join(folder.path, 'x.duckdb')
  const day = 86_400_000
  const playOn = (id: string, account: string, n: number) =>
    samplePlay({ id, account, startedAt: n * day, lastSeenAt: n * day + 1000, endedAt: null })
  const before = await openStore({ url })
  await before.history.upsertPlays([playOn('1', 'own:ann', 20_000)])
  await before.close()
  const store = await openStore({ url })
  onCleanup(() => store.close())
  await store.history.upsertPlays([
    playOn('2', 'own:ann', 20_000),
    playOn('3', 'own:bob', 20_000),
    playOn('4', 'own:bob', 20_001),
  ])
  // What is taken back stays noted, and is counted all the same when it comes again.
  const broken = { ...playOn('5', 'own:cid', 20_000), id: null as unknown as string }
  await expect(
    store.history.upsertPlays([playOn('5', 'own:cid', 20_000), broken]),
  ).rejects.toThrow()
  await store.history.upsertPlays([playOn('5', 'own:cid', 20_000), playOn('6', 'own:bob', 20_002)])
  await store.history.upsertPlays([playOn('7', 'own:bob', 20_000), playOn('8', 'own:bob', 20_001)])
  await store.close()
  const db = await openDuckdb(join(folder.path, 'x.duckdb'))
  onCleanup(() => db.close())
  const rows = await db.query('select day, key, plays from days_account order by day, key')
  expect(rows.map((row) => [row['day'], row['key'], row['plays']])).toEqual([
    [20_000, 'own:ann', 2],
    [20_000, 'own:bob', 2],
    [20_000, 'own:cid', 1],
    [20_001, 'own:bob', 2],
    [20_002, 'own:bob', 1],
  ])
})

test('days of which little is at hand, and days with more accounts than are kept in mind, are looked up', async () => {
  const folder = await tempDir()
  onCleanup(folder.remove)
  const db = await openDuckdb(join(folder.path, 'x.duckdb'))
  onCleanup(() => db.close())
  await migrate(db)
  const row = (day: number, key: string) => ({ day, key })
  const known = createKnownDays(db, 2)
  const rows = [row(1, 'a'), row(1, 'b'), row(2, 'a')]
  expect(await known.among(rows)).toEqual([row(2, 'a')])
  known.add(rows)
  expect(await known.among([row(1, 'b'), row(1, 'c')])).toEqual([row(1, 'b')])
  known.add([row(1, 'c')])
  expect(await known.among([row(1, 'd')])).toEqual([row(1, 'd')])
  // The days before the last two are read anew.
  expect(await known.among([row(5, 'a')])).toEqual([])
  expect(await known.among([row(6, 'a')])).toEqual([])
  expect(await known.among([row(1, 'd'), row(6, 'a'), row(6, 'b')])).toEqual([row(1, 'd')])
})

test('they are read once; what cannot be read is tried again', async () => {
  let isAway = true
  const { asked, sql } = database(() => {
    if (isAway) throw new Error('away')
    return [{ account: 'a' }]
  })
  const known = createKnownAccounts(sql, 'select account')
  await expect(known.among(['a'])).rejects.toThrow('away')
  isAway = false
  expect(await known.among(['a', 'b'])).toEqual(['a'])
  known.add(['b'])
  expect(await known.among(['a', 'b', 'c'])).toEqual(['a', 'b'])
  expect(asked).toHaveLength(2)
})

test('where they are too many, each is looked for', async () => {
  const read = database(() => [{ account: 'a' }, { account: 'b' }, { account: 'c' }])
  expect(await createKnownAccounts(read.sql, 'select account', 2).among(['x'])).toEqual(['x'])
  expect(read.asked).toEqual(['select account limit 3'])
  const grown = createKnownAccounts(database(() => []).sql, 'select account', 2)
  expect(await grown.among(['x'])).toEqual([])
  grown.add(['a', 'b', 'c'])
  expect(await grown.among(['x'])).toEqual(['x'])
})
