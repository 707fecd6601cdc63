import pg from 'pg'
import { messageOf, StoreError } from '../sql/errors.ts'
import type {
  Column,
  ColumnKind,
  Database,
  Dialect,
  Sql,
  SqlParam,
  SqlRow,
  SqlValue,
} from '../sql/sql.ts'
import { quoted } from '../sql/sql.ts'
import { dumpPostgres } from './postgres-copy.ts'

const FETCH = 2000
const INT8 = 20
const NUMERIC = 1700

const DIALECT: Dialect = {
  name: 'postgres',
  binaryCollation: ' collate "C"',
  playsByKey: 'key = any($1::bigint[])',
  playsWhere: (condition) => condition,
  hasMonths: true,
  // Key of the advisory lock; any number that nothing else in this database uses.
  exclusive: 'select pg_advisory_xact_lock(4711206301)',
}

const TYPES: Record<ColumnKind, string> = {
  text: 'text',
  json: 'text',
  int: 'bigint',
  float: 'float8',
  bool: 'boolean',
  bytes: 'bytea',
}

/** Questions take milliseconds: starting workers or a compiler takes longer than it gains. */
const SESSION = 'set max_parallel_workers_per_gather = 0; set jit = off'

const CONNECT_MS = 3000
/** Questions wait so long for others to be answered: a pool counts that as connecting. */
const QUEUE_MS = 60_000

class QuickClient extends pg.Client {
  constructor(config?: pg.ClientConfig) {
    super({ ...config, connectionTimeoutMillis: CONNECT_MS })
    // Whoever uses a connection that breaks is told by its query; without a listener it ends the process.
    this.on('error', () => undefined)
  }
}

/**
 * Connects to a PostgreSQL database, version 14 or newer. Throws a `StoreError`, as all its methods
 * do.
 */
export async function openPostgres(url: string): Promise<Database> {
  const pool = new pg.Pool({
    connectionString: url,
    max: 8,
    connectionTimeoutMillis: QUEUE_MS,
    Client: QuickClient,
    application_name: 'gatehouse',
    types: plainNumbers(),
    onConnect: async (client) => {
      await client.query(SESSION)
    },
  })
  // An idle connection that breaks is replaced by the next query; without a listener it ends the process.
  pool.on('error', () => undefined)
  const database = createDatabase(pool, url)
  try {
    await expectNewEnough(database)
  } catch (error) {
    await pool.end()
    throw error
  }
  return database
}

/** The newest version number that is too old. */
const TOO_OLD = 13

const expectNewEnough = async (database: Database): Promise<void> => {
  const [row] = await database.query(
    "select current_setting('server_version') as version, current_setting('server_version_num')::integer as number",
  )
  if (Number(row?.['number']) >= (TOO_OLD + 1) * 10_000) return
  const message = `the database is PostgreSQL ${String(row?.['version'])}, Gatehouse needs ${TOO_OLD + 1} or newer`
  throw new StoreError('store.version', message)
}

function createDatabase(pool: pg.Pool, url: string): Database {
  return {
    dialect: DIALECT,
    query: (text, params) => guard(() => queryOn(pool, text, params)),
    batches: (text, params) => cursorOver(pool, text, params),
    insert: () => Promise.reject(new StoreError('store.query', 'insert outside a transaction')),
    stage: () => Promise.reject(new StoreError('store.query', 'stage outside a transaction')),
    write: (work) => guard(() => transaction(pool, work)),
    async size() {
      const rows = await queryOn(pool, 'select pg_database_size(current_database()) as size')
      return Number(rows[0]?.['size'] ?? 0)
    },
    copyTo: async (file) => await dumpPostgres(url, file),
    close: () => pool.end(),
  }
}

async function queryOn(
  client: pg.Pool | pg.ClientBase,
  text: string,
  params: readonly SqlParam[] = [],
): Promise<SqlRow[]> {
  // Without parameters the simple protocol is used, which takes several statements.
  const result =
    params.length > 0 ? await client.query(text, [...params]) : await client.query(text)
  const last: { rows?: SqlRow[] } | undefined = Array.isArray(result) ? result.at(-1) : result
  return last?.rows ?? []
}

