import pg from 'pg'
import { afterAll, expect, test } from 'vitest'
import type { PlayRecord } from '#domain/types'
import { MONTHLY } from '../../control/store/history/rows/monthly-rows.ts'
import type { Store } from '../../control/store/store.ts'
import { openDatabase, openStore } from '../../control/store/store.ts'
import type { TestPostgres } from '../support/programs/postgres.ts'
import { startPostgres } from '../support/programs/postgres.ts'
import { describeMigrations } from './migration-contract.ts'
import { peak, randomOf } from './recount-contract.ts'
import { samplePlay } from './sample-plays.ts'
import { describeStore } from './store-contract.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

/** A server to use in place of one of the tests' own; where it has TimescaleDB, so have the databases. */
const GIVEN = process.env['GATEHOUSE_TEST_POSTGRES']

let server: Promise<TestPostgres> | undefined
const made: string[] = []

afterAll(async () => {
  if (GIVEN !== undefined) for (const name of made) await ask(GIVEN, `drop database ${name}`)
  await (await server)?.stop()
})

const ask = async (url: string, text: string): Promise<unknown[]> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(text)).rows
  } finally {
    await client.end()
  }
}

const END_OTHERS =
  'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()'

const urlOfServer = async (): Promise<string> => {
  if (GIVEN !== undefined) return GIVEN
  server ??= startPostgres()
  return (await server).url
}

/** The URL of a new, empty database on the one server. */
async function newDatabase(): Promise<string> {
  const url = await urlOfServer()
  const name = `contract_${process.pid}_${made.length}`
  made.push(name)
  await ask(url, `create database ${name}`)
  const own = new URL(url)
  own.pathname = name
  const offered = "select from pg_available_extensions where name = 'timescaledb'"
  if ((await ask(url, offered)).length > 0) await ask(own.href, 'create extension timescaledb')
  return own.href
}

describeStore('PostgreSQL', async () => {
  const store = await openStore({ url: await newDatabase() })
  return { store, remove: () => store.close() }
})

describeMigrations('postgres', async (work) => work(await newDatabase()))

test('control planes that start at once migrate once', async () => {
  const url = await newDatabase()
  const stores = await Promise.all([openStore({ url }), openStore({ url }), openStore({ url })])
  const [first, second, third] = stores
  await Promise.all(stores.map((store) => store.history.upsertPlays([samplePlay()])))
  const days = await first.history.dashboard.perDay({ from: 0, to: samplePlay().lastSeenAt })
  expect(days).toMatchObject([{ plays: 1 }])
  await Promise.all([first.close(), second.close(), third.close()])
})

test('a month that is over is dropped at once, but for a play that ran into the next', async () => {
  const url = await newDatabase()
  const store = await openStore({ url })
  const [june, july] = [Date.UTC(2026, 5), Date.UTC(2026, 6)]
  const at = (id: string, startedAt: number, endedAt: number) =>
    samplePlay({ id, startedAt, lastSeenAt: endedAt, endedAt, playedMs: null })
  const old = Array.from({ length: 6000 }, (_, n) => {
    const start = june + n * 400_000
    return at(`june ${n}`, start, start + 300_000)
  })
  const stay = [at('across', july - HOUR, july + HOUR), at('july', july + HOUR, july + 2 * HOUR)]
  await store.history.upsertPlays([...old, ...stay])
  const pages =
    "select pg_relation_size(c)::integer from to_regclass('play_rows_2026_06') as c where c is not null"
  const [size] = await ask(url, pages)
  expect(await store.history.prune(july)).toBe(6000)
  const left = await store.history.list({ sort: 'startedAt' })
  expect(left.rows.map(({ id }) => id)).toEqual(['across', 'july'])
  // Deletion alone would leave its pages. A hypertable has other names, and no size here.
  const [sizeLeft] = await ask(url, pages)
  if (size !== undefined) expect(sizeLeft).toEqual({ pg_relation_size: 8192 })
  expect(await store.history.dashboard.uniqueViewers({ from: july, to: july + HOUR })).toBe(1)
  expect(await store.history.prune(july + HOUR + 1)).toBe(1)
  await store.history.upsertPlays([at('late', july + 3 * HOUR, july + 4 * HOUR)])
  expect((await store.history.list({})).rows).toHaveLength(2)
  await store.close()
})

