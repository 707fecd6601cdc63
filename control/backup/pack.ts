import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import type { StatePaths } from '../config/paths.ts'
import { run } from '../runtime/exec.ts'
import { Failure } from '../runtime/failure.ts'
import { type BackupManifest, filesBelow, MANIFEST } from './backup-manifest.ts'
import { filesOfConfig, isBelow } from './config-files.ts'

/** The configuration of the instance that is backed up. */
export interface BackedUpConfig {
  readonly file: string
  readonly folder: string
  readonly config: object
}

/** What goes into an archive. */
export interface BackupSource {
  readonly paths: StatePaths
  /** Folder with the copies of what changes while an instance runs; files are added to it. */
  readonly snapshot: string
  /** Where DuckDB's file lies; `null` with PostgreSQL. */
  readonly database: string | null
  readonly config: BackedUpConfig | null
  readonly version: string
  /** Unix milliseconds. */
  readonly at: number
}

/** Folders of the archive: what belongs into the state folder, and what beside the configuration. */
export const STATE = 'state'
export const CONFIG = 'config'

const TRIES = 5

const copy = (from: string, to: string): void => {
  if (!existsSync(from)) return
  mkdirSync(dirname(to), { recursive: true, mode: 0o700 })
  // What a link leads to: certificates that are renewed lie behind one.
  cpSync(from, to, { recursive: true, dereference: true })
}

const namesIn = (folder: string): string =>
  existsSync(folder) ? readdirSync(folder).join('/') : ''

const isAway = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT'

/** Copies a folder in which new files take the place of others meanwhile: anew where one did under the copy. */
const copyMoving = (from: string, to: string, triesLeft = TRIES): void => {
  const before = namesIn(from)
  try {
    copy(from, to)
    if (namesIn(from) === before || triesLeft <= 1) return
  } catch (error) {
    if (!isAway(error) || triesLeft <= 1) throw error
  }
  rmSync(to, { recursive: true, force: true })
  copyMoving(from, to, triesLeft - 1)
}

/** Files of the state folder that change seldom and as a whole. */
const copyState = ({ paths, snapshot }: BackupSource, tree: string): void => {
  copy(snapshot, join(tree, STATE))
  for (const path of [paths.adminToken, paths.secretsKey])
    copy(path, join(tree, STATE, basename(path)))
  copyMoving(paths.playlists, join(tree, STATE, basename(paths.playlists)))
}

/** The configuration and the files it names below its own folder and the state folder; returns those it names elsewhere. */
const copyConfig = (source: BackupSource, tree: string): readonly string[] => {
  const { paths, config, database } = source
  if (config === null) return []
  const named = filesOfConfig(config.config, config.folder).filter((file) => file !== database)
  const outside: string[] = []
  for (const file of [config.file, ...named]) {
    if (isBelow(file, paths.state)) copy(file, join(tree, STATE, relative(paths.state, file)))
    else if (isBelow(file, config.folder))
      copy(file, join(tree, CONFIG, relative(config.folder, file)))
    else outside.push(file)
  }
  return outside
}

/**
 * Packs an instance into `archive`, readable by its owner alone; `tree` is an empty folder to put it together in. Throws a `Failure` where `tar` fails.
 * Size in bytes of the archive.
 */
export const packBackup = async (
  source: BackupSource,
  tree: string,
  archive: string,
): Promise<{ readonly manifest: BackupManifest; readonly bytes: number }> => {
  copyState(source, tree)
  const outside = copyConfig(source, tree)
  const manifest: BackupManifest = {
    format: 1,
    version: source.version,
    at: source.at,
    engine: source.database === null ? 'postgres' : 'duckdb',
    database: source.database,
    state: source.paths.state,
    config: source.config?.file ?? null,
    files: await filesBelow(tree),
    outside,
  }
  writeFileSync(join(tree, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`)
  writeFileSync(archive, '', { mode: 0o600 })
  chmodSync(archive, 0o600)
  const { code, stderr } = await run(['tar', '-czf', archive, '-C', tree, '.'])
  if (code !== 0) throw new Failure(`${archive} could not be written: ${stderr.trim()}`)
  return { manifest, bytes: statSync(archive).size }
}
