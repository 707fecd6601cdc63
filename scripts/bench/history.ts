import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Store } from '../../control/store/store.ts'
import { openStore } from '../../control/store/store.ts'
import { positive, readOptions } from '../options.ts'
import { benchPlay, type Population, population } from './history-plays.ts'

const USAGE =
  'usage: npm run bench:history -- [--rows 10000000] [--postgres-rows 500000] [--url URL [--filled]]'
const BATCH = 20_000
const ROUNDS = 40
const DAY_MS = 86_400_000

/**
 * `npm run bench:history -- [--rows N] [--url URL] [--filled]`: fills a store and asks every
 * dashboard question. `--filled` only asks a store that `--url` names and an earlier run has filled
 * with as many rows.
 */
async function main(): Promise<void> {
  const values = readOptions(USAGE, {
    rows: { type: 'string' },
    url: { type: 'string' },
    filled: { type: 'boolean' },
    'postgres-rows': { type: 'string' },
  })
  const rows = positive(values.rows, 10_000_000)
  if (!Number.isInteger(rows) || rows < 1) throw new Error('--rows takes a whole number above 0')
  if (values.url !== undefined) return bench(values.url, rows, values.filled)
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-bench-'))
  try {
    await bench(`duckdb:${join(folder, 'bench.duckdb')}`, rows)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  const few = positive(values['postgres-rows'], Math.max(1, Math.round(rows / 20)))
  if (few > 0) await benchPostgres(few)
}

async function benchPostgres(rows: number): Promise<void> {
  const { startPostgres } = await import('../../test/support/programs/postgres.ts')
  const server = await startPostgres()
  try {
    await bench(server.url, rows)
  } finally {
    await server.stop()
  }
}

async function bench(url: string, rows: number, isFilled = false): Promise<void> {
  const store = await openStore({ url })
  const people = population(rows)
  print(`\n## ${store.engine}, ${rows.toLocaleString('en')} sessions\n`)
  if (!isFilled) await reportFilling(store, people)
  print('| question | p50 ms | p95 ms | max ms | processor ms | rows |\n|---|---|---|---|---|---|')
  for (const [name, ask] of Object.entries(questions(store, people))) {
    print(`| ${name} | ${await measure(ask)} |`)
  }
  print(`\nmemory of the process: ${(process.memoryUsage().rss / 1e6).toFixed(0)} MB`)
  await store.close()
}

async function reportFilling(store: Store, people: Population): Promise<void> {
  const { rows } = people
  const began = process.cpuUsage()
  const seconds = await fill(store, people)
  const used = process.cpuUsage(began)
  const megabytes = (await store.size()) / 1e6
  const perPlay = (used.user + used.system) / rows
  print(
    `- ingest: ${Math.round(rows / seconds).toLocaleString('en')} sessions/s (${seconds.toFixed(0)} s;` +
      ` ${perPlay.toFixed(0)} µs of processor time a session, making it up included)`,
  )
  print(
    `- size: ${megabytes.toFixed(0)} MB, ${((megabytes * 1e6) / rows).toFixed(0)} bytes a session`,
  )
  print(`- batches of 500, new, told again, completed: ${await updates(store, people)}\n`)
}

async function fill(store: Store, people: Population): Promise<number> {
  let busyMs = 0
  for (let from = 0; from < people.rows; from += BATCH) {
    const length = Math.min(BATCH, people.rows - from)
    const plays = Array.from({ length }, (_, index) => benchPlay(people, from + index))
    const began = performance.now()
    await store.history.upsertPlays(plays)
    busyMs += performance.now() - began
    if (from % 1_000_000 === 0) {
      process.stderr.write(
        `${from.toLocaleString('en')} sessions, ${(busyMs / 1000).toFixed(0)} s\n`,
      )
    }
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

async function measure(ask: Question): Promise<string> {
  const times: number[] = []
  let rows = 0
  await ask(0)
  const before = process.cpuUsage()
  for (let round = 0; round < ROUNDS; round += 1) {
    const began = performance.now()
    rows = await ask(round)
    times.push(performance.now() - began)
  }
  const used = process.cpuUsage(before)
  const [p50, p95, max] = [0.5, 0.95, 1].map((part) => percentile(times, part))
  // On a machine with other work to do only this column can be compared.
  const processorMs = ((used.user + used.system) / 1000 / ROUNDS).toFixed(1)
  return [p50, p95, max, processorMs, rows].join(' | ')
}

function percentile(times: readonly number[], part: number): string {
  const sorted = times.toSorted((a, b) => a - b)
  const at = Math.min(sorted.length - 1, Math.ceil(sorted.length * part) - 1)
  return (sorted[Math.max(0, at)] ?? 0).toFixed(1)
}

const print = (line: string): void => void process.stdout.write(`${line}\n`)

await main()
