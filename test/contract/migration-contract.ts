import { expect, test } from 'vitest'
import type { PlayRecord } from '#domain/types'
import { migrate, readMigrations } from '../../control/store/databases/migrate.ts'
import { PLAYS, playRow } from '../../control/store/history/rows/play-table.ts'
import type { Sql } from '../../control/store/sql/sql.ts'
import { openDatabase, openStore, type Store } from '../../control/store/store.ts'
import { countAsNobody, viewersOfKinds } from './nobody.ts'
import { barePlay, DAY, samplePlay } from './sample-plays.ts'

/** The versions that count days and not yet viewers. */
const isCountingDays = (version: number): boolean => version >= 4 && version < 8
/** The versions whose plays are one table on both engines. */
const hasPlainPlays = (version: number): boolean => version >= 3 && version < 18
const TWO_DAYS =
  'insert into days_account (day, dimension, key, number, plays, refusals, played_ms, bytes, viewers)' +
  " values (40, 'account', 'own:ann', 7, 1, 0, 1, 1, 0), (100, 'account', 'own:ann', 7, 2, 0, 1, 1, 0)," +
  " (110, 'account', 'own:ann', 7, 0, 1, 0, 0, 0)"

/** The versions that keep a row for each day, those that had begun before counted apart. */
const hasDayRows = (version: number, dialect: string): boolean =>
  version >= 12 && (dialect === 'duckdb' || version < 24)

/** Two months and a gap, as `[day, plays, carried, refusals, played_ms, bytes]`. */
const COUNTED = [
  [57, 2, 0, 0, 20, 200],
  [58, 1, 1, 3, 5_000_000_000, 10],
  [60, 0, 0, 4, 0, 0],
  [89, 3, 2, 0, 7, 8],
] as const

const putDayRows = async (tx: Sql, hasNumbers: boolean): Promise<void> => {
  if (hasNumbers)
    await tx.query("insert into account_keys (key, number) values ('own:old', 9), ('own:none', 8)")
  for (const [day, plays, carried, refusals, playedMs, bytes] of COUNTED) {
    const amounts = [day, plays, carried, refusals, playedMs, bytes]
    for (const [dimension, key] of [
      ['total', ''],
      ['channel', 'news'],
      ['point', '45.8|4.8|FR|Lyon'],
    ])
      await tx.query(
        `insert into days (day, plays, carried, refusals, played_ms, bytes, dimension, key, number, viewers) values ($1, $2, $3, $4, $5, $6, '${dimension}', '${key}', 7, ${plays + carried > 0 ? 1 : 0})`,
        amounts,
      )
    await tx.query(
      hasNumbers
        ? "insert into account_days (day, plays, carried, refusals, played_ms, bytes, account) select $1, $2, $3, $4, $5, $6, id from account_keys where key = 'own:old'"
        : "insert into days_account (day, plays, carried, refusals, played_ms, bytes, dimension, key, number, viewers) values ($1, $2, $3, $4, $5, $6, 'account', 'own:old', 9, 0)",
      amounts,
    )
  }
}

/** What was counted by day is counted still, whatever the span. */
const expectDayRows = async (store: Store): Promise<void> => {
  const { dashboard } = store.history
  const all = { from: 50 * DAY, to: 100 * DAY }
  expect(await dashboard.perDay(all)).toEqual(
    COUNTED.map(([day, plays, carried, refusals, playedMs, bytes]) => ({
      day: day * DAY,
      viewers: plays + carried > 0 ? 1 : 0,
      plays: plays + carried,
      refusals,
      playedMs,
      bytes,
    })),
  )
  for (const [from, to] of [
    [0, 130],
    [57, 59],
    [58, 61],
    [59, 89],
    [59, 90],
    [58, 90],
  ] as const) {
    const within = COUNTED.filter(([day]) => day >= from && day < to)
    const sum = (at: 1 | 2 | 3 | 4 | 5) => within.reduce((total, row) => total + row[at], 0)
    const begun = within.find(([day]) => day === from)?.[2] ?? 0
    const amounts = {
      plays: sum(1) + begun,
      refusals: sum(3),
      playedMs: sum(4),
      bytes: sum(5),
    }
    const span = { from: from * DAY, to: to * DAY }
    expect(await dashboard.topChannels(span)).toEqual([{ key: 'news', ...amounts }])
    expect(await dashboard.topAccounts(span)).toEqual([{ key: 'own:old', ...amounts }])
    expect(await dashboard.mapPoints(span)).toMatchObject(
      amounts.plays > 0 ? [{ plays: amounts.plays, city: 'Lyon' }] : [],
    )
  }
}

