import { expect, test } from 'vitest'
import type { PlayRecord } from '#domain/types'
import { migrate, readMigrations } from '../../control/store/databases/migrate.ts'
import { PLAYS, playRow } from '../../control/store/history/rows/play-table.ts'
import type { Sql } from '../../control/store/sql/sql.ts'
import { openDatabase, openStore } from '../../control/store/store.ts'
import { barePlay, DAY, samplePlay } from './sample-plays.ts'

/** The versions that count days and not yet viewers. */
const isCountingDays = (version: number): boolean => version >= 4 && version < 8
/** The versions whose plays are one table on both engines. */
const hasPlainPlays = (version: number): boolean => version >= 3 && version < 18
const TWO_DAYS =
  'insert into days_account (day, dimension, key, number, plays, refusals, played_ms, bytes, viewers)' +
  " values (40, 'account', 'own:ann', 7, 1, 0, 1, 1, 0), (100, 'account', 'own:ann', 7, 2, 0, 1, 1, 0)," +
  " (110, 'account', 'own:ann', 7, 0, 1, 0, 0, 0)"

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
    endedAt: null,
  }),
]

/** Columns that came after the first version. */
const LATER = new Set(['player', 'agent', 'download', 'playback', 'door', 'timing', 'is_music'])

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

/** Gives an empty database's URL to some work and removes it afterwards. */
export type WithDatabase = (work: (url: string) => Promise<void>) => Promise<void>

/** From every version there ever was, the newest is reached and what was there is still there. */
export function describeMigrations(
  dialect: 'duckdb' | 'postgres',
  withDatabase: WithDatabase,
): void {
  const migrations = readMigrations(dialect)
  const newest = migrations.at(-1)?.version ?? 0

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
        })
        await old.close()
        const store = await openStore({ url })
        const viewers = (from: number, to: number) =>
          store.history.dashboard.uniqueViewers({ from: from * DAY, to: to * DAY })
        const known = isCountingDays(version) ? [1, 1, 0] : [0, 0, 0]
        expect([await viewers(90, 101), await viewers(0, 130), await viewers(101, 130)]).toEqual(
          known,
        )
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
