import { parseArgs } from 'node:util'
import { Failure, reportAndExit, sentence } from '../control/runtime/failure.ts'
import { banner } from '../control/supervise/start/banner.ts'
import { type RunOptions, setUp } from '../control/supervise/start/options.ts'
import { supervise } from '../control/supervise/supervise.ts'

const HELP = `Usage: ./scripts/run [--config FILE | --home] [--state DIR] [--json] [--no-demo-history]

Starts Gatehouse in the foreground: Redis, the control plane and nginx, each fetched or built first where it is missing.
Without --config a demo starts: twelve channels, a media server, viewers from many countries, and 60 days of history, all invented.

  --config FILE  gatehouse.yaml
  --home         without a configuration: for media servers alone, which 'gatehouse servers add' names
  --no-demo-history
                 the demo without its history, its 200 accounts and their viewers
  --state DIR    folder for everything that is kept; one per instance (default: .state)
  --json         print one line of JSON when ready

Addresses come from the configuration or from the environment, GATEHOUSE_EDGE_LISTEN for one. Ctrl-C stops everything.
`

const report = (line: string) => void process.stderr.write(`${line}\n`)

async function main(): Promise<void> {
  const options = readOptions()
  const setup = setUp(options, process.env)
  const abort = new AbortController()
  const stopped = new Promise<void>((resolve) => {
    const end = () => {
      abort.abort()
      resolve()
    }
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, end)
    // Its terminal is gone, or the reader of its pipe.
    for (const stream of [process.stdout, process.stderr]) stream.on('error', end)
  })
  const service = await supervise(setup, report, abort.signal).catch((error: unknown) => {
    if (abort.signal.aborted) process.exit(0)
    throw error
  })
  process.on('SIGHUP', () => service.reload())
  process.stdout.write(
    options.json
      ? `${JSON.stringify(service.ready)}\n`
      : `${banner(service.ready, setup.paths.state)}\n`,
  )
  await stopped
  await service.stop()
  process.exit(0)
}

function readOptions(): RunOptions {
  const values = readArguments()
  if (values.help) {
    process.stdout.write(HELP)
    process.exit(0)
  }
  if (values.home && values.config !== undefined)
    reportAndExit(new Failure('--home starts without a configuration; leave --config out.'))
  const { config = null, state = null, json, home: isHome } = values
  return { config, state, json, isHome, withoutHistory: values['no-demo-history'] }
}

function readArguments() {
  try {
    return parseArgs({
      options: {
        config: { type: 'string' },
        state: { type: 'string' },
        home: { type: 'boolean', default: false },
        'no-demo-history': { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values
  } catch (error) {
    const what = sentence(error).split('. ')[0]
    return reportAndExit(new Failure(`${what}; see ./scripts/run --help.`))
  }
}

await main().catch(reportAndExit)
