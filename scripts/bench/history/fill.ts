import { countKindsOnce } from '../../../control/store/history/counting/count-kinds.ts'
import { hash52 } from '../../../control/store/history/counting/hash52.ts'
import { addStagedDays } from '../../../control/store/history/counting/monthly-roll-ups.ts'
import { PLAYED, PLAYED_MS, withinSql } from '../../../control/store/history/counting/play-span.ts'
import { countQuarterPeaks } from '../../../control/store/history/counting/quarter-peaks.ts'
import { DAY_MS, RollUpDelta } from '../../../control/store/history/counting/roll-ups.ts'
import { countViewerBits } from '../../../control/store/history/counting/viewer-bits.ts'
import { countOlderQuarters } from '../../../control/store/history/counting/write-quarters.ts'
import { refer } from '../../../control/store/history/rows/dictionaries.ts'
import { monthOf } from '../../../control/store/history/rows/months.ts'
import { playRow } from '../../../control/store/history/rows/play-table.ts'
import type { Column, Sql } from '../../../control/store/sql/sql.ts'
import { openDatabase } from '../../../control/store/store.ts'
import { benchPlay, type Population, screen, viewer } from './plays.ts'

const ACCOUNTS = 20_000
const CHANNELS = 500
const SLICE = 1_000_000
const PRIME = 1_000_000_007

/** A number from 0 to 1 that looks random, made of `n` in SQL. */
const random = (factor: number): string => `(cast((n * ${factor}) % ${PRIME} as float8) / ${PRIME})`

/** Plays number `first` to just before `end` in short: `n`, `a` (account), `device`, `channel`, `started_at`, `played_ms`. */
const short = ({ rows, from, to }: Population, first: number, end: number): string =>
  `(select n, a, a * 4 + cast(floor(${random(715_827_883)} * 3) as integer) as device, channel, started_at, played_ms from` +
  ` (select n, cast(floor(power(${random(618_033_989)}, 1.5) * ${ACCOUNTS}) as integer) as a,` +
  ` cast(floor(power(${random(324_717_957)}, 3) * ${CHANNELS}) as integer) as channel,` +
  ` ${from} + cast(floor((n + ${random(569_840_291)}) * ${(to - from) / rows}) as bigint) as started_at,` +
  ` cast(floor(power(${random(754_877_667)}, 2) * 10800000) as bigint) as played_ms` +
  ` from generate_series(cast(${first} as bigint), cast(${end - 1} as bigint)) as t(n)) as numbers) as s`

/** Texts of accounts and keys of roll-ups, as the program makes them. */
const stageTexts = async (tx: Sql, people: Population): Promise<void> => {
  const accounts = Array.from({ length: ACCOUNTS }, (_, a) => ({
    ...benchPlay(people, 0),
    ...viewer(a),
  }))
  const pointOf = accounts.map((play) => {
    const delta = new RollUpDelta()
    delta.count(play, 1)
    return delta.rows().find(({ dimension }) => dimension === 'point')?.key ?? ''
  })
  await tx.stage(
    'texts',
    [
      { name: 'a', kind: 'int' },
      { name: 'account', kind: 'text' },
      { name: 'account_key', kind: 'int' },
      { name: 'group', kind: 'text' },
      { name: 'country', kind: 'text' },
      { name: 'city', kind: 'text' },
      { name: 'latitude', kind: 'float' },
      { name: 'longitude', kind: 'float' },
      { name: 'point', kind: 'text' },
    ],
    accounts.map((play, a) => [
      a,
      play.account,
      hash52(play.account),
      play.group,
      play.country,
      play.city,
      play.latitude,
      play.longitude,
      pointOf[a] ?? '',
    ]),
  )
  const channels = Array.from({ length: CHANNELS }, (_, n) => `channel-${n}`)
  const countries = accounts.map(({ country }) => country ?? '')
  const keys = [
    ['total', ''] as const,
    ...channels.map((key) => ['channel', key] as const),
    ...[...new Set(countries)].map((key) => ['country', key] as const),
    ...[...new Set(pointOf)].map((key) => ['point', key] as const),
    ...accounts.map(({ account }) => ['account', account] as const),
  ]
  await tx.stage(
    'numbers',
    [
      { name: 'dimension', kind: 'text' },
      { name: 'key', kind: 'text' },
      { name: 'number', kind: 'int' },
    ],
    keys.map(([dimension, key]) => [dimension, key, hash52(key)]),
  )
}

