import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../../config/paths.ts'
import { StoreError } from '../sql/errors.ts'
import { writeExclusively } from '../sql/exclusive.ts'
import type { Database } from '../sql/sql.ts'

/** One step forward of the database's schema. */
export interface Migration {
  readonly version: number
  readonly name: string
  readonly file: string
  readonly text: string
  readonly checksum: string
}

export interface MigrateOptions {
  /** Where the files are; the package's own by default. */
  readonly folder?: string
  /** Stop after this version: for tests of older databases. */
  readonly upTo?: number
}

const FILE = /^(\d{3})-([a-z0-9-]+?)(?:\.(duckdb|postgres))?\.sql$/

/** The migrations of one engine in order: shared files and the engine's own. */
export function readMigrations(
  dialect: 'duckdb' | 'postgres',
  folder = join(packageRoot(), 'control/store/migrations'),
): Migration[] {
  const migrations: Migration[] = []
  for (const file of readdirSync(folder).sort()) {
    const [, version, name, engine] = FILE.exec(file) ?? []
    if (version === undefined || name === undefined) continue
    if (engine !== undefined && engine !== dialect) continue
    const text = readFileSync(join(folder, file), 'utf8')
    const checksum = createHash('sha256').update(text).digest('hex')
    migrations.push({ version: Number(version), name, file, text, checksum })
  }
  return migrations.sort((a, b) => a.version - b.version)
}

/**
 * Brings the database to the newest version, each step in its own transaction; returns the version
 * reached. Throws a `StoreError` for a database that is newer than this program or was migrated by
 * other files.
 */
export async function migrate(db: Database, options: MigrateOptions = {}): Promise<number> {
  const migrations = readMigrations(db.dialect.name, options.folder)
  await writeExclusively(db, async (tx) => {
    await tx.query(
      'create table if not exists migrations (version bigint primary key, name text not null, checksum text not null, applied_at bigint not null)',
    )
  })
  const applied = await appliedOf(db)
  refuseForeign(migrations, applied)
  for (const migration of migrations) {
    if (applied.has(migration.version) || migration.version > (options.upTo ?? Infinity)) continue
    await apply(db, migration)
  }
  return Math.max(0, ...(await appliedOf(db)).keys())
}

async function appliedOf(db: Database): Promise<Map<number, string>> {
  const rows = await db.query('select version, checksum from migrations order by version')
  return new Map(rows.map((row) => [Number(row['version']), String(row['checksum'])]))
}

function refuseForeign(known: readonly Migration[], applied: ReadonlyMap<number, string>): void {
  const newest = known.at(-1)?.version ?? 0
  for (const [version, checksum] of applied) {
    const migration = known.find((candidate) => candidate.version === version)
    if (migration === undefined) {
      throw new StoreError(
        'store.newer',
        `the database has schema version ${version}, this program knows ${newest}: start the newer program, or restore an older database`,
      )
    }
    if (migration.checksum !== checksum) {
      throw new StoreError(
        'store.changed_migration',
        `migration ${version} (${migration.name}) differs from the one this database was made with`,
      )
    }
  }
}

async function apply(db: Database, migration: Migration): Promise<void> {
  await writeExclusively(db, async (tx) => {
    // Another control plane may have been faster while this one waited for the lock.
    const done = await tx.query('select 1 from migrations where version = $1', [migration.version])
    if (done.length > 0) return
    await tx.query(migration.text)
    await tx.query('insert into migrations values ($1, $2, $3, $4)', [
      migration.version,
      migration.name,
      migration.checksum,
      Date.now(),
    ])
  })
}
