import { chmodSync, existsSync, mkdirSync, statSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname } from 'node:path'
import type { DuckDBConnection, DuckDBResult } from '@duckdb/node-api'
import { DuckDBInstance, ResultReturnType } from '@duckdb/node-api'
import { StoreError } from '../sql/errors.ts'
import {
  type Database,
  type Dialect,
  quoted,
  type Sql,
  type SqlParam,
  type SqlRow,
  type SqlValue,
} from '../sql/sql.ts'
import { createWriteQueue } from '../sql/write-queue.ts'
import { appendRows, stageRows } from './duckdb-append.ts'
import { duckdbError, isFatal, openingError } from './duckdb-errors.ts'
import { fromDuckdb, fromDuckdbValue, toDuckdb } from './duckdb-values.ts'

const MEMORY_MB = 512

/** More than a few threads gain nothing on questions that take milliseconds, and each takes memory. Nothing is fetched from outside. */
const settingsOf = (memoryMb: number) => ({
  memory_limit: `${memoryMb}MB`,
  threads: String(Math.min(4, availableParallelism())),
  autoinstall_known_extensions: 'false',
  autoload_known_extensions: 'false',
  // A checkpoint writes the newest plays' blocks anew whatever was added: at the usual 16 MB that was a fifth of what a play cost.
  checkpoint_threshold: '64MB',
})

/** The inner scan reads the columns of integers it compares; only then are whole rows fetched. */
const playsWhere = (condition: string): string =>
  `rowid in (select rowid from plays where ${condition})`

const DIALECT: Dialect = {
  name: 'duckdb',
  binaryCollation: '',
  playsByKey: playsWhere('key in (select unnest($1::bigint[]))'),
  playsWhere,
  hasMonths: false,
  exclusive: null,
}

/** Opens the embedded database file, made with mode 0600 when missing. One process at a time. */
export async function openDuckdb(path: string, memoryMb = MEMORY_MB): Promise<Database> {
  const file = new DuckdbFile(path, memoryMb)
  await file.handles()
  return file
}

/** What an open file gives: one connection that writes, two that read beside it. */
interface Handles {
  readonly instance: DuckDBInstance
  readonly writer: DuckDBConnection
  readonly readers: readonly [DuckDBConnection, DuckDBConnection]
}

class DuckdbFile implements Database {
  readonly dialect = DIALECT
  readonly #path: string
  readonly #memoryMb: number
  readonly #queue = createWriteQueue()
  #handles: Promise<Handles> | null = null
  #isClosed = false
  #turn = false

  constructor(path: string, memoryMb: number) {
    this.#path = path
    this.#memoryMb = memoryMb
  }

  /** Opens the file, or opens it anew after an I/O failure made the engine refuse everything. */
  handles(): Promise<Handles> {
    if (this.#isClosed) {
      return Promise.reject(new StoreError('store.unavailable', 'the store is closed'))
    }
    this.#handles ??= openHandles(this.#path, this.#memoryMb).catch((error: unknown) => {
      this.#handles = null
      throw error
    })
    return this.#handles
  }

  async query(text: string, params: readonly SqlParam[] = []): Promise<SqlRow[]> {
    const { readers } = await this.handles()
    this.#turn = !this.#turn
    return this.#guard(() => queryOn(readers[this.#turn ? 0 : 1], text, params))
  }

  async *batches(text: string, params: readonly SqlParam[] = []): AsyncIterable<SqlValue[][]> {
    const { instance } = await this.handles()
    const connection = await instance.connect()
    try {
      yield* columnsOf(await connection.stream(text, params.map(toDuckdb)))
    } finally {
      connection.closeSync()
    }
  }

  insert(): Promise<void> {
    return Promise.reject(new StoreError('store.query', 'insert outside a transaction'))
  }

  stage(): Promise<void> {
    return this.insert()
  }

  write<T>(work: (tx: Sql) => Promise<T>): Promise<T> {
    return this.#queue.run(() => this.#guard(() => this.#transaction(work)))
  }

  size(): Promise<number> {
    const files = [this.#path, `${this.#path}.wal`].filter((file) => existsSync(file))
    return Promise.resolve(files.reduce((sum, file) => sum + statSync(file).size, 0))
  }

  async copyTo(file: string): Promise<void> {
    const { instance } = await this.handles()
    return await this.#guard(() => copyDatabase(instance, file))
  }

  async close(): Promise<void> {
    await this.#queue.idle()
    await this.#release()
    this.#isClosed = true
  }

  async #transaction<T>(work: (tx: Sql) => Promise<T>): Promise<T> {
    const { writer } = await this.handles()
    await writer.run('begin')
    try {
      const result = await work(transactionOn(writer))
      await writer.run('commit')
      closeToOthers(`${this.#path}.wal`)
      return result
    } catch (error) {
      // A failed commit has already rolled back; there is nothing more to undo then.
      await writer.run('rollback').catch(() => undefined)
      throw error
    }
  }

  async #guard<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      if (isFatal(error)) await this.#release()
      throw duckdbError(error)
    }
  }

  async #release(): Promise<void> {
    const handles = await this.#handles
    this.#handles = null
    if (!handles) return
    for (const connection of [...handles.readers, handles.writer]) connection.closeSync()
    handles.instance.closeSync()
  }
}