const ADDRESS = "'198.51.' || (device / 256 % 256) || '.' || device % 256"
const PLATFORM = "case when device % 2 = 0 then 'Television' else 'Phone' end"
const CLIENT = "case when device % 2 = 0 then 'VLC/3.0.20' else 'ExoPlayer/2.19' end"
/** Below 2^52 and in no order, for billions of plays. */
const KEY = `(s.n * 2654435761) % ${2 ** 32} * ${2 ** 20}`

const flatPlays = (plays: string): string =>
  'insert into plays (key, account_key, source, id, account, account_name, "group", address, network, is_lan, country, city, latitude, longitude,' +
  ' accuracy_km, asn, asn_org, device, platform, client, channel, is_live, started_at, last_seen_at, ended_at, played_ms, bytes, reason)' +
  ` select ${KEY}, x.account_key, 'edge:' || n % 3, md5(cast(n as varchar)), x.account, 'Viewer ' || s.a, x."group", address, address || '/32', false,` +
  " x.country, x.city, x.latitude, x.longitude, 25, 64500 + s.a % 50, 'Network ' || s.a % 50, 'd' || device, platform, client," +
  " 'channel-' || channel, true, started_at, started_at + played_ms, started_at + played_ms, played_ms, played_ms * 500, 'session.closed'" +
  ` from (select *, ${ADDRESS.replace('device / 256', 'device // 256')} as address, ${PLATFORM} as platform, ${CLIENT} as client from ${plays}) as s` +
  ' join texts as x on x.a = s.a order by n'

const REFERENCES: readonly Column[] = [
  { name: 'device', kind: 'int' },
  { name: 'channel', kind: 'int' },
  ...['account', 'network', 'place', 'device_id', 'title', 'kind'].map(
    (name): Column => ({ name, kind: 'int' }),
  ),
]

/** Entries of the dictionaries for every device, channel and source, as the program makes them, and their numbers. */
const stageReferences = async (tx: Sql, people: Population): Promise<void> => {
  const devices = Array.from({ length: ACCOUNTS * 4 }, (_, device) => device).filter(
    (device) => device % 4 < 3,
  )
  const rows = devices.map((device, at) =>
    playRow({
      ...benchPlay(people, 0),
      ...viewer(Math.floor(device / 4)),
      ...screen(device),
      channel: `channel-${at % CHANNELS}`,
      source: `edge:${device % 3}`,
    }),
  )
  const month = monthOf(people.to - 1)
  const lists = await refer(
    tx,
    rows,
    rows.map(() => month),
  )
  await tx.stage(
    'refs',
    REFERENCES,
    devices.map((device, at) => [device, at % CHANNELS, ...lists.map((list) => list[at] ?? 0)]),
  )
  await tx.query(
    `create temp table titles on commit drop as select channel, min(title) as id from refs group by 1;` +
      ' create temp table kinds on commit drop as select device % 3 as n, min(kind) as id from refs group by 1; analyze refs; analyze titles',
  )
}

const narrowPlays = (plays: string): string =>
  'insert into play_rows (key, started_at, last_seen_at, ended_at, played_ms, bytes, account, network, place, device, title, kind, id_bytes)' +
  ` select ${KEY}, s.started_at, s.started_at + s.played_ms, s.started_at + s.played_ms, s.played_ms, s.played_ms * 500,` +
  " r.account, r.network, r.place, r.device_id, t.id, k.id, decode(md5(s.n::text), 'hex')" +
  ` from ${plays} join refs as r on r.device = s.device join titles as t on t.channel = s.channel join kinds as k on k.n = s.n % 3 order by s.n`

