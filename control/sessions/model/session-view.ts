import type { AccountRef } from '#domain/types'
import type { LiveSession } from './live-session.ts'

export interface SessionQuery {
  readonly account?: AccountRef
  readonly channel?: string
  readonly group?: string
  readonly network?: string
  readonly edge?: string
  readonly device?: string
  readonly download?: string
  readonly sort?:
    | 'openedAt'
    | '-openedAt'
    | 'lastSeenAt'
    | '-lastSeenAt'
    | 'bytes'
    | '-bytes'
    | 'channel'
  readonly limit?: number
  readonly cursor?: string
}

export interface SessionPage {
  readonly items: readonly LiveSession[]
  readonly next: string | null
  /** Number of live sessions that match; `null` where no index has it. */
  readonly total: number | null
}

export interface LiveNumbers {
  readonly totalClients: number
  readonly channels: readonly { readonly channel: string; readonly clients: number }[]
  readonly isDegraded: boolean
}

/** Reading live sessions. */
export interface SessionView {
  list(query: SessionQuery): Promise<SessionPage>
  /** By lease key or session id. */
  show(id: string): Promise<LiveSession | null>
  /** Tags of the accounts of a shard that play, in tag order; there are `LIVE_SHARDS`. */
  accountsIn(shard: number): Promise<readonly string[]>
  /** Live sessions of accounts, by their tags. */
  ofAccounts(tags: readonly string[]): Promise<readonly LiveSession[]>
  /** Live sessions everywhere and on one channel, at most a second old: `total_clients`, `stream_clients`. */
  counts(channel: string): Promise<{ totalClients: number; streamClients: number }>
  numbers(): Promise<LiveNumbers>
}
