import { writeFileSync } from 'node:fs'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { type LoadedConfig, loadConfig } from '../../config/load.ts'
import { packageRoot, type StatePaths, statePaths } from '../../config/paths.ts'
import { demoAddresses, demoConfig } from '../../demo/demo-config.ts'
import { Failure, isDiskFullMessage } from '../../runtime/failure.ts'
import { makeFolder } from './folders.ts'

/** What `run` was asked to do. */
export interface RunOptions {
  readonly config: string | null
  readonly state: string | null
  readonly json: boolean
}

/** The configuration of a run and where its state lies. */
export interface Setup {
  readonly loaded: LoadedConfig
  readonly configFile: string
  readonly paths: StatePaths
}

/**
 * Reads the configuration; without one, writes the demo's into the state folder first. Throws a
 * `Failure` where the folder cannot be written, a `ConfigError` for an invalid configuration.
 */
export function setUp(options: RunOptions, environment: NodeJS.ProcessEnv): Setup {
  const demoState = resolve(options.state ?? join(packageRoot(), '.state'))
  const configFile =
    options.config === null ? writeDemo(demoState, environment) : resolve(options.config)
  const loaded = loadConfig(configFile, environment)
  const named = loaded.config.state
  const beside = named === null || isAbsolute(named) ? named : join(loaded.folder, named)
  const fallback = options.config === null ? demoState : join(dirname(configFile), '.state')
  return { loaded, configFile, paths: statePaths(options.state ?? beside ?? fallback) }
}

function writeDemo(state: string, environment: NodeJS.ProcessEnv): string {
  const file = join(state, 'demo.yaml')
  try {
    makeFolder(state)
    writeFileSync(file, demoConfig(demoAddresses(environment)))
  } catch (error) {
    if (isDiskFullMessage(String(error))) throw error
    throw new Failure(`The state folder ${state} cannot be written; choose another with --state.`)
  }
  return file
}
