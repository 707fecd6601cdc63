import { existsSync } from 'node:fs'
import { StoreError } from '../../store/sql/errors.ts'
import type { Store } from '../../store/store.ts'
import { CliError, type GlobalOptions, loadedConfig, pathsOf } from '../common/context.ts'

const DUCKDB = 'duckdb:'
const IN_USE = 'another process holds the history; end it first, or keep history in PostgreSQL'

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

/** Opens the store of an instance that does not run; it must exist. */
export const openInstanceStore = async (options: GlobalOptions): Promise<Store> => {
  const paths = pathsOf(options)
  const known = configured(options)
  // The database engines are loaded only by who needs them.
  const { storeUrl } = await import('../../compose/base/persistence.ts')
  const { openStore } = await import('../../store/store.ts')
  const url = known === null ? `${DUCKDB}${paths.database}` : storeUrl(known, paths)
  const file = url.startsWith(DUCKDB) ? url.slice(DUCKDB.length).replace(/^\/\/(?=\/)/, '') : null
  if (file !== null && !existsSync(file))
    throw new CliError(`there is no history at ${file}; name the instance with --state or --config`)
  return await openStore({ url }).catch((error: unknown): never => {
    throw isLocked(error) ? new CliError(IN_USE) : error
  })
}
