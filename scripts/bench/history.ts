import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Store } from '../../control/store/store.ts'
import { openStore } from '../../control/store/store.ts'
import type { TestPostgres } from '../../test/support/programs/postgres.ts'
import { positive, readOptions } from '../options.ts'
import { fillBySql } from './history/fill.ts'
import { benchPlay, type Population, population } from './history/plays.ts'

const USAGE =
  'usage: npm run bench:history -- [--rows 2000000] [--duckdb FILE] [--postgres URL] [--filled]'
const BATCH = 20_000
const ROUNDS = 40
const DAY_MS = 86_400_000

/**
 * `npm run bench:history -- [--rows N]`: fills DuckDB and a PostgreSQL of its own with the same plays (most of them made by SQL), asks both
 * every dashboard question and drops the oldest months. `--duckdb` and `--postgres` name databases to use instead;
 * `--filled` asks them only, as an earlier run with as many rows has filled them.
 */
async function main(): Promise<void> {
  const values = readOptions(USAGE, {
    rows: { type: 'string' },
    duckdb: { type: 'string' },
    postgres: { type: 'string' },
    filled: { type: 'boolean' },
  })
  const rows = positive(values.rows, 2_000_000)
  if (!Number.isInteger(rows) || rows < 1) throw new Error('--rows takes a whole number above 0')
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-bench-'))
  const server = values.postgres === undefined ? await ownPostgres() : null
  try {
    const urls = [
      values.duckdb ?? `duckdb:${join(folder, 'bench.duckdb')}`,
      values.postgres ?? server?.url ?? '',
    ]
    await bench(urls, rows, values.filled === true)
  } finally {
    await server?.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function ownPostgres(): Promise<TestPostgres> {
  const { startPostgres } = await import('../../test/support/programs/postgres.ts')
  return await startPostgres()
}

async function bench(urls: readonly string[], rows: number, isFilled: boolean): Promise<void> {
  const people = population(rows)
  const stores: Store[] = []
  for (const url of urls) {
    const filled = isFilled ? null : await fillFirst(url, people)
    const store = await openStore({ url })
    stores.push(store)
    print(`\n## ${store.engine}, ${rows.toLocaleString('en')} sessions\n`)
    if (filled !== null) await reportFilling(store, people, filled)
  }
  print('\n| question | DuckDB p50 ms | p95 | PostgreSQL p50 ms | p95 | ratio of p50 | rows |')
  print('|---|---|---|---|---|---|---|')
  const asked = stores.map((store) => questions(store, people))
  for (const name of Object.keys(asked[0] ?? {})) {
    const asks = asked.flatMap((each) => each[name] ?? [])
    print(`| ${name} | ${await compare(asks)} |`)
  }
  print(`\nmemory of the process: ${(process.memoryUsage().rss / 1e6).toFixed(0)} MB`)
  for (const store of stores) {
    if (!isFilled) print(`${store.engine}: ${await dropMonth(store, people)}`)
    await store.close()
  }
}

/** Forgets the oldest month. */
async function dropMonth(store: Store, { from }: Population): Promise<string> {
  const began = performance.now()
  const gone = await store.history.prune(from + 31 * DAY_MS)
  return `${gone.toLocaleString('en')} plays of the oldest month forgotten in ${(performance.now() - began).toFixed(0)} ms`
}

/** Plays that the store writes itself, the newest; those before are made by the database. */
const WRITTEN = 20_000

const madeOf = ({ rows }: Population): number => Math.max(0, rows - WRITTEN)

async function fillFirst(url: string, people: Population): Promise<number> {
  const store = await openStore({ url })
  await store.close()
  return madeOf(people) > 0 ? await fillBySql(url, people, madeOf(people)) : 0
}

async function reportFilling(store: Store, people: Population, seconds: number): Promise<void> {
  const made = madeOf(people)
  const began = process.cpuUsage()
  const busy = await fill(store, people, made)
  const used = process.cpuUsage(began)
  const megabytes = (await store.size()) / 1e6
  const written = people.rows - made
  print(`- ${made.toLocaleString('en')} sessions made by SQL in ${seconds.toFixed(0)} s`)
  print(
    `- ingest of the rest: ${Math.round(written / busy).toLocaleString('en')} sessions/s (${busy.toFixed(0)} s;` +
      ` ${((used.user + used.system) / written).toFixed(0)} µs of this process's processor time a session, making it up included)`,
  )
  print(
    `- size: ${megabytes.toFixed(0)} MB, ${((megabytes * 1e6) / people.rows).toFixed(0)} bytes a session`,
  )
  print(`- batches of 500, new, told again, completed: ${await updates(store, people)}\n`)
}

async function fill(store: Store, people: Population, made: number): Promise<number> {
  let busyMs = 0
  for (let from = made; from < people.rows; from += BATCH) {
    const length = Math.min(BATCH, people.rows - from)
    const plays = Array.from({ length }, (_, index) => benchPlay(people, from + index))
    const began = performance.now()
    await store.history.upsertPlays(plays)
    busyMs += performance.now() - began
  }
  return busyMs / 1000
}

/** Writes as the historian does: a few hundred plays at a time. */
async function updates(store: Store, people: Population): Promise<string> {
  const times: number[][] = [[], [], []]
  for (let round = 0; round < 10; round += 1) {
    const base = people.rows + round * 500
    const plays = Array.from({ length: 500 }, (_, n) => ({
      ...benchPlay(people, base + n),
      endedAt: null,
    }))
    const ended = plays.map((play) => ({
      ...play,
      lastSeenAt: play.lastSeenAt + 1000,
      endedAt: play.lastSeenAt + 1000,
    }))
    for (const [step, batch] of [plays, plays, ended].entries()) {
      const began = performance.now()
      await store.history.upsertPlays(batch)
      times[step]?.push(performance.now() - began)
    }
  }
  return `${times.map((list) => `${percentile(list, 0.5)} ms`).join(', ')} (median)`
}

type Question = (round: number) => Promise<number>

function questions(store: Store, { to, from }: Population): Record<string, Question> {
  const { dashboard } = store.history
  const month = (round: number) => {
    const end = to - (round % 10) * DAY_MS
    return { from: end - 30 * DAY_MS, to: end }
  }
  const year = { from, to }
  const account = (round: number) => `own:${(round * 97) % 20_000}`
  return {
    now: async () => (await dashboard.now(to - 5 * 60_000)).length,
    'per user, 30 days': async (n) => (await dashboard.user(account(n), month(n))).recent.length,
    'per user, a year': async (n) => (await dashboard.user(account(n), year)).recent.length,
    'top channels, 30 days': async (n) => (await dashboard.topChannels(month(n))).length,
    'top channels, a year': async () => (await dashboard.topChannels(year)).length,
    'per day, a year': async () => (await dashboard.perDay(year)).length,
    'per country, 30 days': async (n) => (await dashboard.perCountry(month(n))).length,
    'per country, a year': async () => (await dashboard.perCountry(year)).length,
    'unique viewers, 30 days': (n) => dashboard.uniqueViewers(month(n)),
    'unique viewers, a year': () => dashboard.uniqueViewers(year),
    'top accounts, 30 days': async (n) => (await dashboard.topAccounts(month(n))).length,
    'map points, 30 days': async (n) => (await dashboard.mapPoints(month(n))).length,
    'map points, a year': async () => (await dashboard.mapPoints(year)).length,
    'newest plays, one page': async () =>
      (await store.history.list({ sort: 'startedAt', descending: true, limit: 50 })).rows.length,
    'plays of an account, 30 days (detectors)': async (n) => {
      const span = month(n)
      return (await store.history.playsOf(account(n), span.from, span.to)).length
    },
  }
}

/** Asks the stores in turn, so that other work of the machine weighs on both. */
async function compare(asks: readonly Question[]): Promise<string> {
  const asked = asks.map((ask): { ask: Question; times: number[] } => ({ ask, times: [] }))
  let rows = 0
  for (const ask of asks) rows = await ask(0)
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const { ask, times } of asked) {
      const began = performance.now()
      rows = await ask(round)
      times.push(performance.now() - began)
    }
  }
  const columns = asked.flatMap(({ times }) => [percentile(times, 0.5), percentile(times, 0.95)])
  const [duckdb, postgres] = asked.map(({ times }) => Number(percentile(times, 0.5)))
  const ratio = ((postgres ?? Number.NaN) / (duckdb ?? Number.NaN)).toFixed(2)
  return [...columns, ratio, rows].join(' | ')
}

function percentile(times: readonly number[], part: number): string {
  const sorted = times.toSorted((a, b) => a - b)
  const at = Math.min(sorted.length - 1, Math.ceil(sorted.length * part) - 1)
  return (sorted[Math.max(0, at)] ?? 0).toFixed(1)
}

const print = (line: string): void => void process.stdout.write(`${line}\n`)

await main()
