import { messageOf } from '../../sql/errors.ts'
import { quoted, type Sql } from '../../sql/sql.ts'
import { DAY_MS } from '../counting/roll-ups.ts'

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

interface Drop {
  readonly partition: Partition
  readonly isHyper: boolean
  /** SQL of the plays that stay, where some do. */
  readonly kept: string | null
}

/** Drops a partition but for what stays of it; false where somebody reads it: nobody else shall wait for that. */
const drop = async (tx: Sql, { partition, isHyper, kept }: Drop): Promise<boolean> => {
  const { name, from, to } = partition
  const texts = [
    isHyper
      ? `select drop_chunks('play_rows', older_than => ${to}::bigint, newer_than => ${from}::bigint)`
      : `drop table ${quoted(name)}`,
  ]
  if (kept !== null) {
    texts.unshift(`create temp table kept_rows as select * from play_rows where ${kept}`)
    texts.push(
      'select add_play_months(array(select min(started_at) from kept_rows having count(*) > 0))',
      'insert into play_rows select * from kept_rows',
      'drop table kept_rows',
    )
  }
  await tx.query("savepoint dropping; set local lock_timeout = '1s'")
  try {
    await tx.query(texts.join('; '))
    await tx.query('set local lock_timeout = 0; release savepoint dropping')
    return true
  } catch (error) {
    await tx.query('rollback to savepoint dropping')
    if (isLocked(error)) return false
    throw error
  }
}

const countOf = async (tx: Sql, condition: string): Promise<number> => {
  const rows = await tx.query(`select count(*) as n from play_rows where ${condition}`)
  return Number(rows[0]?.['n'] ?? 0)
}

const within = ({ from, to }: Pick<Partition, 'from' | 'to'>): string =>
  `started_at >= ${from} and started_at < ${to}`

/** The UTC days (counted from 1970) on which plays began that were seen at or after a moment. */
const daysSeenSince = async (tx: Sql, before: number): Promise<number[]> => {
  const rows = await tx.query('select day from play_days where seen_ms >= $1 order by day', [
    before,
  ])
  return rows.map((row) => Number(row['day']))
}

/** SQL of the plays of a partition that were seen at or after a moment, on some of these days; `null` where none was. */
const keptOf = ({ from, to }: Partition, before: number, days: readonly number[]) => {
  const ranges = days
    .map((day) => day * DAY_MS)
    .filter((start) => start >= from && start < to)
    .map((start) => `(${within({ from: start, to: start + DAY_MS })})`)
  return ranges.length === 0 ? null : `last_seen_at >= ${before} and (${ranges.join(' or ')})`
}

/** Fewer plays of a month are deleted one by one. */
const FEWEST = 5000

/**
 * Drops the partitions whose plays were all last seen before a moment (Unix ms), and of those that are over by then all but what was
 * seen since; answers how many plays that were. Nobody reads plays from the first drop to the end of the transaction.
 */
export const dropMonths = async (tx: Sql, before: number): Promise<number> => {
  const isHyper = await isHypertable(tx)
  const days = await daysSeenSince(tx, before)
  const drops: (Drop & { readonly count: number })[] = []
  for (const partition of await partitionsOf(tx, isHyper)) {
    const kept = keptOf(partition, before, days)
    if (kept !== null && partition.to > before) continue
    const stay = kept === null ? 0 : await countOf(tx, kept)
    const count = (await countOf(tx, within(partition))) - stay
    if (kept === null || count >= FEWEST) drops.push({ partition, isHyper, kept, count })
  }
  let dropped = 0
  for (const each of drops) {
    const { from, to } = each.partition
    if (!(await drop(tx, each))) continue
    dropped += each.count
    await tx.query(
      'delete from play_days where day * 86400000 >= $1::bigint and day * 86400000 < $2::bigint and seen_ms < $3',
      [from, to, before],
    )
  }
  return dropped
}

/** The month of the oldest play that may be left. */
export const oldestMonth = async (tx: Sql): Promise<number> => {
  const partitions = await partitionsOf(tx, await isHypertable(tx))
  return Math.min(LAST.month, ...partitions.map(({ from }) => monthOf(from)))
}
