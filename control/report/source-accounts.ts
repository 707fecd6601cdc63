import type { PlayRecord } from '#domain/types'
import type { AsnTable } from '../geo/asn-table.ts'
import { fetchGeo } from '../sources/tautulli/api.ts'
import type { TautulliClient } from '../sources/tautulli/client.ts'
import { readHistory, readUsers } from '../sources/tautulli/pages.ts'
import { playFromTautulli, type TautulliRow, type TautulliUser } from '../sources/tautulli/rows.ts'
import type { AccountRead, AccountSource } from './common/account-read.ts'
import { createNetworkPlaces, type Placed } from './common/network-places.ts'
import { inOrder } from './common/ordered-pool.ts'
import { createPlaceBook } from './common/place-book.ts'
import { localDateDaysBefore } from './common/python-text.ts'
import { isNamed, reportName } from './compat/users.ts'

/** What to read of a Tautulli. */
export interface TautulliQuery {
  readonly now: number
  readonly days: number
  readonly user: string | null
  readonly asn: AsnTable | null
  readonly atOnce: number
}

const placedOf = (play: PlayRecord): Placed[] =>
  play.isLan || play.address === null || play.network === null
    ? []
    : [{ address: play.address, network: play.network }]

const createReader = (client: TautulliClient, query: TautulliQuery) => {
  const book = createPlaceBook((address) => fetchGeo(client, address), query.atOnce)
  const placesOf = createNetworkPlaces(book)
  const after = localDateDaysBefore(query.now, query.days)
  const asnOf = (row: TautulliRow) =>
    typeof row.ip_address === 'string' ? (query.asn?.(row.ip_address) ?? null) : null
  const read = async (user: TautulliUser): Promise<PlayRecord[]> => {
    const rows = await readHistory(client, user.user_id, after)
    const bare = rows.map((row) => playFromTautulli(row, null))
    const places = await placesOf(bare.flatMap(placedOf))
    return rows.map((row, i) =>
      playFromTautulli(row, places.get(bare[i]?.network ?? ''), asnOf(row)),
    )
  }
  return { book, read }
}

async function* readAccounts(
  users: readonly TautulliUser[],
  atOnce: number,
  read: (user: TautulliUser) => Promise<PlayRecord[]>,
): AsyncGenerator<AccountRead> {
  for await (const { item, outcome } of inOrder(users, atOnce, read))
    yield {
      user_id: item.user_id,
      name: reportName(item),
      outcome: outcome.ok
        ? { ok: true, plays: outcome.value }
        : { ok: false, error: outcome.error.message },
    }
}

/** Accounts of a Tautulli: all its users, every single play, each network's place. */
export const tautulliAccounts = async (
  client: TautulliClient,
  query: TautulliQuery,
): Promise<AccountSource> => {
  const all = await readUsers(client)
  const { user } = query
  const users = user === null ? all : all.filter((one) => isNamed(one, user))
  const { book, read } = createReader(client, query)
  return {
    total: users.length,
    accounts: readAccounts(users, query.atOnce, read),
    usesOwnGeo: false,
    warnings() {
      const { asked, failed } = book.tally()
      if (failed === 0) return []
      return [`${failed} of ${asked} address look-ups failed; those places count as unknown`]
    },
  }
}
