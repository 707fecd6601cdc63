import type { PlayRecord } from '#domain/types'
import { hash52 } from '../../control/store/history/counting/hash52.ts'
import type { Sql } from '../../control/store/sql/sql.ts'
import type { Store } from '../../control/store/store.ts'
import { DAY } from './sample-plays.ts'

/** Who has not signed in to a media server: no account, whose plays count all the same. */
export const NOBODY = [
  'server:den:0',
  'server:den:Local',
  'server:den:System',
  'backend:door:',
  'server:den:0000-0000',
  'Local',
]

/** One of three accounts, or nobody's. */
export const accountOf = (random: () => number, name: string): string =>
  random() < 0.2
    ? (NOBODY[Math.floor(random() * NOBODY.length)] ?? '')
    : `own:${Math.floor(random() * 3)} ${name}`

/** The account of a play; nobody's is null. */
export const ownerOf = ({ account }: PlayRecord): string | null =>
  NOBODY.includes(account) ? null : account

/** The accounts of plays. */
export const accountsOf = (plays: readonly PlayRecord[]): Set<string> =>
  new Set(plays.flatMap((play) => ownerOf(play) ?? []))

/** As if an account's plays had been counted by a version to which a pseudo user was one. */
export const countAsNobody = async (db: Sql, dialect: string, account: string): Promise<void> => {
  const [plays, counted] =
    dialect === 'duckdb' ? ['plays', 'days_account'] : ['play_accounts', 'counted_keys']
  await db.query(
    `update ${plays} set account = 'server:den:0', account_key = ${hash52('server:den:0')} where account = $1`,
    [account],
  )
  await db.query(`update ${counted} set key = 'server:den:0' where key = $1`, [account])
  await db.query('delete from migrations where version >= 33')
}

/** What is counted by account. */
export const viewersOfKinds = async ({ history: { dashboard } }: Store) => {
  const span = { from: 990 * DAY, to: 1100.3 * DAY }
  return {
    viewers: await dashboard.uniqueViewers(span),
    days: await dashboard.perDay(span),
    local: await dashboard.perDay(span, 'Asia/Kathmandu'),
    hours: await dashboard.perHour({ from: 1001 * DAY, to: 1004 * DAY }),
    accounts: await dashboard.topAccounts(span),
    levels: await dashboard.levels(span, 9),
  }
}