const expectViewers = async (store: Store, known: readonly number[]): Promise<void> => {
  const viewers = (from: number, to: number) =>
    store.history.dashboard.uniqueViewers({ from: from * DAY, to: to * DAY })
  expect([await viewers(90, 101), await viewers(0, 130), await viewers(101, 130)]).toEqual(known)
}

/** Beyond every month with a partition of its own. */
const FAR = Date.UTC(2150, 1)

/** Plays as the first version kept them; one id is a hexadecimal number, one is not. */
const OLD_PLAYS: readonly PlayRecord[] = [
  { ...barePlay(), source: 'old', id: '0123456789abcdef0123456789abcdef' },
  {
    ...barePlay(),
    source: 'old',
    id: 'bare',
    address: '192.0.2.9',
    startedAt: FAR,
    lastSeenAt: FAR + 9,
  },
  samplePlay({
    source: 'old',
    agent: null,
    download: null,
    door: null,
    isMusic: null,
    delivery: null,
    endedAt: null,
  }),
]

/** Columns that came after the first version. */
const LATER = new Set([
  'player',
  'agent',
  'download',
  'playback',
  'door',
  'timing',
  'is_music',
  'delivery',
])

const putOldPlays = async (tx: Sql): Promise<void> => {
  const kept = PLAYS.columns.flatMap(({ name }, index) => (LATER.has(name) ? [] : [index]))
  const columns = kept.flatMap((index) => PLAYS.columns[index] ?? [])
  const rows = OLD_PLAYS.map(playRow).map((row) => kept.map((index) => row[index] ?? null))
  const names = columns.map(({ name }) => `"${name}"`).join(', ')
  for (const row of rows) {
    const places = row.map((_, index) => `$${index + 1}`).join(', ')
    await tx.query(`insert into plays (${names}) values (${places})`, row)
  }
}

/** Plays of all lengths, some refused, some that ended before they began, of a few devices and edges. */
const KINDS_OF_PLAYS = Array.from({ length: 400 }, (_, n) => {
  const startedAt = 1000 * DAY + ((n * 7_654_321) % (40 * DAY))
  const length = [0, 1_200_000, DAY / 4, 1.5 * DAY, 3 * DAY, 500 * DAY][n % 6] ?? 0
  const lastSeenAt = startedAt + length + (n % 5)
  return samplePlay({
    id: `kind ${n}`,
    source: `edge:${n % 3}`,
    platform: n % 4 === 0 ? null : `platform ${n % 7}`,
    client: n % 8 === 0 ? null : 'player',
    delivery: n % 2 === 0 ? null : 'transcode',
    startedAt,
    lastSeenAt,
    endedAt: n % 9 === 0 ? null : n % 10 === 0 ? startedAt - 5 : lastSeenAt,
    playedMs: n % 3 === 0 ? null : (n * 7_777_777) % (length + 1),
    bytes: n % 11 === 0 ? null : n * 1_000_003,
    reason: n % 13 === 0 ? 'session.unstarted' : 'session.closed',
  })
})

const kindsOf = async ({ history: { dashboard } }: Store) => {
  const spans = [
    [990, 2000],
    [1003, 1004],
    [1010.3, 1011.7],
    [1035.1, 1450.2],
    [1499, 1545],
  ] as const
  const answers = []
  for (const [from, to] of spans)
    for (const by of ['device', 'edge', 'delivery'] as const)
      answers.push(await dashboard.topOf(by, { from: from * DAY, to: to * DAY }, 100))
  return answers
}

/** Gives an empty database's URL to some work and removes it afterwards. */
export type WithDatabase = (work: (url: string) => Promise<void>) => Promise<void>