async function transaction<T>(pool: pg.Pool, work: (tx: Sql) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  let broken = false
  try {
    await client.query('begin')
    const result = await work(transactionOn(client))
    await client.query('commit')
    return result
  } catch (error) {
    await client.query('rollback').catch(() => {
      broken = true
    })
    throw error
  } finally {
    client.release(broken)
  }
}

function transactionOn(client: pg.ClientBase): Sql {
  const tx: Sql = {
    dialect: DIALECT,
    query: (text, params) => queryOn(client, text, params),
    batches: (text, params = []) => fetchFrom(client, text, params),
    insert: (table, columns, rows) => insertRows(client, table, { columns, rows }),
    stage: (table, columns, rows) => stageRows(client, table, { columns, rows }),
    write: (work) => work(tx),
  }
  return tx
}

/** Within a transaction, by a cursor. */
async function* fetchFrom(
  client: pg.ClientBase,
  text: string,
  params: readonly SqlParam[],
): AsyncIterable<SqlValue[][]> {
  await client.query(`declare rows no scroll cursor for ${text}`, [...params])
  for (;;) {
    const asked = { text: `fetch ${FETCH} from rows`, rowMode: 'array' as const }
    const { rows, fields } = await client.query<SqlValue[]>(asked)
    if (rows.length === 0) break
    yield fields.map((_, column) => rows.map((row) => row[column] ?? null))
  }
  await client.query('close rows')
}

async function* cursorOver(
  pool: pg.Pool,
  text: string,
  params: readonly SqlParam[] = [],
): AsyncIterable<SqlValue[][]> {
  const client = await guard(() => pool.connect())
  try {
    await client.query('begin read only')
    yield* fetchFrom(client, text, params)
  } catch (error) {
    throw clearer(error)
  } finally {
    await client.query('rollback').catch(() => undefined)
    client.release()
  }
}

interface Rows {
  readonly columns: readonly Column[]
  readonly rows: readonly SqlValue[][]
}

/** One statement with an array per column, whatever the number of rows. */
async function insertRows(client: pg.ClientBase, table: string, { columns, rows }: Rows) {
  if (rows.length === 0) return
  const names = columns.map((column) => quoted(column.name)).join(', ')
  const arrays = columns.map((column, index) => `$${index + 1}::${TYPES[column.kind]}[]`)
  const values = columns.map((_, index) => rows.map((row) => row[index] ?? null))
  await client.query(
    `insert into ${quoted(table)} (${names}) select * from unnest(${arrays.join(', ')})`,
    values,
  )
}

async function stageRows(client: pg.ClientBase, table: string, { columns, rows }: Rows) {
  const types = columns.map(({ name, kind }) => `${quoted(name)} ${TYPES[kind]}`)
  await client.query(
    `create temp table if not exists ${table} (${types.join(', ')}) on commit delete rows`,
  )
  await client.query(`truncate ${table}`)
  await insertRows(client, table, { columns, rows })
}

/** Whole numbers of every width become plain numbers: nothing we keep exceeds 2^53. */
function plainNumbers(): pg.CustomTypesConfig {
  const types = new pg.TypeOverrides()
  types.setTypeParser(INT8, Number)
  types.setTypeParser(NUMERIC, Number)
  return types
}

async function guard<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw clearer(error)
  }
}

/** SQLSTATE classes: 08 and 57P connection, 53 resources, 23 constraints; Node's own codes begin with E. */
function clearer(error: unknown): unknown {
  if (error instanceof StoreError) return error
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  const message = messageOf(error)
  if (code === '23505') {
    return new StoreError('store.conflict', 'another entry has this name already', { cause: error })
  }
  if (code === '53100') {
    return new StoreError('store.full', 'the disk of the store is full', { cause: error })
  }
  const isConnection = typeof code === 'string' && /^(08|57P|53|28|3D|E[A-Z])/.test(code)
  if (isConnection || /timeout|terminated|connection error/i.test(message)) {
    return new StoreError('store.unavailable', `PostgreSQL: ${message}`, { cause: error })
  }
  return error
}
