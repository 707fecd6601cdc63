import { cpus, loadavg } from 'node:os'
import { join, resolve } from 'node:path'
import { packageRoot } from '../../control/config/paths.ts'
import { withTempDir } from '../../test/support/temp-dir.ts'
import { positive, readOptions } from '../options.ts'
import { type StartTimes, timeStart } from './start/one-start.ts'

const USAGE = `Usage: npm run bench:start -- [--against CHECKOUT] [--runs N]

How long ./scripts/run takes to be ready where everything is installed and built: milliseconds from its call, and what it cost.

  --against CHECKOUT  another checkout, installed as well; both are started in turn
  --runs N            counted starts of each (5), after one that does not count
`

const ROWS: readonly (readonly [keyof StartTimes, string])[] = [
  ['claimed', 'configuration read'],
  ['redis', 'Redis listens'],
  ['origin', 'demo origin listens'],
  ['edgeApi', 'control serves edges'],
  ['adminApi', 'control serves commands'],
  ['nginx', 'nginx listens'],
  ['ready', 'ready'],
  ['processor', 'processor time'],
]

const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? 0)
    : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
}

const spread = (values: readonly number[]): string => {
  const shown = [median(values), Math.min(...values), Math.max(...values)].map(Math.round)
  return `${shown[0]} (${shown[1]}–${shown[2]})`
}

const values = readOptions(USAGE, { against: { type: 'string' }, runs: { type: 'string' } })
const runs = Math.ceil(positive(values.runs, 5))
const here = packageRoot()
const checkouts = values.against === undefined ? [here] : [here, resolve(values.against)]

const times = await withTempDir(async (folder) => {
  const all: StartTimes[][] = checkouts.map(() => [])
  for (let run = 0; run <= runs; run++) {
    for (const [at, checkout] of checkouts.entries()) {
      const one = await timeStart(checkout, join(folder, String(at)))
      if (run > 0) all[at]?.push(one)
    }
  }
  return all
})

const print = (cells: readonly string[]) =>
  process.stdout.write(`${cells.map((it) => it.padEnd(26)).join('')}\n`)

print(['median (least–most), ms', 'this checkout', ...(times[1] ? ['the other', 'ratio'] : [])])
const [own = [], other] = times
for (const [what, name] of ROWS) {
  const mine = own.map((it) => it[what])
  const theirs = other?.map((it) => it[what])
  const ratio = theirs && median(mine.map((value, at) => value / (theirs[at] ?? value)))
  print([name, spread(mine), ...(theirs ? [spread(theirs), (ratio ?? 0).toFixed(2)] : [])])
}
process.stdout.write(`${runs} starts each; ${cpus().length} processors, load ${loadavg()[0]}\n`)
