import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { Command } from 'commander'
import { type LoadedConfig, loadConfig } from '../../config/load.ts'
import { packageRoot, type StatePaths, statePaths } from '../../config/paths.ts'
import { ConfigError } from '../../config/problems/problems.ts'

/** The options every command takes. */
export interface GlobalOptions {
  readonly config?: string
  readonly state?: string
  readonly json?: boolean
}

/** A failure in words; the command ends with exit code 2. */
export class CliError extends Error {
  readonly code = 'CLI'
}

/** Adds the options every command takes. */
export const withGlobals = (command: Command): Command =>
  command
    .option('--config <file>', 'configuration file')
    .option('--state <folder>', 'state folder of the instance')
    .option('--json', 'print JSON')

const demoState = (): string => join(packageRoot(), '.state')

/** The configuration of a service that runs from a clone: `gatehouse.yaml` there, where no demo has run. */
export const configOfClone = (root: string): string | null => {
  const file = join(root, 'gatehouse.yaml')
  return existsSync(file) && !existsSync(join(root, '.state', 'demo.yaml')) ? file : null
}

/**
 * The instance a command works with where no option names one: the installed command says so in its environment, else it is that
 * of the clone, or the demo.
 */
const ownInstance = (): { readonly config: string | null; readonly state: string } => {
  const { GATEHOUSE_CLI_CONFIG: config, GATEHOUSE_CLI_STATE: state } = process.env
  if (config || state) return { config: config || null, state: state || demoState() }
  return { config: configOfClone(packageRoot()), state: demoState() }
}

/** Whether the options name the instance of this command: by its configuration, its state folder, or not at all. */
const isOwn = ({ config, state }: GlobalOptions): boolean => {
  const own = ownInstance()
  return (
    (config === undefined || resolve(config) === own.config) &&
    (state === undefined || resolve(state) === own.state)
  )
}

/** Where a configuration says that its state is; `null` where it does not say, or cannot be read. */
const namedState = (file: string): string | null => {
  try {
    const { config, folder } = loadConfig(file, process.env)
    return config.state === null ? null : resolve(folder, config.state)
  } catch (error) {
    if (error instanceof ConfigError) return null
    throw error
  }
}

/**
 * The configuration file: the one named, that of the installed instance or of the clone, or that of the demo. Throws {@link CliError} where there
 * is none.
 */
export const configFileOf = (options: GlobalOptions): string => {
  if (options.config !== undefined) return resolve(options.config)
  const { config } = ownInstance()
  if (config !== null && isOwn(options)) return config
  const demo = join(resolve(options.state ?? demoState()), 'demo.yaml')
  if (existsSync(demo)) return demo
  throw new CliError(
    `no demo has run in ${dirname(demo)}; name the configuration with --config FILE, or the demo's folder with --state`,
  )
}

/** The configuration a command works with. Throws ConfigError. */
export const loadedConfig = (options: GlobalOptions): LoadedConfig =>
  loadConfig(configFileOf(options), process.env)

/**
 * Where the instance keeps its state: `--state`, the configuration's `state`, that of the installed instance, or `.state` beside
 * it. Throws {@link CliError} without a configuration file, `ConfigError` for an invalid one.
 */
export const pathsOf = (options: GlobalOptions): StatePaths => {
  if (options.state !== undefined) return statePaths(options.state)
  if (options.config === undefined) {
    const { config, state } = ownInstance()
    const isInstalled = Boolean(process.env['GATEHOUSE_CLI_STATE'])
    return statePaths((config === null || isInstalled ? null : namedState(config)) ?? state)
  }
  const { config, folder } = loadedConfig(options)
  if (config.state !== null) return statePaths(resolve(folder, config.state))
  if (isOwn(options)) return statePaths(ownInstance().state)
  return statePaths(join(dirname(configFileOf(options)), '.state'))
}
