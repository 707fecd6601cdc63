import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseConfig } from '../../../control/config/load.ts'
import { demoConfig } from '../../../control/demo/demo-config.ts'
import { makeDemoHistory } from '../../../control/demo/history/make-history.ts'
import { demoPeople } from '../../../control/demo/history/people.ts'
import { demoPlays } from '../../../control/demo/history/plays.ts'
import { watchingPeople } from '../../../control/demo/viewers/roles.ts'
import { seedRules } from '../../../control/detect/live/rule-cache.ts'
import { openStore, type Store } from '../../../control/store/store.ts'
import type { Account } from '../../../control/store/tables/records.ts'
import { tempDir } from '../../support/temp-dir.ts'

const NOW = Date.UTC(2026, 10, 20, 21, 30)
let store: Store
let folder: Awaited<ReturnType<typeof tempDir>>

beforeAll(async () => {
  folder = await tempDir()
  store = await openStore({ url: join(folder.path, 'demo.duckdb') })
  await seedRules(store, NOW)
})
afterAll(async () => {
  await store.close()
  await folder.remove()
})

test('the same moment gives the same plays, which are over and none of which is twice', () => {
  const plays = demoPeople().flatMap((person) => demoPlays(person, NOW))
  expect(demoPeople().flatMap((person) => demoPlays(person, NOW))).toEqual(plays)
  expect(new Set(plays.map(({ id }) => id)).size).toBe(plays.length)
  expect(plays.every(({ endedAt }) => endedAt !== null && endedAt < NOW)).toBe(true)
  expect(new Set(plays.map(({ country }) => country)).size).toBeGreaterThan(20)
})

test('it is made once, and never beside a history that is there', async () => {
  const made = await makeDemoHistory({ store, now: () => NOW })
  expect(made?.accounts).toBe(200)
  expect((await store.notices.list({ limit: 1 })).rows).toHaveLength(1)
  expect(await makeDemoHistory({ store, now: () => NOW })).toBeNull()
  const other = await openStore({ url: join(folder.path, 'other.duckdb') })
  const [play] = demoPlays(demoPeople()[0] ?? expect.unreachable(), NOW)
  await other.history.upsertPlays(play === undefined ? [] : [play])
  expect(await makeDemoHistory({ store: other, now: () => NOW })).toBeNull()
  expect((await other.accounts.list({ limit: 1 })).rows).toEqual([])
  await other.close()
})

test('a leaked playlist is known with the lines it was used on', async () => {
  const { rows: copies } = await store.downloads.list({ limit: 10 })
  expect(copies).toHaveLength(3)
  for (const { id, account, firstUsedAt } of copies) {
    const { rows } = await store.history.list({ limit: 1_000, where: { account } })
    const uses = rows.filter(({ download }) => download === id)
    expect(Math.min(...uses.map(({ startedAt }) => startedAt))).toBe(firstUsedAt)
    expect(new Set(uses.map(({ network }) => network)).size).toBeGreaterThan(5)
  }
  const { rows: found } = await store.findings.list({ limit: 500 })
  const named = found.flatMap(({ kind, evidence }) =>
    kind === 'leaked_copy' ? [JSON.stringify(evidence)] : [],
  )
  for (const { id } of copies) expect(named.some((text) => text.includes(id))).toBe(true)
})

test('accounts have plans, groups, ends and notes; whoever watches now may', async () => {
  const { rows: accounts } = await store.accounts.list({ limit: 500 })
  const { config } = parseConfig(
    demoConfig({ edge: '0.0.0.0:8080', admin: '127.0.0.1:8090', origin: '127.0.0.1:8089' }),
    'demo.yaml',
  )
  const [plans, groups] = [config.plans, config.groups].map((all) => all.map(({ name }) => name))
  const counts = (of: (account: Account) => string | null) =>
    new Set(accounts.flatMap((account) => of(account) ?? []))
  for (const plan of counts(({ plan: name }) => name)) expect(plans).toContain(plan)
  for (const group of counts(({ group: name }) => name)) expect(groups).toContain(group)
  expect(counts(({ plan }) => plan).size).toBeGreaterThan(1)
  expect(counts(({ group }) => group).size).toBeGreaterThan(1)
  expect(counts(({ note }) => note).size).toBeGreaterThan(3)
  const over = accounts.filter(({ expiresAt }) => expiresAt !== null && expiresAt < NOW)
  expect(over.length).toBeGreaterThan(0)
  expect(over.length).toBeLessThan(10)
  expect(accounts.some(({ expiresAt }) => expiresAt === null)).toBe(true)
  const watching = new Set(watchingPeople().map(({ id }) => id))
  expect(over.filter(({ id }) => watching.has(id))).toEqual([])
  expect(over.every(({ id }) => demoPeople().find((one) => one.id === id)?.kind === 'honest')).toBe(
    true,
  )
})
