import { messageOf } from '../../sql/errors.ts'
import { quoted, type Sql } from '../../sql/sql.ts'

/** Beginnings of the first and of the last month: what lies before 2000 or after 2099 is one month each. */
const FIRST = { month: 359, before: Date.UTC(2000) }
const LAST = { month: 1560, from: Date.UTC(2100) }

/** The month of a moment (Unix ms), counted from 1970, as `play_month` of the database. */
export const monthOf = (at: number): number => {
  if (at < FIRST.before) return FIRST.month
  if (at >= LAST.from) return LAST.month
  const date = new Date(at)
  return (date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth()
}

/** Some of the plays, by when they began (Unix ms, `to` exclusive), as the database keeps and drops them. */
interface Partition {
  readonly name: string
  readonly from: number
  readonly to: number
}

const isHypertable = async (sql: Pick<Sql, 'query'>): Promise<boolean> => {
  const rows = await sql.query("select relkind from pg_class where oid = 'play_rows'::regclass")
  return rows[0]?.['relkind'] !== 'p'
}

const partitionOf = (name: string): Partition => {
  const [, year, number] = /_(\d{4})_(\d{2})$/.exec(name) ?? []
  const month = (Number(year) - 1970) * 12 + Number(number) - 1
  return {
    name,
    from: month === FIRST.month ? Number.MIN_SAFE_INTEGER : Date.UTC(1970, month),
    to: month === LAST.month ? Number.MAX_SAFE_INTEGER : Date.UTC(1970, month + 1),
  }
}

const partitionsOf = async (sql: Pick<Sql, 'query'>, isHyper: boolean): Promise<Partition[]> => {
  if (isHyper) {
    const rows = await sql.query(
      'select range_start_integer as a, range_end_integer as b from timescaledb_information.chunks' +
        " where hypertable_name = 'play_rows' and hypertable_schema = current_schema()",
    )
    return rows.map((row) => ({ name: '', from: Number(row['a']), to: Number(row['b']) }))
  }
  const rows = await sql.query(
    "select c.relname from pg_inherits as i join pg_class as c on c.oid = i.inhrelid where i.inhparent = 'play_rows'::regclass",
  )
  return rows.map((row) => partitionOf(String(row['relname'])))
}

const isLocked = (error: unknown): boolean => /lock timeout/.test(messageOf(error))

/** Drops a partition; false where somebody reads it: nobody else shall wait for that. */
const drop = async (tx: Sql, { name, from, to }: Partition, isHyper: boolean): Promise<boolean> => {
  const text = isHyper
    ? `select drop_chunks('play_rows', older_than => ${to}::bigint, newer_than => ${from}::bigint)`
    : `drop table ${quoted(name)}`
  await tx.query("savepoint dropping; set local lock_timeout = '1s'")
  try {
    await tx.query(text)
    await tx.query('set local lock_timeout = 0; release savepoint dropping')
    return true
  } catch (error) {
    await tx.query('rollback to savepoint dropping')
    if (isLocked(error)) return false
    throw error
  }
}

const rowsWithin = async (tx: Sql, { from, to }: Partition): Promise<number> => {
  const rows = await tx.query(
    'select count(*) as n from play_rows where started_at >= $1 and started_at < $2',
    [from, to],
  )
  return Number(rows[0]?.['n'] ?? 0)
}

/**
 * Drops the partitions whose plays were all last seen before a moment (Unix ms); answers how many plays that were,
 * and the month of the oldest play that may be left.
 */
export const dropMonths = async (
  tx: Sql,
  before: number,
): Promise<{ readonly dropped: number; readonly firstMonth: number }> => {
  const isHyper = await isHypertable(tx)
  let dropped = 0
  let firstMonth = LAST.month
  for (const partition of await partitionsOf(tx, isHyper)) {
    const span = [partition.from, partition.to]
    const [kept] = await tx.query(
      'select 1 from play_days where day * 86400000 >= $1::bigint and day * 86400000 < $2::bigint and seen_ms >= $3 limit 1',
      [...span, before],
    )
    const count = kept === undefined ? await rowsWithin(tx, partition) : 0
    if (kept === undefined && (await drop(tx, partition, isHyper))) {
      dropped += count
      await tx.query(
        'delete from play_days where day * 86400000 >= $1::bigint and day * 86400000 < $2::bigint',
        span,
      )
    } else firstMonth = Math.min(firstMonth, monthOf(partition.from))
  }
  return { dropped, firstMonth }
}
