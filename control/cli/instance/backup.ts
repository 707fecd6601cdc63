import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { Command } from 'commander'
import { packBackup } from '../../backup/pack.ts'
import { restoreBackup } from '../../backup/restore.ts'
import type { LoadedConfig } from '../../config/load.ts'
import type { StatePaths } from '../../config/paths.ts'
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

const databaseOf = (loaded: LoadedConfig | null, { database }: StatePaths): string | null => {
  const url = loaded?.config.store.url ?? null
  if (url === null) return database
  return url.startsWith('postgres') ? null : resolve(url.replace(DUCKDB, ''))
}

/** Copies of what changes while an instance runs, taken by the control plane that has the files open. */
const runningSnapshot = async ({ adminSocket }: StatePaths): Promise<string> => {
  const answer = await askSocket(adminSocket, { method: 'POST', path: '/internal/snapshot' })
  const folder = isRow(answer) ? answer['folder'] : null
  if (typeof folder !== 'string') throw new CliError('the control plane gave no snapshot')
  return folder
}

/** The same copies of an instance that does not run. */
const restingSnapshot = async (paths: StatePaths, database: string | null): Promise<string> => {
  const folder = mkdtempSync(join(paths.state, '.snapshot-'))
  // The engine is loaded only where a file is opened.
  const { openDatabase } = await import('../../store/store.ts')
  if (existsSync(paths.redisFiles))
    cpSync(paths.redisFiles, join(folder, basename(paths.redisFiles)), { recursive: true })
  if (database !== null && existsSync(database)) {
    const open = await openDatabase(database)
    await open.copyTo(join(folder, basename(paths.database))).finally(() => open.close())
  }
  return folder
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`

const backup = async (file: string | undefined, options: GlobalOptions): Promise<void> => {
  const paths = pathsOf(options)
  if (!existsSync(paths.state)) throw new CliError(`${paths.state}: there is no such state folder`)
  const loaded = configOf(options)
  const at = Date.now()
  const stamp = new Date(at).toISOString().slice(0, 19).replaceAll(':', '')
  const archive = resolve(file ?? `gatehouse-${stamp}.tar.gz`)
  if (existsSync(archive)) throw new CliError(`${archive} is there already`)
  const database = databaseOf(loaded, paths)
  const snapshot = (await isControlRunning(paths.adminSocket))
    ? await runningSnapshot(paths)
    : await restingSnapshot(paths, database)
  const tree = mkdtempSync(join(paths.state, '.snapshot-'))
  try {
    const source = { paths, snapshot, database, config: loaded, version: versionOf(), at }
    const { manifest, bytes } = await packBackup(source, tree, archive)
    if (manifest.engine === 'postgres')
      warn('The database is PostgreSQL and not in the archive: back it up with pg_dump.')
    for (const path of manifest.outside) warn(`Not in the archive: ${path}`)
    const said = `${archive}: ${manifest.files.length} files, ${megabytes(bytes)}.`
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
    .action(backup)

/** `gatehouse restore`: an instance from an archive, on a machine that has none of its data. */
export const restoreCommand = (): Command =>
  withGlobals(
    new Command('restore').description(
      'put a backup back, into an empty state folder; start it with run afterwards',
    ),
  )
    .argument('<file>', 'the archive')
    .action(async (file: string, options: GlobalOptions) => {
      const { config = null, state = null } = options
      const target = { state, config: config === null ? null : resolve(config) }
      if (state !== null) mkdirSync(resolve(state), { recursive: true })
      const restored = await restoreBackup(resolve(file), target)
      if (options.json === true) return print(JSON.stringify(restored))
      for (const path of restored.kept) warn(`Left as it is: ${path}`)
      for (const path of restored.manifest.outside) warn(`Not in the archive: ${path}`)
      print(
        `Restored into ${restored.state}; the configuration is ${restored.config ?? 'unknown'}.`,
      )
    })