async function openHandles(path: string, memoryMb: number): Promise<Handles> {
  const folder = dirname(path)
  if (!existsSync(folder)) mkdirSync(folder, { recursive: true, mode: 0o700 })
  try {
    const instance = await DuckDBInstance.create(path, settingsOf(memoryMb))
    chmodSync(path, 0o600)
    const connect = () => instance.connect()
    return { instance, writer: await connect(), readers: [await connect(), await connect()] }
  } catch (error) {
    throw openingError(path, error)
  }
}

/** The engine makes its log anew after each checkpoint, readable as the process's umask has it. */
function closeToOthers(file: string): void {
  const mode = statSync(file, { throwIfNoEntry: false })?.mode ?? 0
  if ((mode & 0o077) !== 0) chmodSync(file, 0o600)
}

/** One statement reads one snapshot, so transactions may go on meanwhile. */
const copyDatabase = async (instance: DuckDBInstance, file: string): Promise<void> => {
  const connection = await instance.connect()
  try {
    const [row] = await queryOn(connection, 'select current_database() as name', [])
    const name = quoted(String(row?.['name']))
    await connection.run(`attach '${file.replaceAll("'", "''")}' as backup_copy`)
    try {
      await connection.run(`copy from database ${name} to backup_copy`)
    } finally {
      await connection.run('detach backup_copy')
    }
    chmodSync(file, 0o600)
  } finally {
    connection.closeSync()
  }
}

const queryOn = async (
  connection: DuckDBConnection,
  text: string,
  params: readonly SqlParam[],
): Promise<SqlRow[]> => {
  const values = params.length > 0 ? params.map(toDuckdb) : undefined
  const result = await connection.run(text, values)
  // Of what it changed the engine answers the number of rows, which nobody asks for.
  if (result.returnType !== ResultReturnType.QUERY_RESULT) return []
  return (await result.getRowObjectsJS()).map(fromDuckdb)
}

async function* columnsOf(result: DuckDBResult): AsyncIterable<SqlValue[][]> {
  for await (const chunk of result)
    if (chunk.rowCount > 0)
      yield Array.from({ length: chunk.columnCount }, (_, column) =>
        chunk.getColumnValues(column).map(fromDuckdbValue),
      )
}

function transactionOn(connection: DuckDBConnection): Sql {
  const tx: Sql = {
    dialect: DIALECT,
    query: (text, params = []) => queryOn(connection, text, params),
    // Another statement of the transaction would end a stream.
    async *batches(text, params = []) {
      yield* columnsOf(await connection.run(text, params.map(toDuckdb)))
    },
    insert: (table, columns, rows) => appendRows(connection, table, { columns, rows }),
    stage: (table, columns, rows) => stageRows(connection, table, { columns, rows }),
    write: (work) => work(tx),
  }
  return tx
}