/** What plays come to by day and key, as rows of `delta`. */
const counted = (plays: string): string => {
  const at = '(day * 86400000)'
  const next = '((day + 1) * 86400000)'
  const days =
    `select s.*, x.account, x.country, x.point, cast(floor(started_at / 86400000.0) as bigint) + o.later as day, o.later from` +
    ` (select *, started_at + played_ms as ended_at, started_at + played_ms as last_seen_at, played_ms * 500 as bytes, 'session.closed' as reason from ${plays}) as s` +
    ' join texts as x on x.a = s.a, (select cast(0 as bigint) as later union all select 1) as o' +
    ' where cast(floor((started_at + greatest(played_ms - 1, 0)) / 86400000.0) as bigint) >= cast(floor(started_at / 86400000.0) as bigint) + o.later'
  const amounts =
    `select day, account, country, point, channel, case when ${PLAYED} and later = 0 then 1 else 0 end as plays, case when ${PLAYED} then later else 0 end as carried,` +
    ` case when not ${PLAYED} then 1 else 0 end as refusals, ${withinSql(PLAYED_MS, at, next)} as played_ms, ${withinSql('bytes', at, next)} as bytes from (${days}) as p`
  const sums =
    'sum(plays) as plays, sum(refusals) as refusals, sum(played_ms) as played_ms, sum(bytes) as bytes, sum(carried) as carried'
  const by = (dimension: string, key: string) =>
    `select day, '${dimension}' as dimension, ${key} as key, ${sums} from base group by 1, 3`
  return (
    `with base as materialized (select day, account, country, point, channel, ${sums} from (${amounts}) as a group by day, account, country, point, channel),` +
    ` each as (${by('total', "''")} union all ${by('channel', "'channel-' || channel")} union all ${by('country', 'country')} union all ${by('account', 'account')} union all ${by('point', 'point')})` +
    ' select e.day, e.dimension, e.key, k.number, cast(e.plays as bigint) as plays, cast(e.refusals as bigint) as refusals, cast(e.played_ms as bigint) as played_ms,' +
    ' cast(e.bytes as bigint) as bytes, cast(e.carried as bigint) as carried from each as e join numbers as k on k.dimension = e.dimension and k.key = e.key'
  )
}

/** Each year's quarter by itself, so that no more is put in order at once; plays of midnight are added up. */
const slices = (count: number): [number, number][] =>
  Array.from({ length: Math.ceil(count / SLICE) }, (_, i) => [
    i * SLICE,
    Math.min(count, (i + 1) * SLICE),
  ])

const FLAT_TABLE = (table: string, condition: string): string =>
  `insert into ${table} (day, dimension, key, number, plays, refusals, played_ms, bytes, viewers, carried)` +
  ' select day, dimension, key, number, sum(plays), sum(refusals), sum(played_ms), sum(bytes), 0, sum(carried)' +
  ` from counts where ${condition} group by day, dimension, key, number order by day`

const fillFlat = async (tx: Sql, people: Population, count: number): Promise<void> => {
  for (const [index, [first, end]] of slices(count).entries()) {
    await tx.query(flatPlays(short(people, first, end)))
    const rows = counted(short(people, first, end))
    await tx.query(
      index === 0 ? `create temp table counts as ${rows}` : `insert into counts ${rows}`,
    )
  }
  await tx.query(FLAT_TABLE('days', "dimension <> 'account'"))
  await tx.query(FLAT_TABLE('days_account', "dimension = 'account'"))
  await tx.query(
    'insert into viewers select day >> 5, number, min(day), max(day) from days_account where plays + carried > 0 group by day >> 5, number',
  )
  await tx.query(
    "update days as t set viewers = c.n from (select day, count(*) as n from days_account where plays + carried > 0 group by day) as c where t.day = c.day and t.dimension = 'total'",
  )
  await tx.query('drop table counts')
}

const fillMonthly = async (tx: Sql, people: Population, count: number): Promise<void> => {
  await tx.query("set local work_mem = '256MB'")
  await stageReferences(tx, people)
  const starts = Array.from({ length: 13 }, (_, month) => Date.UTC(2026, month))
  await tx.query('select add_play_months($1)', [starts])
  for (const [first, end] of slices(count)) {
    await tx.query(narrowPlays(short(people, first, end)))
    await tx.query(
      `drop table if exists delta; create temp table delta as ${counted(short(people, first, end))}`,
    )
    await addStagedDays(tx)
    process.stderr.write(`${end.toLocaleString('en')} sessions\n`)
  }
  await tx.query('drop table delta')
  await tx.query(
    `insert into play_days select floor(started_at / ${DAY_MS}.0)::bigint, max(last_seen_at), max(ended_at) from play_rows group by 1`,
  )
  await countViewerBits(tx)
}

/** Fills an empty store with the first plays of a population by the database's own means; answers seconds. */
export const fillBySql = async (
  url: string,
  people: Population,
  count: number,
): Promise<number> => {
  const db = await openDatabase(url, 4096)
  const began = performance.now()
  await db.write(async (tx) => {
    await stageTexts(tx, people)
    await (tx.dialect.hasMonths ? fillMonthly : fillFlat)(tx, people, count)
  })
  await db.query("delete from settings where key = 'history.kinds_counted'")
  await countKindsOnce(db)
  if (db.dialect.hasMonths) {
    await db.query('vacuum analyze')
    await db.query('select count_quarters_anew()')
    while (await countOlderQuarters(db)) continue
    while (await countQuarterPeaks(db, people.to)) continue
    await db.query('vacuum analyze quarters, quarter_viewers')
  }
  await db.close()
  return (performance.now() - began) / 1000
}
