import { existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { storeUrl } from '../../config/store-url.ts'
import { defaultAsnFiles, defaultGeoFiles } from '../../geo/default-files.ts'
import type { WhereIs } from '../../migrate/plays/import-plays.ts'
import { StoreError } from '../../store/sql/errors.ts'
import type { Store } from '../../store/store.ts'
import { CliError, type GlobalOptions, loadedConfig, pathsOf } from '../common/context.ts'
import { warn } from '../common/output.ts'

const DUCKDB = 'duckdb:'
const IN_USE = 'another process holds the history; end it first, or keep history in PostgreSQL'

const isLocked = (error: unknown): boolean =>
  error instanceof StoreError && error.code === 'store.locked'

/** The configuration of the instance the command line names; `null` where only a state folder is known. */
export const instanceConfig = (options: GlobalOptions) => {
  try {
    return loadedConfig(options).config
  } catch (error) {
    // Without any configuration the state folder alone says where the history is.
    if (error instanceof CliError && options.config === undefined) return null
    throw error
  }
}

/** Opens the store of an instance that does not run; it must exist unless it is to be made. */
export const openInstanceStore = async (
  options: GlobalOptions,
  { create = false, memoryMb }: { readonly create?: boolean; readonly memoryMb?: number } = {},
): Promise<Store> => {
  const paths = pathsOf(options)
  const known = instanceConfig(options)
  // The database engines are loaded only where a store is opened.
  const { openStore } = await import('../../store/store.ts')
  const url = known === null ? `${DUCKDB}${paths.database}` : storeUrl(known, paths)
  const file = url.startsWith(DUCKDB) ? url.slice(DUCKDB.length).replace(/^\/\/(?=\/)/, '') : null
  if (file !== null && create) mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  else if (file !== null && !existsSync(file))
    throw new CliError(`there is no history at ${file}; name the instance with --state or --config`)
  return await openStore({ url, ...(memoryMb === undefined ? {} : { memoryMb }) }).catch(
    (error: unknown): never => {
      throw isLocked(error) ? new CliError(IN_USE) : error
    },
  )
}

const NO_FILES = { enabled: true, files: [], asn_files: [], cross_check_files: [] }

/** The geo files of the instance, or those that come along; none where they are switched off. */
const geoFilesOf = (options: GlobalOptions) => {
  const settings = instanceConfig(options)?.geo ?? NO_FILES
  if (!settings.enabled) return { files: [], asnFiles: [], crossCheckFiles: [] }
  const { files, asn_files: networks, cross_check_files: crossCheckFiles } = settings
  return {
    files: files.length > 0 ? files : defaultGeoFiles(),
    asnFiles: networks.length > 0 ? networks : defaultAsnFiles(),
    crossCheckFiles,
  }
}

/** Places by the instance's geo and ASN files, or by those that come along. */
export const openPlaces = async (
  options: GlobalOptions,
): Promise<{ readonly whereIs: WhereIs; close(): void }> => {
  const { createGeo } = await import('../../geo/geo.ts')
  const geo = await createGeo({
    ...geoFilesOf(options),
    onProblem: ({ path, reason }) => warn(`geo file ${path}: ${reason}`),
  })
  return {
    whereIs: (address) => {
      const network = geo.network(address)
      return { ...geo.place(address), asn: network?.asn ?? null, asnOrg: network?.org ?? null }
    },
    close: () => geo.stop(),
  }
}
