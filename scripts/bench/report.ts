import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import { performance } from 'node:perf_hooks'
import { packageRoot } from '../../control/config/paths.ts'
import { findConcurrency } from '../../control/report/common/concurrency.ts'
import { analyse } from '../../control/report/compat/analysis/analysis.ts'
import { effectiveEnd, networkOf } from '../../control/report/compat/analysis/row.ts'
import type { TautulliRow } from '../../control/sources/tautulli/rows.ts'
import { positive, readOptions } from '../options.ts'
import { SAMPLES } from './detection/population.ts'
import { bundleMeasurement, bundleReport } from './report/bundle-report.ts'
import type { ReportTimes } from './report/one-report.ts'

const USAGE = `usage: npm run bench:report -- [--data DIR] [--accounts 600] [--rounds 4] [--against CHECKOUT]
DIR: a population, or a folder of them: history.json and geo.json, each or as .gz
CHECKOUT: another checkout, installed as well; both are bundled as programs are, and report the same answers in turn`

const values = readOptions(USAGE, {
  data: { type: 'string' },
  accounts: { type: 'string' },
  rounds: { type: 'string' },
  against: { type: 'string' },
})

const PLAYS = 10_000
const GOAL = 100

/** One busy account: a play each quarter of an hour on seven devices and five networks; the seed makes it repeatable. */
const makePlays = (count: number): TautulliRow[] => {
  let seed = 12_345
  const random = (below: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
    return Math.floor((seed / 2_147_483_648) * below)
  }
  return Array.from({ length: count }, (_, i) => {
    const started = 1_790_000_000 - i * 900 - random(600)
    const played = 300 + random(3600)
    return {
      row_id: count - i,
      started,
      stopped: started + played,
      play_duration: played,
      machine_id: `device-${random(7)}`,
      ip_address:
        ['192.168.1.5', '203.0.113.7', '198.51.100.20', '2001:db8::7', '192.0.2.9'][random(5)] ??
        '',
      platform: 'Android',
      player: 'Phone',
    }
  })
}

/** Compares every session with every later one. */
const searchAllPairs = (rows: readonly TautulliRow[]): { overlaps: number; pairs: number } => {
  let overlaps = 0
  const pairs = new Set<string>()
  for (const [i, a] of rows.entries()) {
    const end = effectiveEnd(a)
    for (let j = i + 1; j < rows.length; j++) {
      const b = rows[j]
      if (b === undefined || a.machine_id === b.machine_id || networkOf(a) === networkOf(b))
        continue
      if (!(Number(a.started) < effectiveEnd(b) && Number(b.started) < end)) continue
      overlaps += 1
      pairs.add([String(a.machine_id), String(b.machine_id)].sort().join('\n'))
    }
  }
  return { overlaps, pairs: pairs.size }
}

/** The same search on numbers made ready beforehand: the least an all-pairs search can cost. */
const searchPrepared = (rows: readonly TautulliRow[]): number => {
  const numbers = (texts: unknown[]): Int32Array => {
    const known = new Map<unknown, number>()
    return Int32Array.from(texts, (value) => {
      const id = known.get(value) ?? known.size
      known.set(value, id)
      return id
    })
  }
  const devices = numbers(rows.map((row) => row.machine_id))
  const networks = numbers(rows.map(networkOf))
  const starts = Float64Array.from(rows, (row) => Number(row.started))
  const ends = Float64Array.from(rows, effectiveEnd)
  let overlaps = 0
  for (let i = 0; i < rows.length; i++)
    for (let j = i + 1; j < rows.length; j++)
      if (
        devices[i] !== devices[j] &&
        networks[i] !== networks[j] &&
        (starts[i] ?? 0) < (ends[j] ?? 0) &&
        (starts[j] ?? 0) < (ends[i] ?? 0)
      )
        overlaps += 1
  return overlaps
}

