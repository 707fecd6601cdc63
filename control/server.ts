import { parseArgs } from 'node:util'
import { createApp } from './app.ts'
import { loadConfig } from './config/load.ts'
import { statePaths } from './config/paths.ts'
import { ConfigError } from './config/problems/problems.ts'
import { createLog } from './log.ts'

const USAGE = 'usage: node dist/server.js --config FILE --state FOLDER [--demo-history]'
const STOP_MS = 10_000

const fail = (message: string): never => {
  process.stderr.write(`${message}\n`)
  process.exit(2)
}

const main = async (): Promise<void> => {
  const { values } = parseArgs({
    options: {
      config: { type: 'string' },
      state: { type: 'string' },
      'demo-history': { type: 'boolean', default: false },
    },
  })
  if (values.config === undefined || values.state === undefined) return fail(USAGE)
  // State holds hashes, keys and addresses: files are the owner's alone; sockets are opened one by one.
  process.umask(0o077)
  const loaded = loadConfig(values.config, process.env)
  const log = createLog(loaded.config.log.level)
  const hasDemoHistory = values['demo-history'] && loaded.config.demo.enabled
  const app = await createApp({ loaded, paths: statePaths(values.state), log, hasDemoHistory })

  let isStopping = false
  const stop = (signal: string): void => {
    if (isStopping) return
    isStopping = true
    log.info(`${signal}: stopping`)
    // A hanging part must not keep the process from ending: the edge serves viewers meanwhile.
    setTimeout(() => process.exit(1), STOP_MS).unref()
    app.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'stopping failed')
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', () => stop('SIGTERM'))
  process.on('SIGINT', () => stop('SIGINT'))
  process.on('SIGHUP', () => {
    app.reload().then(
      () => log.info('configuration read again'),
      (error: unknown) => log.error(`configuration unchanged: ${String(error)}`),
    )
  })
}

main().catch((error: unknown) => {
  if (error instanceof ConfigError) fail(error.message)
  fail(`The control plane cannot start: ${error instanceof Error ? error.message : String(error)}`)
})
