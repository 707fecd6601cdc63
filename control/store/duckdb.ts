import { chmodSync, existsSync, mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { DuckDBDataChunk, DuckDBInstance } from '@duckdb/node-api'
import { duckdbType, fromDuckdb, toDuckdb, toDuckdbColumn } from './duckdb-values.ts'
import { messageOf, StoreError } from './errors.ts'
import type { Column, Database, Dialect, Sql, SqlParam, SqlRow, SqlValue } from './sql.ts'
import { createWriteQueue } from './write-queue.ts'

const CHUNK = 2048
const READERS = 2

const DIALECT: Dialect = {
  name: 'duckdb',
  binaryCollation: '',
  // The inner scan reads one column of integers; only then are whole rows fetched.
  playsByKey: 'rowid in (select rowid from plays where key in (select unnest($1::bigint[])))',
  lockHistory: null,
}

/** Opens the embedded database file, made with mode 0600 when missing. One process at a time. */
export async function openDuckdb(path: string): Promise<Database> {
  const engine = new DuckdbEngine(path)
  await engine.open()
  return engine
}

class DuckdbEngine implements Database {
  readonly dialect = DIALECT
  readonly #path: string
  readonly #queue = createWriteQueue()
  #instance: DuckDBInstance | null = null
  #writer: DuckDBConnection | null = null
  #readers: DuckDBConnection[] = []
  #turn = 0

  constructor(path: string) {
    this.#path = path
  }

  async open(): Promise<void> {
    const folder = dirname(this.#path)
    if (!existsSync(folder)) mkdirSync(folder, { recursive: true, mode: 0o700 })
    this.#instance = await openInstance(this.#path)
    chmodSync(this.#path, 0o600)
    this.#writer = await this.#instance.connect()
    this.#readers = await Promise.all(Array.from({ length: READERS }, () => this.#live().connect()))
  }

  async query(text: string, params: readonly SqlParam[] = []): Promise<SqlRow[]> {
    await this.#reopenIfBroken()
    this.#turn = (this.#turn + 1) % READERS
    const reader = this.#readers[this.#turn] as DuckDBConnection
    return this.#guard(() => queryOn(reader, text, params))
  }

  async *batches(text: string, params: readonly SqlParam[] = []): AsyncIterable<SqlRow[]> {
    await this.#reopenIfBroken()
    const connection = await this.#live().connect()
    try {
      const result = await connection.stream(text, params.map(toDuckdb))
      for await (const rows of result.yieldRowObjectJs()) {
        if (rows.length > 0) yield rows.map(fromDuckdb)
      }
    } finally {
      connection.closeSync()
    }
  }

  insert(): Promise<void> {
    return Promise.reject(new StoreError('store.query', 'insert outside a transaction'))
  }

  write<T>(work: (tx: Sql) => Promise<T>): Promise<T> {
    return this.#queue.run(() => this.#guard(() => this.#transaction(work)))
  }

  async script(tx: Sql, text: string): Promise<void> {
    await tx.query(text)
  }

  async size(): Promise<number> {
    const files = [this.#path, `${this.#path}.wal`].filter(existsSync)
    return files.reduce((sum, file) => sum + statSync(file).size, 0)
  }

  async close(): Promise<void> {
    await this.#queue.idle()
    this.#release()
  }

  async #transaction<T>(work: (tx: Sql) => Promise<T>): Promise<T> {
    await this.#reopenIfBroken()
    const connection = this.#writer as DuckDBConnection
    await connection.run('begin')
    try {
      const result = await work(transactionOn(connection))
      await connection.run('commit')
      return result
    } catch (error) {
      // A failed commit has already rolled back; there is nothing more to undo then.
      await connection.run('rollback').catch(() => undefined)
      throw error
    }
  }

  async #guard<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      const message = messageOf(error)
      // The engine refuses everything after an I/O failure, until the file is opened anew.
      if (/invalidated|^FATAL/.test(message)) this.#release()
      throw clearer(error, message)
    }
  }

  async #reopenIfBroken(): Promise<void> {
    if (this.#instance === null) await this.open()
  }

  #live(): DuckDBInstance {
    if (this.#instance === null) throw new StoreError('store.unavailable', 'the store is closed')
    return this.#instance
  }

  #release(): void {
    for (const connection of [...this.#readers, this.#writer]) connection?.closeSync()
    this.#instance?.closeSync()
    this.#instance = null
    this.#writer = null
    this.#readers = []
  }
}

async function openInstance(path: string): Promise<DuckDBInstance> {
  try {
    return await DuckDBInstance.create(path, { memory_limit: '1GB', threads: '2' })
  } catch (error) {
    const message = messageOf(error)
    if (/lock/i.test(message)) {
      throw new StoreError('store.locked', `${path} is in use by another process`)
    }
    throw new StoreError('store.unavailable', `cannot open ${path}: ${firstLine(message)}`)
  }
}

const queryOn = async (
  connection: DuckDBConnection,
  text: string,
  params: readonly SqlParam[],
): Promise<SqlRow[]> => {
  const values = params.length > 0 ? params.map(toDuckdb) : undefined
  const result = await connection.run(text, values)
  return (await result.getRowObjectsJS()).map(fromDuckdb)
}

function transactionOn(connection: DuckDBConnection): Sql {
  const tx: Sql = {
    dialect: DIALECT,
    query: (text, params = []) => queryOn(connection, text, params),
    async *batches(text, params = []) {
      yield await queryOn(connection, text, params)
    },
    insert: (table, columns, rows) => append(connection, table, { columns, rows }),
    write: (work) => work(tx),
  }
  return tx
}

interface Rows {
  readonly columns: readonly Column[]
  readonly rows: readonly SqlValue[][]
}

/** The appender takes columns by position, so `columns` must be the table's own, in order. */
async function append(connection: DuckDBConnection, table: string, { columns, rows }: Rows) {
  const appender = await connection.createAppender(table)
  const types = columns.map((column) => duckdbType(column.kind))
  for (let from = 0; from < rows.length; from += CHUNK) {
    const part = rows.slice(from, from + CHUNK)
    const chunk = DuckDBDataChunk.create(types, part.length)
    for (const [index, column] of columns.entries()) {
      const values = part.map((row) => toDuckdbColumn(row[index] ?? null, column.kind))
      chunk.setColumnValues(index, values)
    }
    appender.appendDataChunk(chunk)
  }
  appender.closeSync()
}

function clearer(error: unknown, message: string): unknown {
  if (error instanceof StoreError) return error
  if (/No space left|disk full/i.test(message)) {
    return new StoreError('store.full', 'the disk of the store is full', { cause: error })
  }
  if (/invalidated|^FATAL|IO Error/.test(message)) {
    return new StoreError('store.unavailable', firstLine(message), { cause: error })
  }
  return error
}

const firstLine = (text: string): string => text.split('\n', 1)[0] ?? text
