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

/** Where an address is; an empty record where the server does not know. */
export const fetchGeo = async (client: TautulliClient, address: string): Promise<TautulliGeo> => {
  const data = await client.call('get_geoip_lookup', { ip_address: address })
  return isRecord(data) ? data : {}
}
