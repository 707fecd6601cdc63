import { existsSync } from 'node:fs'
import type { OpenHistory } from '../report/run.ts'
import { StoreError } from '../store/errors.ts'
import { CliError, type GlobalOptions, loadedConfig, pathsOf } from './context.ts'

const DUCKDB = 'duckdb:'
const IN_USE =
  'the running control plane holds the history; stop it first, or keep history in PostgreSQL'

const isLocked = (error: unknown): boolean =>
  error instanceof StoreError && error.code === 'store.locked'

const configured = (options: GlobalOptions) => {
  try {
    return loadedConfig(options).config
  } catch (error) {
    // Without any configuration the state folder alone says where the history is.
    if (error instanceof CliError && options.config === undefined) return null
    throw error
  }
}

/** Opens the history of the instance the command line names, for reading; it must exist. */
export const openReportHistory: OpenHistory = async ({ config, state }) => {
  const options = { ...(config === null ? {} : { config }), ...(state === null ? {} : { state }) }
  const paths = pathsOf(options)
  const known = configured(options)
  // The database engines are loaded only by who needs them.
  const { storeUrl } = await import('../compose/persistence.ts')
  const { openStore } = await import('../store/store.ts')
  const url = known === null ? `${DUCKDB}${paths.database}` : storeUrl(known, paths)
  const file = url.startsWith(DUCKDB) ? url.slice(DUCKDB.length).replace(/^\/\/(?=\/)/, '') : null
  if (file !== null && !existsSync(file))
    throw new CliError(`there is no history at ${file}; name the instance with --state or --config`)
  const store = await openStore({ url }).catch((error: unknown): never => {
    throw isLocked(error) ? new CliError(IN_USE) : error
  })
  return {
    playsByAccount: (from, to) => store.history.playsByAccount(from, to),
    close: () => store.close(),
  }
}
