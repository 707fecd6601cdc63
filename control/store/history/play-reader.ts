import type { AccountRef, PlayRecord } from '#domain/types'
import type { Sql, SqlParam } from '../sql/sql.ts'
import { accountKey } from './counting/account-key.ts'
import type { KnownAccounts } from './known-accounts.ts'
import { PLAYS, toPlay } from './rows/play-table.ts'
import { playsOfColumns } from './rows/plays-of-columns.ts'
import { playRowsOf } from './rows/rows-of.ts'
import { findPlays } from './upsert-plays.ts'

/** What detectors, reports and backtests read. A play belongs to a window when any of it lies within. */
export interface PlayReader {
  /** The plays with these identities. */
  plays(identities: readonly Pick<PlayRecord, 'source' | 'id'>[]): Promise<PlayRecord[]>
  /** One account's plays, oldest first. */
  playsOf(account: AccountRef, from: number, to: number): Promise<PlayRecord[]>
  /** The plays of several accounts in one look; those of an account oldest first. */
  playsOfEach(accounts: readonly AccountRef[], from: number, to: number): Promise<PlayRecord[]>
  /** Everybody's plays in batches, by account and then oldest first. */
  playsBetween(from: number, to: number): AsyncIterable<PlayRecord[]>
  /** The same, one account at a time. */
  playsByAccount(from: number, to: number): AsyncIterable<PlayRecord[]>
  /** The plays of these accounts, one account at a time and oldest first; accounts without any are left out. */
  playsByAccountOf(
    accounts: readonly AccountRef[],
    from: number,
    to: number,
  ): AsyncIterable<PlayRecord[]>
  accountsWithPlays(from: number, to: number): Promise<AccountRef[]>
  /** Those of plays that came from these sources. */
  accountsOfSources(sources: readonly string[], from: number, to: number): Promise<AccountRef[]>
}

interface Window {
  readonly where: string
  readonly params: readonly SqlParam[]
}

/** The plays of a window; a statement may bind more from $3 on. */
const windowOf = async (db: Sql, from: number, to: number): Promise<Window> => {
  const seen = Math.trunc(from)
  const starts = await playRowsOf(db).startsOf(db, seen)
  return {
    where: `last_seen_at >= $1 and started_at < $2 and ${starts}`,
    params: [seen, Math.trunc(to)],
  }
}

/** Readers over the table of plays. */
export function createPlayReader(db: Sql, known: KnownAccounts | null = null): PlayReader {
  const { binaryCollation } = db.dialect
  const order = `account${binaryCollation}, started_at, source${binaryCollation}, id${binaryCollation}`
  const select = `select ${PLAYS.select} from plays`
  async function* playsBetween(from: number, to: number): AsyncIterable<PlayRecord[]> {
    const { where, params } = await windowOf(db, from, to)
    for await (const columns of db.batches(`${select} where ${where} order by ${order}`, params))
      yield playsOfColumns(columns)
  }
  const ofThese = async (accounts: readonly AccountRef[], from: number, to: number) => {
    const wanted = new Set(accounts)
    const { where, params } = await windowOf(db, from, to)
    const these = `${where} and account_key in (select unnest($3::bigint[]))`
    const text = `${select} where ${db.dialect.playsWhere(these)} order by ${order}`
    return { text, params: [...params, [...wanted].map(accountKey)], wanted }
  }
  async function* ofAccounts(
    accounts: readonly AccountRef[],
    from: number,
    to: number,
  ): AsyncIterable<PlayRecord[]> {
    const { text, params, wanted } = await ofThese(accounts, from, to)
    for await (const columns of db.batches(text, params))
      yield playsOfColumns(columns).filter((play) => wanted.has(play.account))
  }
  return {
    playsBetween,
    playsByAccountOf: (accounts, from, to) => byAccount(ofAccounts(accounts, from, to)),
    playsByAccount: (from, to) => byAccount(playsBetween(from, to)),
    plays: async (identities) => [...(await findPlays(db, identities)).values()],
    async playsOf(account, from, to) {
      const { where, params } = await windowOf(db, from, to)
      const these = db.dialect.playsWhere(`${where} and account_key = $3`)
      const text = `${select} where ${these} order by ${order}`
      const rows = await db.query(text, [...params, accountKey(account)])
      return rows.map(toPlay).filter((play) => play.account === account)
    },
    async playsOfEach(accounts, from, to) {
      const some = known === null ? accounts : await known.among(accounts)
      if (some.length === 0) return []
      const { text, params, wanted } = await ofThese(some, from, to)
      const rows = await db.query(text, params)
      return rows.map(toPlay).filter((play) => wanted.has(play.account))
    },
    ...accountReader(db),
  }
}

/** Who has plays. */
function accountReader(db: Sql): Pick<PlayReader, 'accountsWithPlays' | 'accountsOfSources'> {
  return {
    async accountsWithPlays(from, to) {
      const { where, params } = await windowOf(db, from, to)
      const rows = await db.query(`select distinct account from plays where ${where}`, params)
      return rows.map((row) => String(row['account'])).sort()
    },
    async accountsOfSources(sources, from, to) {
      const accounts = new Set<AccountRef>()
      const { where, params } = await windowOf(db, from, to)
      for (const source of sources) {
        const text = `select distinct account from plays where ${where} and source = $3`
        const rows = await db.query(text, [...params, source])
        for (const row of rows) accounts.add(String(row['account']))
      }
      return [...accounts].sort()
    },
  }
}

async function* byAccount(batches: AsyncIterable<PlayRecord[]>): AsyncIterable<PlayRecord[]> {
  let current: PlayRecord[] = []
  for await (const batch of batches) {
    for (const play of batch) {
      if (current[0] !== undefined && current[0].account !== play.account) {
        yield current
        current = []
      }
      current.push(play)
    }
  }
  if (current.length > 0) yield current
}
