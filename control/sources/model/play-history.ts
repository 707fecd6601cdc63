import type { PlayCopy } from '#domain/copy-play'
import type { GeoPlace } from '#domain/types'

/** A user as the server knows him. */
export interface SourceUser {
  /** The server's own id, in its own type. */
  readonly id: string | number
  /** The name to show: the id where the server has no other. */
  readonly name: string
  /** Every name an operator may know the user by. */
  readonly names: readonly string[]
}

/** Which past plays to read. */
export interface HistoryQuery {
  /** The server's id of a user; `null` for everybody, users the server has removed included. */
  readonly user: SourceUser['id'] | null
  /** Plays that started at or after this moment, in Unix milliseconds; a server that counts in days may give earlier ones of that day. */
  readonly since: number
  /** Past plays alone and oldest first, as an import that may break off needs them; newest first when left out. */
  readonly oldestFirst?: boolean | undefined
}

/** Past plays of a server. Every method throws a `SourceError` when the server cannot be read after retries. */
export interface PlayHistory {
  users(): Promise<readonly SourceUser[]>
  /** Single plays page by page, newest first unless asked otherwise, each id once; running ones are included with `endedAt` null. An error ends it: what came before is whole. Each is made anew, and the reader's to change. */
  plays(query: HistoryQuery): AsyncIterable<readonly PlayCopy[]>
  /**
   * Where an address is by the server's own knowledge, `null` where it does not know; the member is
   * `null` where the plays hold their places or the server knows none.
   */
  readonly locate: ((address: string) => Promise<GeoPlace | null>) | null
}
