import type { AccountRef } from '#domain/types'
import { isPerson } from '#domain/viewer/person'
import { keepRoll } from '../../people/server-users.ts'
import type { MediaHub, WatchedServer } from '../../sources/hub/hub.ts'
import { readServerAccount, serverAccount } from '../../sources/model/origin.ts'
import type { Store } from '../../store/store.ts'

interface RollParts {
  readonly hub: Pick<MediaHub, 'list'>
  readonly store: Store
  readonly now: () => number
}

const MINUTE_MS = 60_000
const YEAR_MS = 365 * 86_400_000
const REPEAT_MS = 15 * MINUTE_MS

/** Work that asks each media server for its users every quarter of an hour; one that does not tell is asked again then. */
export const createUserRoll = ({ hub, store, now }: RollParts): (() => Promise<void>) => {
  const askedAt = new Map<string, number>()
  const isDue = ({ server, source }: WatchedServer): boolean =>
    source.users !== null &&
    source.health().state === 'watching' &&
    now() - (askedAt.get(server.name) ?? Number.NEGATIVE_INFINITY) >= REPEAT_MS
  const latestPlay = async (account: AccountRef) =>
    (await store.history.playsOf(account, now() - YEAR_MS, now() + 1)).at(-1) ?? null
  return async () => {
    const due = hub.list().filter(isDue)
    if (due.length === 0) return
    const played = await store.history.accountsWithPlays(now() - YEAR_MS, now() + 1)
    for (const { server, source } of due) {
      askedAt.set(server.name, now())
      const users = await source.users?.().catch(() => null)
      if (users === null || users === undefined) continue
      const named = users
        .map((user) => ({ ...user, account: serverAccount(server.name, user.id) }))
        .filter(({ account }) => isPerson(account))
      const own = played.filter(
        (account) => isPerson(account) && readServerAccount(account)?.server === server.name,
      )
      await keepRoll({ store, latestPlay, now }, { server: server.name, users: named }, own)
    }
  }
}
