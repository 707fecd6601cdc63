import type { Row, TautulliData } from './tautulli-server.ts'

/** The clock of the shown data in seconds; made plays lie before it. */
export const NOW_S = Date.parse('2026-11-20T18:30:00Z') / 1000

/** A key no answer and no output may show. */
export const MADE_KEY = 'feedfacefeedfacefeedfacefeedface'

/** A play of user 1; a field set to `undefined` is left out. */
export const play = (over: Row = {}): Row => {
  const started = Number(over['started'] ?? NOW_S - 86_400)
  const row: Row = {
    row_id: started % 1_000_000,
    started,
    stopped: started + 1800,
    play_duration: 1800,
    user_id: 1,
    platform: 'Android',
    player: 'Phone',
    ip_address: '203.0.113.7',
    machine_id: 'phone',
    full_title: 'A Film',
    live: 0,
    location: 'wan',
    state: null,
    ...over,
  }
  row['reference_id'] ??= row['row_id']
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined))
}

/** A Tautulli with the given users' plays; a user's name is `user <id>`. */
export const madeData = (
  history: Record<string, readonly Row[]>,
  geo: TautulliData['geo'] = {},
): TautulliData => ({
  apiKey: MADE_KEY,
  users: Object.keys(history).map((id) => ({
    user_id: Number(id),
    friendly_name: `user ${id}`,
    username: `u${id}`,
  })),
  history,
  geo,
})
