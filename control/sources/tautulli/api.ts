import type { TautulliSession } from './activity.ts'
import type { CallParams, TautulliClient } from './client.ts'
import { TautulliError } from './error.ts'
import type { TautulliGeo, TautulliRow, TautulliUser } from './rows.ts'

/** One page of a table and how many rows the whole has. */
export interface Page<Row> {
  readonly rows: Row[]
  /** `null` where the server does not say. */
  readonly total: number | null
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const fetchPage = async (
  client: TautulliClient,
  command: string,
  params: CallParams,
): Promise<Page<Record<string, unknown>>> => {
  const data = await client.call(command, params)
  if (!isRecord(data))
    throw new TautulliError({ kind: 'malformed', command, detail: 'it has no rows' })
  const rows = data['data'] ?? []
  if (!Array.isArray(rows))
    throw new TautulliError({ kind: 'malformed', command, detail: 'its rows are not a list' })
  const total = data['recordsFiltered']
  return { rows: rows.filter(isRecord), total: typeof total === 'number' ? total : null }
}

/** A page of `get_users_table`. */
export const fetchUsers = async (
  client: TautulliClient,
  params: CallParams,
): Promise<Page<TautulliUser>> => {
  const page = await fetchPage(client, 'get_users_table', params)
  return { ...page, rows: page.rows.map((row) => ({ ...row, user_id: row['user_id'] })) }
}

/** A page of `get_history`, newest first. */
export const fetchHistory = (
  client: TautulliClient,
  params: CallParams,
): Promise<Page<TautulliRow>> => fetchPage(client, 'get_history', params)

/** Where an address is (`get_geoip_lookup`); `null` where the answer holds no place. */
export const fetchGeo = async (
  client: TautulliClient,
  address: string,
): Promise<TautulliGeo | null> => {
  const data = await client.call('get_geoip_lookup', { ip_address: address })
  if (!isRecord(data)) return null
  for (const _ in data) return data
  return null
}

/**
 * What plays now (`get_activity`). While Tautulli cannot reach its Plex server it answers an empty
 * record: running plays are then unknown, and it throws a `TautulliError`.
 */
export const fetchActivity = async (client: TautulliClient): Promise<TautulliSession[]> => {
  const command = 'get_activity'
  const data = await client.call(command)
  const sessions = isRecord(data) ? data['sessions'] : undefined
  if (Array.isArray(sessions)) return sessions.filter(isRecord)
  const detail = 'it has no sessions; does Tautulli reach its Plex server?'
  throw new TautulliError({ kind: 'malformed', command, detail })
}

/**
 * Asks for the end of a session (`terminate_session`; `plexpy/pmsconnect.py`). Tautulli refuses it without a Plex Pass
 * and for sessions it does not know; the message is shown to the viewer.
 */
export const terminateSession = async (
  client: TautulliClient,
  sessionId: string,
  message: string,
): Promise<void> => {
  await client.call('terminate_session', { session_id: sessionId, message })
}
