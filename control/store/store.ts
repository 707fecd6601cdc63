import { resolve } from 'node:path'
import { openDuckdb } from './databases/duckdb.ts'
import type { MigrateOptions } from './databases/migrate.ts'
import { migrate } from './databases/migrate.ts'
import { openPostgres } from './databases/postgres.ts'
import { rememberReads } from './databases/remember-reads.ts'
import { countKindsOnce } from './history/counting/count-kinds.ts'
import type { History } from './history/history.ts'
import { createHistory } from './history/history.ts'
import { createKnownAccounts } from './history/known-accounts.ts'
import { countAnewOnce } from './history/rebuild-roll-ups.ts'
import { StoreError } from './sql/errors.ts'
import type { Database } from './sql/sql.ts'
import { createTables } from './tables/create-tables.ts'
import type { Tables } from './tables/stores.ts'

/** Persistent storage. */
export interface Store extends Tables {
  readonly engine: 'duckdb' | 'postgres'
  readonly history: History
  /**
   * Several changes in one transaction: use the tables passed in, since the store's own would wait
   * for ever.
   */
  atomically<T>(work: (nouns: Tables) => Promise<T>): Promise<T>
  /** Answers within the time a health check has, or throws. */
  ping(): Promise<void>
  /** Bytes on disk. */
  size(): Promise<number>
  /** Writes the database as of now into a new file: DuckDB a database, PostgreSQL what `pg_restore` takes. Throws a `StoreError`. */
  copyTo(file: string): Promise<void>
  close(): Promise<void>
}

export interface StoreOptions {
  /** `duckdb:/path/file.duckdb`, a bare path, or `postgres://…`. */
  readonly url: string
  readonly migrations?: MigrateOptions
  /** Most memory the embedded engine takes, in MB; 512 where left out. */
  readonly memoryMb?: number
}

/**
 * Opens the database, migrates its schema, and returns the tables. Throws a `StoreError` for a bad
 * URL, an unreachable database or a newer schema.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const opened = await openDatabase(options.url, options.memoryMb)
  try {
    await migrate(opened, options.migrations)
    if (options.migrations?.upTo === undefined) {
      await countAnewOnce(opened)
      await countKindsOnce(opened)
    }
  } catch (error) {
    await opened.close()
    throw error
  }
  const isAlone = opened.dialect.exclusive === null
  const db = isAlone ? rememberReads(opened) : opened
  const select = 'select distinct account from findings'
  const accused = isAlone ? createKnownAccounts(db, select) : null
  return {
    ...createTables(db, accused),
    engine: db.dialect.name,
    history: createHistory(db),
    atomically: (work) => db.write((tx) => work(createTables(tx, accused))),
    async ping() {
      await db.query('select 1 as one')
    },
    size: () => db.size(),
    copyTo: (file) => db.copyTo(file),
    close: () => db.close(),
  }
}

/** Opens the engine a URL names, without migrating. */
export function openDatabase(url: string, memoryMb?: number): Promise<Database> {
  if (/^postgres(ql)?:/.test(url)) return openPostgres(url)
  const path = url.replace(/^duckdb:(\/\/)?/, '')
  if (path === '' || /^[a-z]{2,}:/.test(path)) {
    const message = 'store.url must be duckdb:/path/file, a path, or postgres://…'
    return Promise.reject(new StoreError('store.url', message))
  }
  return openDuckdb(resolve(path), memoryMb)
}