test('whatever day of a month plays begin on, what holds them ends with the month', async () => {
  const url = await newDatabase()
  const store = await openStore({ url })
  const [december, january] = [Date.UTC(2027, 11), Date.UTC(2028, 0)]
  const at = (startedAt: number) =>
    samplePlay({ id: `at ${startedAt}`, startedAt, lastSeenAt: startedAt + HOUR, endedAt: null })
  const begun = [3, 17, 30, 32, 55].map((day) => at(december + day * DAY))
  for (const play of [...begun, at(december), at(january)]) await store.history.upsertPlays([play])
  const query =
    'select tableoid::text as part, min(started_at)::float8 as first, max(started_at)::float8 as last from play_rows group by 1'
  const parts = (await ask(url, query)) as { first: number; last: number }[]
  expect(parts.length).toBeGreaterThan(1)
  for (const { first, last } of parts) expect(first >= january).toBe(last >= january)
  expect((await store.history.list({})).rows).toHaveLength(7)
  expect(await store.history.prune(january)).toBe(4)
  expect((await store.history.list({})).rows).toHaveLength(3)
  await store.close()
})

test('a play whose end lies in a far future keeps its own day alone in questions about later ones', async () => {
  const url = await newDatabase()
  const store = await openStore({ url })
  const now = Date.UTC(2026, 10, 29)
  const at = (id: string, startedAt: number, endedAt: number) =>
    samplePlay({ id, startedAt, lastSeenAt: endedAt, endedAt, playedMs: null })
  const years = Array.from({ length: 40 }, (_, n) => now - (n + 2) * 20 * DAY)
  await store.history.upsertPlays([
    at('far', now - 1000 * DAY, Date.UTC(2038, 0, 1)),
    at('hour ahead', now - DAY, now + HOUR),
    ...years.map((start, n) => at(`old ${n}`, start, start + HOUR)),
  ])
  const db = await openDatabase(url)
  const starts = await MONTHLY.startsOf(db, now)
  const [counted] = await db.query(`select count(*) as n from play_rows where ${starts}`)
  expect(Number(counted?.['n'])).toBe(2)
  expect(await store.history.dashboard.uniqueViewers({ from: now, to: now + HOUR })).toBe(1)
  expect(await store.history.dashboard.peak({ from: now, to: now + HOUR })).toMatchObject({
    streams: 2,
  })
  await db.close()
  await store.close()
})

test('quarters of an hour that are counted later come to the same as those counted as plays came', async () => {
  const start = Date.UTC(2026, 2, 20)
  const lengths = [0, 900_000, 5 * HOUR, DAY, 2 * DAY, 3 * DAY]
  const plays = Array.from({ length: 300 }, (_, n) => {
    const startedAt = start + ((n * 7_654_321) % (9 * DAY)) - (n % 7 === 0 ? n * DAY : 0)
    const lastSeenAt = startedAt + (lengths[n % lengths.length] ?? 0) + (n % 5)
    return samplePlay({
      id: `older ${n}`,
      account: `own:${n % 11}`,
      startedAt,
      lastSeenAt,
      endedAt: n % 4 === 0 ? null : lastSeenAt,
      playedMs: n % 3 === 0 ? null : lastSeenAt - startedAt,
      bytes: n * 1_000_003,
      reason: n % 13 === 0 ? 'session.unstarted' : 'session.closed',
    })
  })
  const told = async (store: Store, some: typeof plays): Promise<void> => {
    // Running first, so that what never played is taken back.
    await store.history.upsertPlays(some.map((play) => ({ ...play, endedAt: null, reason: null })))
    await store.history.upsertPlays(some)
  }
  const span = { from: start - 400 * DAY, to: start + 12 * DAY + 1 }
  const answers = async ({ history: { dashboard } }: Store) => [
    await dashboard.perDay(span, 'Asia/Kathmandu'),
    await dashboard.perHour(span, 'Europe/Berlin'),
  ]
  const totals = async (url: string) =>
    await ask(url, 'select * from quarters where plays + refusals + carried > 0 order by quarter')
  const [url, laterUrl] = [await newDatabase(), await newDatabase()]
  const store = await openStore({ url })
  let later = await openStore({ url: laterUrl })
  await told(store, plays)
  await told(later, plays.slice(0, 200))
  await ask(laterUrl, 'select count_quarters_anew()')
  for (let step = 0; step < 20; step += 1) expect(await later.history.countOlder()).toBe(true)
  await told(later, plays.slice(200))
  // Some of it is counted, the rest comes from single plays.
  expect(await answers(later)).toEqual(await answers(store))
  const share = async (): Promise<number> => (await later.history.olderCount())?.share ?? 1
  const shareBefore = await share()
  expect(shareBefore).toBeGreaterThan(0)
  expect(shareBefore).toBeLessThan(1)
  expect(await store.history.olderCount()).toBe(null)
  // Killed on the way, it goes on where it stood.
  const broken = later.history.countOlder().catch(() => null)
  await ask(laterUrl, END_OTHERS)
  await broken
  await later.close()
  later = await openStore({ url: laterUrl })
  expect(await share()).toBeGreaterThanOrEqual(shareBefore)
  let steps = 0
  while (steps < 1000 && (await later.history.countOlder())) steps += 1
  expect(steps).toBeLessThan(1000)
  expect(await share()).toBe(1)
  expect(await answers(later)).toEqual(await answers(store))
  expect(await totals(laterUrl)).toEqual(await totals(url))
  expect(await totals(url)).not.toHaveLength(0)
  await Promise.all([store.close(), later.close()])
})