/** From every version there ever was, the newest is reached and what was there is still there. */
export function describeMigrations(
  dialect: 'duckdb' | 'postgres',
  withDatabase: WithDatabase,
): void {
  const migrations = readMigrations(dialect)
  const newest = migrations.at(-1)?.version ?? 0

  test(`${dialect}: devices, edges and deliveries that an older version did not count are counted once`, () =>
    withDatabase(async (url) => {
      const store = await openStore({ url })
      await store.history.upsertPlays(KINDS_OF_PLAYS)
      const asCame = await kindsOf(store)
      expect(asCame[0]?.length).toBeGreaterThan(5)
      await store.close()
      const db = await openDatabase(url)
      await db.query(
        dialect === 'duckdb'
          ? "delete from days where dimension in ('device', 'edge', 'delivery')"
          : "delete from roll_ups where dimension_name(dimension) in ('device', 'edge', 'delivery')",
      )
      await db.query("delete from settings where key = 'history.kinds_counted'")
      await db.close()
      for (let start = 0; start < 2; start += 1) {
        const counted = await openStore({ url })
        expect(await kindsOf(counted)).toEqual(asCame)
        await counted.close()
      }
      const later = await openStore({ url })
      await later.history.prune(5000 * DAY)
      expect((await later.history.list({})).rows).toEqual([])
      const [devices = [], edges = []] = await kindsOf(later)
      expect([devices, edges]).toEqual([asCame[0], asCame[1]])
      await later.close()
    }))

  test(`${dialect}: a pseudo user that an older version counted as an account is none any more`, () =>
    withDatabase(async (url) => {
      const told = (nobody: string) =>
        KINDS_OF_PLAYS.map((play, n) => ({
          ...play,
          account: ['own:ann', 'own:bob', nobody][n % 3] ?? '',
        }))
      const store = await openStore({ url })
      await store.history.upsertPlays(told('server:den:9'))
      expect(await viewersOfKinds(store)).toMatchObject({ viewers: 3 })
      await store.close()
      const db = await openDatabase(url)
      await countAsNobody(db, dialect, 'server:den:9')
      await db.close()
      const counted = await openStore({ url })
      const now = await viewersOfKinds(counted)
      expect(now).toMatchObject({
        viewers: 2,
        accounts: [{ key: expect.anything() }, { key: expect.anything() }],
      })
      expect(await counted.history.playsOf('server:den:0', 0, 2000 * DAY)).not.toEqual([])
      await counted.close()
      await withDatabase(async (other) => {
        const fresh = await openStore({ url: other })
        await fresh.history.upsertPlays(told('server:den:0'))
        expect(now).toEqual(await viewersOfKinds(fresh))
        await fresh.close()
      })
    }))

  for (const { version, name } of migrations) {
    test(`${dialect}: from version ${version} (${name})`, () =>
      withDatabase(async (url) => {
        const old = await openDatabase(url)
        expect(await migrate(old, { upTo: version })).toBe(version)
        await old.write(async (tx) => {
          await tx.query(
            "insert into accounts (id, name, enabled, created_at, updated_at) values ('ann', 'Ann', true, 1, 2)",
          )
          if (isCountingDays(version)) await tx.query(TWO_DAYS)
          if (hasPlainPlays(version)) await putOldPlays(tx)
          if (hasDayRows(version, dialect))
            await putDayRows(tx, dialect === 'postgres' && version >= 19)
        })
        await old.close()
        const store = await openStore({ url })
        if (hasDayRows(version, dialect)) await expectDayRows(store)
        else await expectViewers(store, isCountingDays(version) ? [1, 1, 0] : [0, 0, 0])
        const carried = await store.history.plays(OLD_PLAYS)
        expect(new Set(carried)).toEqual(new Set(hasPlainPlays(version) ? OLD_PLAYS : []))
        expect(await store.accounts.get('ann')).toMatchObject({ name: 'Ann', maxSessions: null })
        await store.history.upsertPlays([samplePlay()])
        expect(await store.history.play('edge:one', 'play-1')).toEqual(samplePlay())
        await store.close()
        const again = await openDatabase(url)
        expect(await migrate(again)).toBe(newest)
        await again.close()
      }))
  }
}
