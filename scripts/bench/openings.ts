/** What an opening costs in this checkout and in another one, in turns, beside a bare Fastify route with one script. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { startChild } from '../../test/support/programs/child.ts'
import { until } from '../../test/support/programs/port.ts'
import { nginxOf } from '../../test/support/programs/processes.ts'
import { startRedis } from '../../test/support/programs/redis.ts'
import { startService, type TestService } from '../../test/support/programs/service.ts'
import { positive, readOptions } from '../options.ts'
import { OPENINGS_CONFIG } from './edge/openings.ts'
import { cpuOf, family, get, type LoadResult, run } from './load.ts'
import { profiled } from './profile.ts'

const USAGE =
  'usage: npm run bench:openings -- [--against DIR] [--count 6000] [--rounds 3] [--profile FILE]'
const values = readOptions(USAGE, {
  against: { type: 'string' },
  count: { type: 'string' },
  rounds: { type: 'string' },
  profile: { type: 'string' },
})
const count = positive(values.count, 6000)
const rounds = positive(values.rounds, 3)
const ALONE = 400
const AT_ONCE = 16

/** One thing that is measured, round by round. */
interface Case {
  readonly name: string
  readonly port: number
  readonly request: () => string
  /** Processes by what they are. */
  readonly pids: Readonly<Record<string, readonly number[]>>
  readonly stop: () => Promise<void>
}

/** The best of the rounds. */
interface Best {
  p50: number
  rate: number
  /** Processor time, µs an opening, by process; of the round that took least. */
  cpu: Record<string, number>
}

/** A viewer of his own for each opening: what was opened a moment ago is answered at the edge. */
const addressOf = (turn: number): string => `10.${turn >> 16}.${(turn >> 8) & 255}.${turn & 255}`

/** The first entry of the list. Without accounts each network counts by itself. */
const firstEntry = async (edge: string): Promise<string> => {
  const text = await (await fetch(`${edge}/playlist.m3u`)).text()
  const entry = /^https?:\/\/[^/]+(\/live\/\S+)$/m.exec(text)?.[1]
  if (entry === undefined) throw new Error('the playlist has no entry')
  return entry
}

const commandOf = (pid: number): string => readFileSync(`/proc/${pid}/cmdline`, 'latin1')

const startCase = async (name: string, root?: string): Promise<Case> => {
  const redis = await startRedis()
  const config = OPENINGS_CONFIG(redis.url)
  const service: TestService = await startService({
    config,
    ...(root === undefined ? {} : { root }),
  })
  const entry = await firstEntry(service.edge)
  const all = family(service.pid)
  const control = all.filter((pid) => commandOf(pid).includes('dist/server.js'))
  const nginx = family(nginxOf(service))
  const rest = all.filter((pid) => !control.includes(pid) && !nginx.includes(pid))
  let turn = 0
  return {
    name,
    port: Number(new URL(service.edge).port),
    request: () => get(entry, { 'X-Forwarded-For': addressOf(turn++) }),
    pids: { control, nginx, redis: [redis.pid], rest },
    async stop() {
      await service.stop()
      await redis.stop()
    },
  }
}

const startBare = async (): Promise<Case> => {
  const redis = await startRedis()
  const server = join(import.meta.dirname, 'edge/script-server.ts')
  const bare = startChild([process.execPath, '--import', 'tsx', server, redis.url], {
    env: { ...process.env, NODE_ENV: 'production' },
  })
  await until('the bare route', () => /^\d+\n/m.test(bare.output()), 20_000)
  return {
    name: 'bare route',
    port: Number.parseInt(bare.output(), 10),
    request: () => get('/open'),
    pids: { control: [bare.pid], redis: [redis.pid] },
    async stop() {
      await bare.stop()
      await redis.stop()
    },
  }
}

const median = (list: readonly number[]): number =>
  [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? Number.NaN
/** What an opening leaves to be done later is part of what it costs: its session ends unplayed after ten seconds, and history is written some seconds later. */
const AFTERWARDS_MS = 18_000
const sum = (list: readonly number[]): number => list.reduce((all, one) => all + one, 0)

const asked = async (it: Case, connections: number, times: number): Promise<LoadResult> => {
  const result = await run({ port: it.port, request: it.request, connections, count: times })
  if (result.status !== 302) throw new Error(`${it.name}: answered ${result.status}`)
  return result
}

const measure = async (it: Case, best: Best): Promise<void> => {
  best.p50 = Math.min(best.p50, median((await asked(it, 1, ALONE)).times))
  const names = Object.keys(it.pids)
  const cpu = (): number[] => names.map((name) => cpuOf(it.pids[name] ?? []))
  const before = cpu()
  const many = await asked(it, AT_ONCE, count)
  await setTimeout(AFTERWARDS_MS)
  const spent = cpu().map((ns, at) => (ns - (before[at] ?? 0)) / many.requests / 1000)
  best.rate = Math.max(best.rate, many.requests / many.seconds)
  if (sum(spent) < sum(Object.values(best.cpu)))
    best.cpu = Object.fromEntries(names.map((name, at) => [name, spent[at] ?? 0]))
}

const cases: Case[] = []
try {
  cases.push(await startCase('this checkout'))
  if (values.against !== undefined) cases.push(await startCase('the other', values.against))
  cases.push(await startBare())
  const bests = cases.map((): Best => ({ p50: Infinity, rate: 0, cpu: { all: Infinity } }))
  for (const it of cases) await asked(it, AT_ONCE, 1000)
  const [own] = cases
  const [control] = own?.pids['control'] ?? []
  if (values.profile !== undefined && own !== undefined && control !== undefined)
    await profiled(control, values.profile, async () => {
      await asked(own, AT_ONCE, count)
      await setTimeout(AFTERWARDS_MS)
    })
  for (let round = 0; round < rounds; round += 1)
    for (const [at, it] of cases.entries()) await measure(it, bests[at] as Best)
  for (const [at, { name }] of cases.entries()) {
    const { p50, rate, cpu } = bests[at] as Best
    const parts = Object.entries(cpu).map(([part, us]) => `${part} ${us.toFixed(0)}`)
    process.stdout.write(
      `${name}: p50 alone ${p50.toFixed(2)} ms, ${rate.toFixed(0)} a second, ${sum(Object.values(cpu)).toFixed(0)} µs of CPU (${parts.join(', ')})\n`,
    )
  }
} finally {
  for (const it of cases) await it.stop()
}
