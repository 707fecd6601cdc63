import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createKnownAccounts } from '../../../../control/store/history/known-accounts.ts'
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
