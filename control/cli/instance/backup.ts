import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { Command } from 'commander'
import { copyNameOf } from '../../backup/backup-manifest.ts'
import { packBackup } from '../../backup/pack.ts'
import { restoreBackup } from '../../backup/restore.ts'
import { type LoadedConfig, loadConfig } from '../../config/load.ts'
import type { StatePaths } from '../../config/paths.ts'
import { storeUrl } from '../../config/store-url.ts'
import { versionOf } from '../../config/version.ts'
import { askSocket } from '../common/admin-client.ts'
import {
  CliError,
  type GlobalOptions,
  loadedConfig,
  pathsOf,
  withGlobals,
} from '../common/context.ts'
import { isRow, print, warn } from '../common/output.ts'
import { isControlRunning } from '../detection/running-history.ts'

/** As long as a copy of a large database may take: an hour. */
const LONGEST_MS = 3_600_000

const DUCKDB = /^duckdb:(?:\/\/)?(?=\/)/

/** The configuration the command names, or the demo's; `null` where there is only a state folder. */
const configOf = (options: GlobalOptions): LoadedConfig | null => {
  try {
    return loadedConfig(options)
  } catch (error) {
    if (error instanceof CliError && options.config === undefined) return null
    throw error
  }
}

/** Where DuckDB's file is; `null` with PostgreSQL. */
const databaseOf = (loaded: LoadedConfig | null, { database }: StatePaths): string | null => {
  const url = loaded?.config.store.url ?? null
  if (url === null) return database
  return url.startsWith('postgres') ? null : resolve(url.replace(DUCKDB, ''))
}

/** Copies of what changes while an instance runs, taken by the control plane that has the files open. */
const runningSnapshot = async (
  { adminSocket }: StatePaths,
  withDatabase: boolean,
): Promise<{ folder: string; config: string | null }> => {
  const path = `/internal/snapshot?database=${withDatabase ? 'yes' : 'no'}`
  const answer = await askSocket(adminSocket, { method: 'POST', path, longestMs: LONGEST_MS })
  const { folder, config } = isRow(answer) ? answer : {}
  if (typeof folder !== 'string') throw new CliError('the control plane gave no snapshot')
  return { folder, config: typeof config === 'string' ? config : null }
}

/** The same copies of an instance that does not run. */
const restingSnapshot = async (
  paths: StatePaths,
  loaded: LoadedConfig | null,
  withDatabase: boolean,
): Promise<string> => {
  const folder = mkdtempSync(join(paths.state, '.snapshot-'))
  if (existsSync(paths.redisFiles))
    cpSync(paths.redisFiles, join(folder, basename(paths.redisFiles)), { recursive: true })
  const file = databaseOf(loaded, paths)
  if (!withDatabase || (file !== null && !existsSync(file))) return folder
  // The engine is loaded only where a database is opened.
  const { openDatabase } = await import('../../store/store.ts')
  const open = await openDatabase(loaded === null ? paths.database : storeUrl(loaded.config, paths))
  const name = copyNameOf(file === null ? 'postgres' : 'duckdb')
  await open.copyTo(join(folder, name)).finally(() => open.close())
  return folder
}

const sizeOf = (bytes: number): string =>
  bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`

interface BackupOptions extends GlobalOptions {
  readonly database: boolean
}

/** Copies of what changes, and the configuration, which a running instance names where no option does. */
const snapshotOf = async (paths: StatePaths, options: BackupOptions) => {
  const named = configOf(options)
  if (!(await isControlRunning(paths.adminSocket)))
    return { folder: await restingSnapshot(paths, named, options.database), loaded: named }
  const { folder, config } = await runningSnapshot(paths, options.database)
  return { folder, loaded: config === null ? named : loadConfig(config, process.env) }
}

const backup = async (file: string | undefined, options: BackupOptions): Promise<void> => {
  const paths = pathsOf(options)
  if (!existsSync(paths.state)) throw new CliError(`${paths.state}: there is no such state folder`)
  const at = Date.now()
  const stamp = new Date(at).toISOString().slice(0, 19).replaceAll(':', '')
  const archive = resolve(file ?? `gatehouse-${stamp}.tar.gz`)
  if (existsSync(archive)) throw new CliError(`${archive} is there already`)
  if (!existsSync(dirname(archive)))
    throw new CliError(`${dirname(archive)}: there is no such folder; make it, or name another`)
  const { folder: snapshot, loaded } = await snapshotOf(paths, options)
  const tree = mkdtempSync(join(paths.state, '.snapshot-'))
  try {
    const database = databaseOf(loaded, paths)
    const source = { paths, snapshot, database, config: loaded, version: versionOf(), at }
    const { manifest, bytes } = await packBackup(source, tree, archive)
    if (!options.database) warn('Not in the archive: the database.')
    for (const path of manifest.outside) warn(`Not in the archive: ${path}`)
    const said = `${archive}: ${manifest.files.length} files, ${sizeOf(bytes)}.`
    print(options.json === true ? JSON.stringify({ archive, bytes, ...manifest }) : said)
  } finally {
    for (const folder of [snapshot, tree]) rmSync(folder, { recursive: true, force: true })
  }
}

/** `gatehouse backup`: the whole instance in one archive, while it runs. */
export const backupCommand = (): Command =>
  withGlobals(
    new Command('backup').description(
      'pack accounts, keys, history, findings, what Redis holds and the configuration into one archive, while everything runs',
    ),
  )
    .argument('[file]', 'the archive to write; it holds secrets and is made for its owner alone')
    .option(
      '--no-database',
      'leave the database out: one of PostgreSQL may have a backup of its own',
    )
    .action(backup)

interface RestoreOptions extends GlobalOptions {
  readonly database?: string
}

/** `gatehouse restore`: an instance from an archive, on a machine that has none of its data. */
export const restoreCommand = (): Command =>
  withGlobals(
    new Command('restore').description(
      'put a backup back, into an empty state folder; start it with run afterwards',
    ),
  )
    .argument('<file>', 'the archive')
    .option(
      '--database <url>',
      'the empty PostgreSQL database to fill, in place of the one that the configuration names',
    )
    .action(async (file: string, options: RestoreOptions) => {
      const { config = null, state = null, database = null } = options
      const target = { state, config: config === null ? null : resolve(config), database }
      if (state !== null) mkdirSync(resolve(state), { recursive: true })
      const restored = await restoreBackup(resolve(file), target)
      if (options.json === true) return print(JSON.stringify(restored))
      for (const path of restored.kept) warn(`Left as it is: ${path}`)
      for (const path of restored.manifest.outside) warn(`Not in the archive: ${path}`)
      if (!restored.hasDatabase)
        warn('Not in the archive: the database; bring it back before you start.')
      else if (database !== null)
        warn('Name this database in store.url of the configuration before you start.')
      print(
        `Restored into ${restored.state}; the configuration is ${restored.config ?? 'unknown'}.`,
      )
    })