const sweep = (rows: readonly TautulliRow[]): { overlaps: number; pairs: number } => {
  const found = findConcurrency(
    rows.map((row) => ({
      start: Number(row.started),
      end: effectiveEnd(row),
      device: row.machine_id,
      network: networkOf(row),
    })),
  )
  return { overlaps: found.overlaps, pairs: found.devicePairs.length }
}

const fastest = <R>(times: number, work: () => R): { ms: number; result: R } => {
  let best = Number.POSITIVE_INFINITY
  let result = work()
  for (let i = 0; i < times; i++) {
    const before = performance.now()
    result = work()
    best = Math.min(best, performance.now() - before)
  }
  return { ms: best, result }
}

const rows = makePlays(PLAYS)
const slow = fastest(2, () => searchAllPairs(rows))
const prepared = fastest(3, () => searchPrepared(rows))
const fast = fastest(20, () => sweep(rows))
const whole = fastest(10, () => analyse(rows, null))
if (
  prepared.result !== fast.result.overlaps ||
  slow.result.overlaps !== fast.result.overlaps ||
  slow.result.pairs !== fast.result.pairs
)
  throw new Error('the two searches disagree')

const ratio = slow.ms / fast.ms
console.log(`${PLAYS} plays of one account, ${fast.result.overlaps} overlapping pairs`)
console.log(`every pair compared   ${slow.ms.toFixed(1)} ms`)
console.log(
  `the same, prepared    ${prepared.ms.toFixed(1)} ms   ratio ${(prepared.ms / fast.ms).toFixed(0)}`,
)
console.log(
  `sweep over time       ${fast.ms.toFixed(2)} ms   ratio ${ratio.toFixed(0)} (goal ${GOAL})`,
)
console.log(
  `whole analysis        ${whole.ms.toFixed(2)} ms   ratio ${(slow.ms / whole.ms).toFixed(0)}`,
)

const accounts = positive(values.accounts, 600)
const rounds = Math.ceil(positive(values.rounds, 4))
const checkouts = [
  packageRoot(),
  ...(values.against === undefined ? [] : [resolve(values.against)]),
]

const measurement = await bundleMeasurement()

/** The times of whole reports of a bundle, in a process of its own. */
const timesOf = (bundle: string): ReportTimes => {
  const asked = [measurement, bundle, values.data ?? SAMPLES, String(accounts), String(rounds)]
  const { stdout, status } = spawnSync(process.execPath, asked, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (status !== 0) throw new Error(`${bundle} made no report`)
  // What it prints is typed where it is printed.
  return JSON.parse(stdout) as ReportTimes
}

const bundles = await Promise.all(checkouts.map(bundleReport))
// In turn and twice, since the machine's load changes.
const times = [...bundles, ...bundles].map(timesOf)
const best = (at: number, kind: 'spent' | 'waited', from: number): number =>
  Math.min(
    ...times
      .filter((_, i) => i % checkouts.length === at)
      .flatMap((t) => t[kind].slice(from, from === 0 ? 1 : undefined)),
  )
const shown = (kind: 'spent' | 'waited', from: number): string => {
  const [mine = 0, other] = checkouts.map((_, at) => best(at, kind, from))
  return `${mine} ms${other === undefined ? '' : `   the other checkout ${other} ms   ratio ${(mine / other).toFixed(2)}`}`
}
console.log(
  `whole report of ${times[0]?.accounts} accounts, ${times[0]?.plays} plays, ${times
    .slice(0, checkouts.length)
    .map((t) => t.flagged)
    .join(' and ')} flagged`,
)
console.log('  processor time of all threads')
console.log(`    the first of a process    ${shown('spent', 0)}`)
console.log(`    the fastest after it      ${shown('spent', 1)}`)
console.log('  time waited')
console.log(`    the first of a process    ${shown('waited', 0)}`)
console.log(`    the fastest after it      ${shown('waited', 1)}`)
process.exitCode = ratio >= GOAL ? 0 : 1
