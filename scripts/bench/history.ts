import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Store } from '../../control/store/store.ts'
import { openStore } from '../../control/store/store.ts'
import type { TestPostgres } from '../../test/support/programs/postgres.ts'
import { positive, readOptions } from '../options.ts'
import { fillBySql } from './history/fill.ts'
import { benchPlay, type Population, population } from './history/plays.ts'
import { type Question, questions } from './history/questions.ts'

const USAGE =
  'usage: npm run bench:history -- [--rows 2000000] [--days 365] [--duckdb FILE] [--postgres URL] [--filled]'
const BATCH = 20_000
const ROUNDS = 40
/** A question that takes longer is asked less often. */
const LONGEST_MS = 20_000
const FEWEST_ROUNDS = 3
const DAY_MS = 86_400_000

/**
 * `npm run bench:history -- [--rows N]`: fills DuckDB and a PostgreSQL of its own with the same plays (most of them made by SQL), asks both
 * every dashboard question and drops the oldest month. `--days` puts the plays into fewer days than a year. `--duckdb` and `--postgres` name databases to use instead;
 * `--filled` asks them only, as an earlier run with as many rows has filled them.
 */
async function main(): Promise<void> {
  const values = readOptions(USAGE, {
    rows: { type: 'string' },
    days: { type: 'string' },
    duckdb: { type: 'string' },
    postgres: { type: 'string' },
    filled: { type: 'boolean' },
  })
  const rows = positive(values.rows, 2_000_000)
  if (!Number.isInteger(rows) || rows < 1) throw new Error('--rows takes a whole number above 0')
  const days = positive(values.days, 365)
  if (!Number.isInteger(days) || days > 365)
    throw new Error('--days takes a whole number from 1 to 365')
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-bench-'))
  const server = values.postgres === undefined ? await ownPostgres() : null
  try {
    const urls = [
      values.duckdb ?? `duckdb:${join(folder, 'bench.duckdb')}`,
      values.postgres ?? server?.url ?? '',
    ]
    await bench(urls, population(rows, days), values.filled === true)
  } finally {
    await server?.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function ownPostgres(): Promise<TestPostgres> {
  const { startPostgres } = await import('../../test/support/programs/postgres.ts')
  return await startPostgres()
}

async function bench(
  urls: readonly string[],
  people: Population,
  isFilled: boolean,
): Promise<void> {
  const stores: Store[] = []
  for (const url of urls) {
    const filled = isFilled ? null : await fillFirst(url, people)
    const store = await openStore({ url })
    stores.push(store)
    print(`\n## ${store.engine}, ${people.rows.toLocaleString('en')} sessions\n`)
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

/** Asks the stores in turn, so that other work of the machine weighs on both. */
async function compare(asks: readonly Question[]): Promise<string> {
  const asked = asks.map((ask): { ask: Question; times: number[] } => ({ ask, times: [] }))
  let rows = 0
  for (const ask of asks) rows = await ask(0)
  const asking = performance.now()
  for (let round = 0; round < ROUNDS; round += 1) {
    if (round >= FEWEST_ROUNDS && performance.now() - asking > LONGEST_MS) break
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
