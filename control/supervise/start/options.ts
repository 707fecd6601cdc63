import { existsSync, writeFileSync } from 'node:fs'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { homeConfig } from '../../config/examples/home.ts'
import { type LoadedConfig, loadConfig } from '../../config/load.ts'
import { packageRoot, type StatePaths, statePaths } from '../../config/paths.ts'
import {
  DEMO_PLEX_TOKEN,
  DEMO_TOKEN_FILE,
  demoAddresses,
  demoConfig,
} from '../../demo/demo-config.ts'
import { Failure, isDiskFullMessage } from '../../runtime/failure.ts'
import { makeFolder } from './folders.ts'

/** Options of `run`. */
export interface RunOptions {
  readonly config: string | null
  readonly state: string | null
  readonly json: boolean
  /** Without a configuration, start for media servers instead of the demo. */
  readonly isHome?: boolean
  /** Whether the demo goes without a past of its own and viewers. */
  readonly withoutHistory?: boolean
}

/** The configuration of a run and its state folder. */
export interface Setup {
  readonly loaded: LoadedConfig
  readonly configFile: string
  readonly paths: StatePaths
  /** Whether the demo gets a past of its own and viewers: only where it runs on its own configuration. */
  readonly hasDemoHistory: boolean
}

/** The demo's configuration, in its state folder. */
const DEMO_FILE = 'demo.yaml'

/**
 * Reads the configuration; without one, writes the demo's into the state folder first. Throws a
 * `Failure` where the folder cannot be written, a `ConfigError` for an invalid configuration.
 */
export function setUp(options: RunOptions, environment: NodeJS.ProcessEnv): Setup {
  const demoState = resolve(options.state ?? join(packageRoot(), '.state'))
  if (options.config === null && options.isHome !== true) refuseToMixIn(demoState)
  const configFile =
    options.config === null
      ? writeOwn(demoState, environment, options.isHome === true)
      : resolve(options.config)
  const loaded = loadConfig(configFile, environment)
  const named = loaded.config.state
  const beside = named === null || isAbsolute(named) ? named : join(loaded.folder, named)
  const fallback = options.config === null ? demoState : join(dirname(configFile), '.state')
  const isDemo = options.config === null && options.isHome !== true
  const hasDemoHistory = isDemo && options.withoutHistory !== true
  const paths = statePaths(options.state ?? beside ?? fallback)
  if (!loaded.config.demo.enabled) refuseInvented(paths.state)
  return { loaded, configFile, paths, hasDemoHistory }
}

/** The demo would write accounts and plays among those of a service. */
function refuseToMixIn(state: string): void {
  if (existsSync(join(state, DEMO_FILE)) || !existsSync(statePaths(state).database)) return
  throw new Failure(
    `The state folder ${state} is a service's of your own; start the demo in another: --state DIR. To start your service name its --config.`,
  )
}

/** A service would have the demo's accounts, owner and plays among its own. */
function refuseInvented(state: string): void {
  const left = join(state, DEMO_FILE)
  if (!existsSync(left)) return
  throw new Failure(
    `The state folder ${state} has what the demo invented: accounts, an owner, plays. Remove the folder, or name another (--state DIR, or the setting \`state\`); to keep what is in it, remove ${left}.`,
  )
}

function writeOwn(state: string, environment: NodeJS.ProcessEnv, isHome: boolean): string {
  const file = join(state, isHome ? 'home.yaml' : DEMO_FILE)
  const addresses = demoAddresses(environment)
  const home = { servers: [], homeNetworks: [], admin: addresses.admin }
  try {
    makeFolder(state)
    // An existing file of a home is kept: the operator may have edited it.
    if (isHome && existsSync(file)) return file
    if (!isHome) writeFileSync(join(state, DEMO_TOKEN_FILE), `${DEMO_PLEX_TOKEN}\n`)
    writeFileSync(file, isHome ? homeConfig(home) : demoConfig(addresses))
  } catch (error) {
    if (isDiskFullMessage(String(error))) throw error
    throw new Failure(`The state folder ${state} cannot be written; choose another with --state.`)
  }
  return file
}
