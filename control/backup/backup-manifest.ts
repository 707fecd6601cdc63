import { createHash } from 'node:crypto'
import { createReadStream, readdirSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { readJson } from '#domain/read-json'

const manifestSchema = Type.Object({
  format: Type.Literal(1),
  version: Type.String(),
  /** Unix milliseconds. */
  at: Type.Integer(),
  engine: Type.Enum(['duckdb', 'postgres'] as const),
  state: Type.String(),
  database: Type.Union([Type.String(), Type.Null()]),
  config: Type.Union([Type.String(), Type.Null()]),
  files: Type.Array(
    Type.Object({ name: Type.String(), bytes: Type.Integer(), sha256: Type.String() }),
  ),
  outside: Type.Array(Type.String()),
})

/** A file of a backup. `name` is its path within the archive, `sha256` in hex. */
export interface BackupFile {
  readonly name: string
  readonly bytes: number
  readonly sha256: string
}

/** What a backup holds: `manifest.json` of the archive. */
export interface BackupManifest {
  readonly format: 1
  /** The release that made it. */
  readonly version: string
  /** Unix milliseconds. */
  readonly at: number
  /** Of PostgreSQL there is a dump in the archive, unless it was left out. */
  readonly engine: 'duckdb' | 'postgres'
  /** Where DuckDB's file was; `null` with PostgreSQL. */
  readonly database: string | null
  /** Where the state folder was. */
  readonly state: string
  /** Where the configuration was; `null` = none was known. */
  readonly config: string | null
  readonly files: readonly BackupFile[]
  /** Files the configuration names outside its own folder: not in the archive. */
  readonly outside: readonly string[]
}

/** Name of the manifest within the archive. */
export const MANIFEST = 'manifest.json'

/** Name of the database's copy: DuckDB's file, or what `pg_restore` takes. */
export const copyNameOf = (engine: BackupManifest['engine']): string =>
  engine === 'duckdb' ? 'gatehouse.duckdb' : 'gatehouse.pgdump'

/** SHA-256 of a file, hex; read piece by piece. */
const hashOf = async (file: string): Promise<string> => {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return hash.digest('hex')
}

/** Every regular file below a folder, with size and hash, in the order of the names; the manifest is left out. */
export const filesBelow = async (folder: string): Promise<BackupFile[]> => {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((name) => name !== MANIFEST)
    .sort()
  const files: BackupFile[] = []
  for (const name of paths) {
    const path = join(folder, name)
    files.push({ name, bytes: statSync(path).size, sha256: await hashOf(path) })
  }
  return files
}

/** Reads a manifest; `null` where it is none of a format this release knows. */
export const readBackupManifest = (text: string): BackupManifest | null =>
  readJson(text, (read): read is BackupManifest => Value.Check(manifestSchema, read))
