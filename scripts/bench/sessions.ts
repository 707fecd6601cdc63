/**
 * Measures the cost of a live session from 1,000 to 100,000 sessions, and fails where it grows with
 * their number.
 */
import { setPriority } from 'node:os'
import { positive, readOptions } from '../options.ts'
import { banDelays } from './sessions/ban-delay.ts'
import { type CheckCost, measureChecks } from './sessions/check.ts'
import { countQuestions, questionsLine } from './sessions/questions.ts'
import { REPORT_SEC } from './sessions/sync-load.ts'
import { type Point, type Quantity, verdictLine } from './sessions/verdict.ts'
import { type Minute, type SessionsWorld, startWorld } from './sessions/world.ts'

const SIZES = '1000,10000,100000'
/**
 * A running session is published once a minute: a shorter measurement would see none or all of
 * them.
 */
const MEASURE_SEC = 60
const WARM_SEC = 65
const BANS = 60
const VIEWERS = { count: 30, sec: 10 }
/** Rates of a size that fewer of the due reports were sent for say nothing. */
const ENOUGH = 0.9
/** The load generator runs at a lower priority than what is measured. */
const NICE = 5

const USAGE = 'usage: npm run bench:sessions -- [--sizes 1000,10000,100000] [--sec 60] [--warm 65]'
const values = readOptions(USAGE, {
  sizes: { type: 'string', default: SIZES },
  sec: { type: 'string' },
  warm: { type: 'string' },
})
const sizes = values.sizes.split(',').map((size) => positive(size, 0))
const say = (text: string): void => void process.stderr.write(`${text}\n`)
const shown = (size: number): string => size.toLocaleString('en')
const rank = (list: readonly number[], share: number): string =>
  (list[Math.min(list.length - 1, Math.floor(list.length * share))] ?? Number.NaN).toFixed(0)

const PER = 10_000
const QUANTITIES = {
  edge: { name: 'edge memory per session', unit: ' B', per: 1, digits: 0 },
  redis: { name: 'Redis memory per session', unit: ' B', per: 1, digits: 0 },
  commands: { name: 'Redis commands/s per 10,000', unit: '', per: PER, digits: 0 },
  cpu: { name: 'control CPU per 10,000', unit: ' %', per: PER, digits: 1 },
  redisCpu: { name: 'Redis CPU per 10,000', unit: ' %', per: PER, digits: 1 },
  up: { name: 'sync up per session', unit: ' B/s', per: 1, digits: 2 },
  down: { name: 'sync down per session', unit: ' B/s', per: 1, digits: 2, negligible: 0.05 },
} as const satisfies Record<string, Quantity>

type Name = keyof typeof QUANTITIES
type Totals = Readonly<Record<Name, number>>

const NAMES: readonly Name[] = ['edge', 'redis', 'commands', 'cpu', 'redisCpu', 'up', 'down']
const measured: { readonly sessions: number; readonly totals: Totals }[] = []
const rows: string[][] = []
/** Sizes the machine was too busy for, with the share of the load that was sent. */
const tooBusy: string[] = []

/** Totals of a minute, as if every session had been reported each 20 s: a busy machine reports fewer. */
const totalsOf = (
  size: number,
  minute: Minute,
  memory: { edge: number; redis: number },
): Totals => {
  const fixed = measured[0]?.totals
  const due = (size * minute.seconds) / REPORT_SEC
  const share = size === 0 ? 1 : minute.sync.reports / due
  const whole = (name: Name, value: number): number => {
    const rest = fixed?.[name] ?? 0
    return rest + (value - rest) / share
  }
  const { sync, seconds } = minute
  return {
    ...memory,
    commands: whole('commands', minute.commands),
    cpu: whole('cpu', minute.cpu * 100),
    redisCpu: whole('redisCpu', minute.redisCpu * 100),
    up: whole('up', sync.upBytes / seconds),
    down: whole('down', sync.downBytes / seconds),
  }
}

