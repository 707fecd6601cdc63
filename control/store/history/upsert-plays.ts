import type { PlayRecord } from '#domain/types'
import { writeExclusively } from '../sql/exclusive.ts'
import type { Database, Sql } from '../sql/sql.ts'
import { HORIZON, readHorizon } from './counting/horizon.ts'
import { RollUpDelta } from './counting/roll-ups.ts'
import { writeQuarters } from './counting/write-quarters.ts'
import { type KnownDays, writeRollUps } from './counting/write-roll-ups.ts'
import type { KnownRows } from './known-accounts.ts'
import { foldPlays, isSamePlay, mergePlay } from './merge-plays.ts'
import { identityOf, lookupKey, PLAYS, playRow, toPlay } from './rows/play-table.ts'
import { playsOfColumns } from './rows/plays-of-columns.ts'
import { playRowsOf } from './rows/rows-of.ts'

/** A stored play with its lookup key. */
interface Found {
  readonly key: number
  readonly play: PlayRecord
}

/** Result of writing a batch of plays. */
export interface Upserted {
  readonly inserted: number
  readonly updated: number
  /** Nothing new in them. */
  readonly unchanged: number
  /** Older than what is kept. */
  readonly expired: number
  /** Plays told under another account than before; the account of the later news stands. */
  readonly otherAccount: number
}

/** Adds or completes plays and the roll-ups they count in, all or nothing. */
export function upsertPlays(
  db: Database,
  records: readonly PlayRecord[],
  known: KnownRows | null = null,
): Promise<Upserted> {
  const incoming = foldPlays(records)
  if (incoming.size === 0) {
    return Promise.resolve({ inserted: 0, updated: 0, unchanged: 0, expired: 0, otherAccount: 0 })
  }
  return writeExclusively(db, async (tx) => {
    const horizon = await readHorizon(tx)
    const all = [...incoming.values()]
    // Within the transaction: the next writer knows of these.
    const some = known === null ? all : await known.plays.among(all)
    known?.plays.add(all)
    const found = await playsByKey(tx, some)
    const stored = new Map(found.map(({ play }) => [identityOf(play), play]))
    const changes = compare(incoming, stored, horizon)
    const isOther = (record: PlayRecord): boolean => {
      const before = stored.get(identityOf(record)) ?? incoming.get(identityOf(record))
      return before !== undefined && before.account !== record.account
    }
    await writeChanges(tx, { ...changes, found, days: known?.days ?? null })
    return {
      inserted: changes.rows.length - changes.replaced.length,
      updated: changes.replaced.length,
      unchanged: changes.unchanged,
      expired: changes.expired,
      otherAccount: new Set(records.filter(isOther).map(identityOf)).size,
    }
  })
}

interface Changes {
  readonly rows: PlayRecord[]
  readonly replaced: PlayRecord[]
  unchanged: number
  expired: number
}

function compare(
  incoming: ReadonlyMap<string, PlayRecord>,
  stored: ReadonlyMap<string, PlayRecord>,
  horizon: number,
): Changes {
  const changes: Changes = { rows: [], replaced: [], unchanged: 0, expired: 0 }
  for (const [identity, record] of incoming) {
    const old = stored.get(identity)
    if (old === undefined && record.lastSeenAt < horizon) {
      changes.expired += 1
      continue
    }
    const merged = old === undefined ? record : mergePlay(old, record)
    if (old !== undefined && isSamePlay(merged, old)) {
      changes.unchanged += 1
      continue
    }
    changes.rows.push(merged)
    if (old !== undefined) changes.replaced.push(old)
  }
  return changes
}

interface Writing extends Pick<Changes, 'rows' | 'replaced'> {
  readonly found: readonly Found[]
  readonly days: KnownDays | null
}

async function writeChanges(tx: Sql, { rows, replaced, found, days }: Writing): Promise<void> {
  if (rows.length === 0) return
  const delta = new RollUpDelta()
  for (const play of replaced) delta.count(play, -1)
  for (const play of rows) delta.count(play, 1)
  await deletePlays(tx, replaced)
  const spared = sharingKeys(replaced, found)
  await playRowsOf(tx).insert(tx, [...rows, ...spared].map(playRow))
  await writeRollUps(tx, delta.rows(), days)
  if (tx.dialect.hasMonths) await writeQuarters(tx, { rows, replaced })
}

/** Deletes by lookup key, and with them what shares a key by chance. */
async function deletePlays(tx: Sql, plays: readonly PlayRecord[]): Promise<void> {
  if (plays.length === 0) return
  await playRowsOf(tx).remove(tx, plays.map(lookupKey))
}

/**
 * Other plays that were deleted with these and must be written again; having the engine hand them back costs
 * ten times the deletion.
 */
function sharingKeys(
  replaced: readonly PlayRecord[],
  found: readonly Found[],
): readonly PlayRecord[] {
  const keys = new Set(replaced.map(lookupKey))
  const identities = new Set(replaced.map(identityOf))
  const isShared = ({ key, play }: Found) => keys.has(key) && !identities.has(identityOf(play))
  return found.filter(isShared).map(({ play }) => play)
}

/** The stored plays with these identities. */
export async function findPlays(
  sql: Sql,
  plays: readonly Pick<PlayRecord, 'source' | 'id'>[],
): Promise<Map<string, PlayRecord>> {
  const wanted = new Set(plays.map(identityOf))
  const found = await playsByKey(sql, plays)
  const named = found.map(({ play }) => [identityOf(play), play] as const)
  return new Map(named.filter(([identity]) => wanted.has(identity)))
}

/** The stored plays with the lookup keys of these, and others that share one by chance. */
async function playsByKey(
  sql: Sql,
  plays: readonly Pick<PlayRecord, 'source' | 'id'>[],
): Promise<Found[]> {
  if (plays.length === 0) return []
  const text = `select ${PLAYS.select} from plays where ${sql.dialect.playsByKey}`
  const found: Found[] = []
  for await (const columns of sql.batches(text, [plays.map(lookupKey)]))
    for (const [at, play] of playsOfColumns(columns).entries())
      found.push({ key: Number(columns[0]?.[at]), play })
  return found
}

/** Deletes plays last seen before a time (Unix ms); later reports of them are not counted again. */
export async function prunePlays(db: Database, before: number): Promise<number> {
  const horizon = await writeExclusively(db, async (tx) => {
    const moment = Math.max(Math.trunc(before), await readHorizon(tx))
    await tx.query(
      'insert into settings (key, value, updated_at) values ($1, $2, $3)' +
        ' on conflict (key) do update set value = excluded.value, updated_at = excluded.updated_at',
      [HORIZON, JSON.stringify(moment), Date.now()],
    )
    return moment
  })
  return await playRowsOf(db).forget(db, horizon)
}

/** Ends plays not seen since a time, at the moment they were last seen: their source never said how they ended. */
export async function closeSilentPlays(
  db: Database,
  before: number,
  known: KnownRows | null = null,
): Promise<number> {
  const text = `select ${PLAYS.select} from plays where ended_at is null and last_seen_at < $1 order by last_seen_at limit 5000`
  const plays = (await db.query(text, [Math.trunc(before)])).map(toPlay)
  const ended = plays.map((play) => ({
    ...play,
    endedAt: play.lastSeenAt,
    reason: play.reason ?? 'session.idle',
  }))
  return (await upsertPlays(db, ended, known)).updated
}
