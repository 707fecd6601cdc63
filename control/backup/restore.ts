import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { statePaths } from '../config/paths.ts'
import { run } from '../runtime/exec.ts'
import { Failure } from '../runtime/failure.ts'
import { restorePostgres } from '../store/databases/postgres-copy.ts'
import { archivedDatabase } from './archived-database.ts'
import {
  type BackupFile,
  type BackupManifest,
  copyNameOf,
  filesBelow,
  MANIFEST,
  readBackupManifest,
} from './backup-manifest.ts'
import { isBelow } from './config-files.ts'
import { CONFIG, STATE } from './pack.ts'

/** Where an instance is put back. */
export interface RestoreTarget {
  /** The state folder; `null` = where it was. */
  readonly state: string | null
  /** The configuration file; `null` = where it was. */
  readonly config: string | null
  /** The PostgreSQL database to fill; `null` = the one the archived configuration names. */
  readonly database: string | null
}

/** What was put back. */
export interface Restored {
  readonly manifest: BackupManifest
  readonly state: string
  readonly config: string | null
  /** Whether the database came back too: one of PostgreSQL may have been left out of the archive. */
  readonly hasDatabase: boolean
  /** Files that were there already, with other content: left as they are. */
  readonly kept: readonly string[]
}

const unpack = async (archive: string, into: string): Promise<BackupManifest> => {
  const { code, stderr } = await run(['tar', '-xzf', archive, '-C', into, '--no-same-owner'])
  const [why = ''] = stderr.trim().split('\n')
  if (code !== 0)
    throw new Failure(`${archive} is no backup, or a damaged one; it does not unpack (${why}).`)
  const file = join(into, MANIFEST)
  const manifest = existsSync(file) ? readBackupManifest(readFileSync(file, 'utf8')) : null
  if (manifest === null) throw new Failure(`${archive} is no backup that this release knows.`)
  const hashes = (files: readonly BackupFile[]) =>
    new Map(files.map(({ name, sha256 }) => [name, sha256]))
  const [found, listed] = [hashes(await filesBelow(into)), hashes(manifest.files)]
  // Missing, changed, or added.
  const damaged = [...new Set([...listed.keys(), ...found.keys()])].filter(
    (name) => found.get(name) !== listed.get(name),
  )
  if (damaged.length > 0) throw new Failure(`${archive} is damaged: ${damaged.join(', ')}.`)
  return manifest
}

/** Throws a `Failure` where there is data already that a restore would mix with. */
const requireEmpty = (state: string, database: string): void => {
  const { redisFiles, run: sockets } = statePaths(state)
  const found = [database, redisFiles, join(sockets, 'supervisor.pid')].find((it) => existsSync(it))
  if (found !== undefined)
    throw new Failure(
      `${found} is there already: an instance's data are not mixed. Name an empty folder with --state.`,
    )
}

/** Where DuckDB's file goes: below the new state folder where it was below the old one, else where it was. */
const databaseOf = ({ database, state: was }: BackupManifest, state: string): string => {
  if (database === null) return statePaths(state).database
  return isBelow(database, was) ? join(state, relative(was, database)) : database
}

/** Who owns the folder that something is put into; `null` where it was not there before. */
type Owner = { readonly uid: number; readonly gid: number } | null

/** What root puts into a folder belongs to the folder's owner: the service may run as another user. */
const giveTo = (owner: Owner, ...paths: readonly string[]): void => {
  if (owner === null || process.getuid?.() !== 0) return
  for (const path of paths) chownSync(path, owner.uid, owner.gid)
}

const putState = (tree: string, state: string, database: string): void => {
  const from = join(tree, STATE)
  const owner = statSync(state, { throwIfNoEntry: false }) ?? null
  mkdirSync(state, { recursive: true, mode: 0o755 })
  const stored = copyNameOf('duckdb')
  const names = existsSync(from) ? readdirSync(from) : []
  for (const name of names.filter((it) => it !== copyNameOf('postgres'))) {
    const target = name === stored ? database : join(state, name)
    mkdirSync(dirname(target), { recursive: true, mode: 0o700 })
    cpSync(join(from, name), target, { recursive: true })
    const below = statSync(target).isDirectory()
      ? readdirSync(target, { recursive: true, encoding: 'utf8' })
      : []
    giveTo(owner, target, ...below.map((it) => join(target, it)))
  }
}

const isSame = (one: string, other: string): boolean =>
  readFileSync(one).equals(readFileSync(other))

/** Copies files that are not there yet; returns those that are there with other content. */
const copyMissing = async (from: string, to: string): Promise<string[]> => {
  const kept: string[] = []
  const owner = statSync(to, { throwIfNoEntry: false }) ?? null
  for (const { name } of existsSync(from) ? await filesBelow(from) : []) {
    const target = join(to, name)
    mkdirSync(dirname(target), { recursive: true, mode: 0o755 })
    if (!existsSync(target)) {
      cpSync(join(from, name), target)
      giveTo(owner, target)
    } else if (!isSame(join(from, name), target)) kept.push(target)
  }
  return kept
}

/** The folder the configuration goes to, with the file under the name it had. */
const putConfig = async (
  tree: string,
  manifest: BackupManifest,
  wanted: string | null,
): Promise<{ config: string | null; kept: string[] }> => {
  const was = manifest.config
  if (was === null || isBelow(was, manifest.state)) return { config: was, kept: [] }
  const config = wanted ?? was
  const source = join(tree, CONFIG)
  if (basename(config) !== basename(was)) {
    cpSync(join(source, basename(was)), join(source, basename(config)))
    rmSync(join(source, basename(was)))
  }
  return { config, kept: await copyMissing(source, dirname(config)) }
}

/** Fills the PostgreSQL database from the archive, if that is the engine; whether the archive holds a database. */
const putDatabase = async (
  tree: string,
  manifest: BackupManifest,
  wanted: string | null,
): Promise<boolean> => {
  const copy = join(tree, STATE, copyNameOf(manifest.engine))
  if (!existsSync(copy)) return false
  if (manifest.engine === 'duckdb') return true
  await restorePostgres(wanted ?? archivedDatabase(tree, manifest), copy).catch((error) => {
    throw new Failure(`The database was not put back, and nothing else: ${error.message}.`)
  })
  return true
}

/**
 * Puts a backup back on a machine that has none of its data; files beside the configuration that are there already stay. Throws a `Failure` for a
 * damaged or foreign archive, and for a state folder with data in it.
 */
export const restoreBackup = async (archive: string, target: RestoreTarget): Promise<Restored> => {
  if (!existsSync(archive)) throw new Failure(`${archive}: there is no such file`)
  const beside = resolve(target.state === null ? dirname(archive) : dirname(target.state))
  mkdirSync(beside, { recursive: true })
  const tree = mkdtempSync(join(beside, '.restore-'))
  try {
    const manifest = await unpack(archive, tree)
    const state = resolve(target.state ?? manifest.state)
    const database = databaseOf(manifest, state)
    requireEmpty(state, database)
    const hasDatabase = await putDatabase(tree, manifest, target.database)
    putState(tree, state, database)
    const { config, kept } = await putConfig(tree, manifest, target.config)
    const isInState = config !== null && isBelow(config, manifest.state)
    const at = isInState ? join(state, relative(manifest.state, config)) : config
    return { manifest, state, config: at, hasDatabase, kept }
  } finally {
    rmSync(tree, { recursive: true, force: true })
  }
}