const HEAD = [
  'sessions',
  'edge, B each',
  'Redis, B each',
  'Redis commands/s',
  'control CPU',
  'Redis CPU',
  'sync up / down, kB/s',
  'syncs/s',
  'sync p50 / p99, ms',
  'ban to 403 p50 / p99, ms',
  'dropped',
]

const rowOf = (size: number, totals: Totals, minute: Minute, bans: readonly number[]): string[] => {
  const { sync, seconds } = minute
  const each = (value: number): string => (size === 0 ? '' : (value / size).toFixed(0))
  return [
    shown(size),
    each(totals.edge),
    each(totals.redis),
    totals.commands.toFixed(0),
    `${totals.cpu.toFixed(1)} %`,
    `${totals.redisCpu.toFixed(1)} %`,
    `${(totals.up / 1000).toFixed(1)} / ${(totals.down / 1000).toFixed(1)}`,
    (sync.syncs / seconds).toFixed(1),
    `${rank(sync.times, 0.5)} / ${rank(sync.times, 0.99)}`,
    `${rank(bans, 0.5)} / ${rank(bans, 0.99)}`,
    String(sync.dropped),
  ]
}

const measure = async (world: SessionsWorld, size: number): Promise<void> => {
  say(`${shown(size)} sessions: loading …`)
  const refused = await world.grow(size)
  if (refused > 0) say(`  ${refused} were refused`)
  // A minute first, so that control and history have met every session.
  await world.play(positive(values.warm, WARM_SEC))
  say('  measuring …')
  const minute = await world.play(positive(values.sec, MEASURE_SEC))
  const totals = totalsOf(size, minute, await world.memory())
  const bans = await banDelays(world.service, world.account, BANS)
  measured.push({ sessions: size, totals })
  rows.push(rowOf(size, totals, minute, bans))
  const due = Math.max(1, (size * minute.seconds) / REPORT_SEC)
  say(`  ${HEAD.map((name, at) => `${name}: ${rows.at(-1)?.[at]}`).join('; ')}`)
  const sent = size === 0 ? 1 : minute.sync.reports / due
  say(`  of the reports due ${(100 * sent).toFixed(0)} % sent`)
  if (sent < ENOUGH) tooBusy.push(`${shown(size)} sessions: ${(100 * sent).toFixed(0)} %`)
}

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
const print = (text: string): void => void process.stdout.write(`${text}\n`)

const printTable = (head: readonly string[], body: readonly (readonly string[])[]): void => {
  print(line(head))
  print(line(head.map(() => '---')))
  for (const cells of body) print(line(cells))
}

const printChecks = (checks: readonly CheckCost[]): void => {
  printTable(
    ['sessions', 'edge, B each', 'Lua, B each', 'edge, µs a manifest', 'Lua, µs a manifest'],
    checks.map(({ sessions, bytes, luaBytes, micros, luaMicros }) => [
      shown(sessions),
      (bytes / sessions).toFixed(0),
      (luaBytes / sessions).toFixed(0),
      micros.toFixed(1),
      luaMicros.toFixed(1),
    ]),
  )
}

const world = await startWorld()
setPriority(NICE)
const questions: string[] = []
try {
  const count = async (): Promise<void> => {
    questions.push(questionsLine(await countQuestions(world.service, world.account.token, VIEWERS)))
    say(questions.at(-1) ?? '')
  }
  await count()
  for (const size of [0, ...sizes]) await measure(world, size)
  await count()
} finally {
  await world.stop()
}
say('the same check in OpenResty Lua …')
const checks = await measureChecks(sizes)
printTable(HEAD, rows)
print('')
for (const name of NAMES) {
  const points: Point[] = measured.map(({ sessions, totals }) => ({
    sessions,
    total: totals[name],
  }))
  const isRate = name !== 'edge' && name !== 'redis'
  if (isRate && tooBusy.length > 0) {
    print(`${QUANTITIES[name].name}: not judged, this machine was too busy to send the load`)
  } else print(verdictLine(QUANTITIES[name], points))
}
for (const text of tooBusy) print(`load sent for ${text}`)
for (const text of questions) print(text)
print('')
if (typeof checks === 'string') print(`OpenResty Lua: not available (${checks})`)
else printChecks(checks)
