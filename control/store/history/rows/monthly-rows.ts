import { writeExclusively } from '../../sql/exclusive.ts'
import type { Column, Sql, SqlValue } from '../../sql/sql.ts'
import { DAY_MS, dayOf } from '../counting/roll-ups.ts'
import { DICTIONARIES, forgetEntries, positionOf, refer } from './dictionaries.ts'
import { dropMonths, monthOf, oldestMonth } from './months.ts'
import type { PlayRows } from './play-rows.ts'
import { PLAYS, type StoredPlay } from './play-table.ts'

/** What a row of `play_rows` keeps by itself. */
const OWN = [
  'key',
  'startedAt',
  'lastSeenAt',
  'endedAt',
  'playedMs',
  'bytes',
  'download',
  'playback',
] as const satisfies readonly (keyof StoredPlay)[]

const AT = {
  id: positionOf('id'),
  startedAt: positionOf('startedAt'),
  lastSeenAt: positionOf('lastSeenAt'),
  endedAt: positionOf('endedAt'),
} as const

const COLUMNS: readonly Column[] = [
  ...OWN.flatMap((field) => PLAYS.field(field) ?? []),
  { name: 'id', kind: 'text' },
  { name: 'id_bytes', kind: 'bytes' },
  ...DICTIONARIES.map(({ reference }): Column => ({ name: reference, kind: 'int' })),
]

/** An id as text, or as bytes where it is a hexadecimal number of 128 bits. */
const idOf = (id: string): readonly [string | null, Uint8Array | null] =>
  /^[0-9a-f]{32}$/.test(id) ? [null, Buffer.from(id, 'hex')] : [id, null]

const startOf = (row: readonly SqlValue[]): number => Number(row[AT.startedAt])

/** The newest moments of the plays that began on each UTC day. */
const noteDays = async (tx: Sql, rows: readonly SqlValue[][]): Promise<void> => {
  const days = new Map<number, { seen: number; end: number }>()
  for (const row of rows) {
    const day = dayOf(startOf(row))
    const seen = Number(row[AT.lastSeenAt])
    const end = Math.max(seen, startOf(row), Number(row[AT.endedAt] ?? 0))
    const known = days.get(day) ?? { seen, end }
    days.set(day, { seen: Math.max(known.seen, seen), end: Math.max(known.end, end) })
  }
  const newest = [...days.values()]
  await tx.query(
    'insert into play_days as t select * from unnest($1::bigint[], $2::bigint[], $3::bigint[]) as n (day, seen_ms, end_ms)' +
      ' on conflict (day) do update set seen_ms = greatest(t.seen_ms, excluded.seen_ms), end_ms = greatest(t.end_ms, excluded.end_ms)' +
      ' where excluded.seen_ms > t.seen_ms or excluded.end_ms > t.end_ms',
    [[...days.keys()], newest.map(({ seen }) => seen), newest.map(({ end }) => end)],
  )
}

/** Days apart from others, for a play whose end lies in a far future keeps its own day alone in every answer. */
const MOST_RANGES = 8
const DAY_RANGES =
  'select min(day) as first, max(day) as last from (select day, day - row_number() over (order by day) as island from play_days where end_ms >= $1) as t' +
  ' group by island order by 1 limit $2'

/** Months in partitions, texts in dictionaries; old months are dropped whole. */
export const MONTHLY: PlayRows = {
  async insert(tx, rows) {
    if (rows.length === 0) return
    const starts = rows.map(startOf)
    const months = starts.map(monthOf)
    const oneOfEach = [
      ...new Map(months.map((month, index) => [month, starts[index] ?? 0])).values(),
    ]
    await tx.query('select add_play_months($1)', [oneOfEach])
    const references = await refer(tx, rows, months)
    const own = OWN.map(positionOf)
    const values = rows.map((row, index) => [
      ...own.map((position) => row[position] ?? null),
      ...idOf(String(row[AT.id])),
      ...references.map((list) => list[index] ?? 0),
    ])
    await tx.insert('play_rows', COLUMNS, values)
    await noteDays(tx, rows)
  },
  async remove(tx, keys) {
    await tx.query('delete from play_rows where key = any($1::bigint[])', [keys])
  },
  async forget(db, before) {
    const dropped = await writeExclusively(db, async (tx) => await dropMonths(tx, before))
    // Apart, since nobody reads plays until a transaction that dropped some of them is over.
    return await writeExclusively(db, async (tx) => {
      const [row] = await tx.query(
        'with gone as (delete from play_rows where started_at < $1 and last_seen_at < $1 returning 1) select count(*) as n from gone',
        [before],
      )
      await forgetEntries(tx, await oldestMonth(tx))
      return dropped + Number(row?.['n'] ?? 0)
    })
  },
  async startsOf(sql, seen) {
    const rows = await sql.query(DAY_RANGES, [seen, MOST_RANGES])
    const ranges = rows.map((row, index) => {
      const from = `started_at >= ${Number(row['first']) * DAY_MS}`
      const isLast = index === rows.length - 1
      return isLast ? from : `(${from} and started_at < ${(Number(row['last']) + 1) * DAY_MS})`
    })
    return ranges.length === 0 ? 'false' : `(${ranges.join(' or ')})`
  },
}
