import type { GroupedHistory } from '../model/grouped-history.ts'
import type { PlayHistory, SourceUser } from '../model/play-history.ts'
import type { PlayOrigin } from './activity.ts'
import { fetchGeo, fetchHistory, fetchUsers } from './api.ts'
import type { TautulliClient } from './client.ts'
import { readHistory, readUsers } from './pages.ts'
import { placeFromTautulli, playFromTautulli, type TautulliUser } from './rows.ts'

const namesOf = (user: TautulliUser): string[] =>
  [user.friendly_name, user.username].flatMap((name: unknown) =>
    (typeof name === 'string' && name !== '') || typeof name === 'number' ? [String(name)] : [],
  )

const userOf = (user: TautulliUser): SourceUser => {
  const id = typeof user.user_id === 'number' ? user.user_id : String(user.user_id)
  const names = namesOf(user)
  return { id, name: names[0] ?? String(id), names }
}

/** The local date of a moment as `get_history` takes it, `YYYY-MM-DD`; Tautulli reads it in its own time zone. */
const dateOf = (ms: number): string => {
  const date = new Date(ms)
  const [month, day] = [date.getMonth() + 1, date.getDate()].map((n) => String(n).padStart(2, '0'))
  return `${date.getFullYear()}-${month}-${day}`
}

/** Tautulli's history as single plays; their places are asked for apart, by `get_geoip_lookup`. */
export const createHistory = (client: () => TautulliClient, origin: PlayOrigin): PlayHistory => ({
  users: async () => (await readUsers(client())).map(userOf),
  async *plays({ user, since, oldestFirst }) {
    const question = { user, after: dateOf(since), oldestFirst }
    const { source } = origin
    for await (const rows of readHistory(client(), question))
      yield rows.map((row) =>
        playFromTautulli(row, null, null, { source, account: origin.accountOf(row.user_id) }),
      )
  },
  locate: async (address) => {
    const geo = await fetchGeo(client(), address)
    return geo === null ? null : placeFromTautulli(geo)
  },
})

/** Tautulli's history as it groups it. */
export const createGroupedHistory = (client: () => TautulliClient): GroupedHistory => ({
  users: async (length) => (await fetchUsers(client(), { length })).rows,
  rows: async ({ user, after, length }) =>
    (await fetchHistory(client(), { user_id: user, after, length })).rows,
  locate: async (address) => await fetchGeo(client(), address),
})
