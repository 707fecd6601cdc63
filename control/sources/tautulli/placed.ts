import type { PlayRecord } from '#domain/types'
import { serverAccount } from '../model/origin.ts'

/** Which media server a Tautulli watches, so that its past plays and live ones are of one account. */
export interface WatchedServer {
  /** Its name here; without one, plays are of a Tautulli. */
  readonly server?: string | undefined
  /** Tautulli's user id of the server's owner, who is user 1 at Plex; all others have one id at both. */
  readonly owner?: string | undefined
}

/** A play of a Tautulli as one of the server it watches. */
export const placedAt = (play: PlayRecord, { server, owner }: WatchedServer): PlayRecord => {
  if (server === undefined) return play
  const user = play.account.slice(play.account.lastIndexOf(':') + 1)
  return {
    ...play,
    source: `tautulli:${server}`,
    account: serverAccount(server, user === owner ? '1' : user),
  }
}