test('the most plays at once are the same by quarters of an hour, counted in part, changed or forgotten since', async () => {
  const random = randomOf(11)
  const start = Date.UTC(2026, 3, 1)
  const quarter = 900_000
  const lengths = [0, 1, 20 * 60_000, quarter, 8 * quarter, 5 * HOUR, 30 * HOUR]
  const plays = Array.from({ length: 500 }, (_, n) => {
    const at = start + Math.floor(random() * 9 * DAY)
    const startedAt = n % 3 === 0 ? at - (at % quarter) : at
    const lastSeenAt = startedAt + (lengths[n % lengths.length] ?? 0)
    return samplePlay({
      id: `peak ${n}`,
      account: `own:${n % 50}`,
      startedAt,
      lastSeenAt,
      endedAt: n % 4 === 0 ? null : lastSeenAt,
      reason: n % 13 === 0 ? 'session.unstarted' : 'session.closed',
    })
  })
  const store = await openStore({ url: await newDatabase() })
  const { history } = store
  const agrees = async (known: readonly PlayRecord[], since = start - DAY): Promise<void> => {
    for (let n = 0; n < 40; n += 1) {
      const at = since + Math.floor(random() * (start + 9 * DAY - since))
      const from = n % 3 === 0 ? at - (at % quarter) : at
      const to = from + 1 + Math.floor(random() * (n % 2 === 0 ? 2 * quarter : 4 * DAY))
      expect(await history.dashboard.peak({ from, to })).toEqual(peak(known, from, to))
    }
  }
  const countAll = async (before: number): Promise<void> => {
    for (let step = 0; step < 20; step += 1) if (!(await history.countPeaks(before))) return
    throw new Error('the counting has no end')
  }
  const merged = async () => (await history.plays(plays)).filter(({ id }) => id !== 'long')
  await history.upsertPlays(plays)
  await agrees(plays)
  await countAll(start + 5 * DAY)
  await agrees(plays)
  const grown = plays
    .filter((_, n) => n % 20 === 0)
    .map((play) => ({ ...play, lastSeenAt: play.lastSeenAt + 3 * HOUR, endedAt: null }))
  await history.upsertPlays(grown)
  await agrees(await merged())
  await countAll(start + 20 * DAY)
  await agrees(await merged())
  const long = samplePlay({ id: 'long', startedAt: start + DAY, lastSeenAt: start + 5 * DAY })
  await history.upsertPlays([{ ...long, endedAt: null, playedMs: null }])
  await agrees(await history.plays([...plays, long]))
  await history.prune(start + 4 * DAY)
  await agrees(await history.plays([...plays, long]), start + 4 * DAY)
  await store.close()
}, 120_000)

test('more questions at once than connections are all answered, however long the others take', async () => {
  const db = await openDatabase(await newDatabase(), 64)
  // Longer than a server may take to accept a connection.
  const asked = Array.from({ length: 9 }, () => db.query('select pg_sleep(3.5)'))
  expect(await Promise.all(asked)).toHaveLength(9)
  await db.close()
})

test('a connection that breaks amid a transaction is an error of it alone', async () => {
  const url = await newDatabase()
  const db = await openDatabase(url)
  const broken = db.write(async (tx) => {
    await tx.query('select 1')
    await ask(url, END_OTHERS)
    await tx.query('select 1')
  })
  await expect(broken).rejects.toMatchObject({ code: 'store.unavailable' })
  const reading = async (): Promise<void> => {
    for await (const _ of db.batches('select generate_series(1, 100000)'))
      await ask(url, END_OTHERS)
  }
  await expect(reading()).rejects.toMatchObject({ code: 'store.unavailable' })
  expect(await db.query('select 1 as one')).toEqual([{ one: 1 }])
  await db.close()
})

test('a server that dies is an error with a code; when it is back, so is the store', async () => {
  const own = await startPostgres()
  const store = await openStore({ url: own.url })
  await store.history.upsertPlays([samplePlay()])
  await own.kill9()
  await expect(store.ping()).rejects.toMatchObject({ code: 'store.unavailable' })
  const write = store.history.upsertPlays([samplePlay({ id: 'lost' })])
  await expect(write).rejects.toMatchObject({ code: 'store.unavailable' })
  await expect(openStore({ url: own.url })).rejects.toMatchObject({ code: 'store.unavailable' })
  await store.close()
  await own.stop()
})
