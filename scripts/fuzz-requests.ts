/** Sends hostile requests to every listener of a running Gatehouse, and fails where one is answered as none may be. */
import { FLAT_MB, type FuzzReport, fuzz, memoryAtRest, total } from './fuzz/run.ts'
import { type Megabytes, startFuzzWorld } from './fuzz/world.ts'
import { positive, readOptions } from './options.ts'

const USAGE = `usage: npm run fuzz:requests -- [--minutes N] [--seed N] [--from INDEX] [--count N] [--at-once N]

Starts the demo and sends odd paths, headers, methods and bodies, whole, in pieces, cut off, behind each other and amid other protocols, to the edge (HTTP/1.1, HTTPS and HTTP/2), the hooks, the admin API, control's edge API and the edge's pushes.
No answer may be 5xx (but nginx's own 501 and 505) or missing, no process may start anew, and memory stays flat. What fails is printed with its
index: the same --seed with --from INDEX --count 1 sends it again.

  --minutes N   how long (default 1)
  --seed N      chooses the requests (default 1)
  --from INDEX  the first one (default 0)
  --count N     how many at most
  --at-once N   connections (default 8)`

const MOST_SHOWN = 20

const say = (text: string): void => void process.stdout.write(`${text}\n`)

const show = (report: FuzzReport, end: Megabytes): boolean => {
  for (const [listener, counts] of report.statuses) {
    const told = [...counts].sort(([a], [b]) => a - b).map(([status, n]) => `${status}: ${n}`)
    say(`${listener.padEnd(20)} ${told.join(', ')}`)
  }
  const { warmMb: warm } = report
  const grown = total(end) - total(warm)
  say(
    `${report.sent} requests; memory ${total(warm).toFixed(0)} MB warm, ${total(end).toFixed(0)} MB at the end`,
  )
  for (const [name, now] of Object.entries(end))
    say(`  ${name.padEnd(18)} ${(warm[name] ?? 0).toFixed(0)} MB, ${now.toFixed(0)} MB`)
  for (const { index, listener, status, request } of report.failures.slice(0, MOST_SHOWN))
    say(`FAILED index=${index} ${listener}: ${status}\n${JSON.stringify(request.slice(0, 2000))}`)
  if (report.failures.length > 0) say(`${report.failures.length} failed`)
  for (const name of report.restarted) say(`RESTARTED ${name}`)
  if (grown > FLAT_MB) say(`GROWN by ${grown.toFixed(0)} MB`)
  return report.failures.length === 0 && report.restarted.length === 0 && grown <= FLAT_MB
}

const main = async (): Promise<void> => {
  const text = { type: 'string' } as const
  const options = readOptions(USAGE, {
    minutes: text,
    seed: text,
    from: text,
    count: text,
    'at-once': text,
  })
  const minutes = positive(options.minutes, 1)
  const seed = positive(options.seed, 1)
  const from = options.from === undefined ? 0 : Number(options.from)
  const world = await startFuzzWorld()
  try {
    const report = await fuzz(world, {
      seed,
      from,
      count: positive(options.count, Number.MAX_SAFE_INTEGER),
      until: Date.now() + minutes * 60_000,
      atOnce: positive(options['at-once'], 8),
    })
    if (!show(report, await memoryAtRest(world, report.warmMb))) process.exitCode = 1
  } finally {
    await world.stop()
  }
}

await main()
