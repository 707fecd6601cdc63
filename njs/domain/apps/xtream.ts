import type { AccountFacts } from '../channels/protocol.ts'
import type { ReasonId } from '../reasons.ts'
import { statusFor } from '../statuses.ts'

/** What control renders for a group: the live channels, their categories, or both as `panel_api.php` has them. */
export type AppList = 'live-streams' | 'live-categories' | 'panel'

/** What an action of `player_api.php` asks for. */
export type Action =
  | { readonly kind: 'information' }
  | { readonly kind: 'list'; readonly list: AppList }
  /** The same for everybody: there are neither films nor series. */
  | { readonly kind: 'nothing'; readonly body: string }
  /** Programmes of one channel: those to come, or all with the past ones. */
  | { readonly kind: 'guide'; readonly form: 'short' | 'table' }

const INFORMATION: Action = { kind: 'information' }
const EMPTY: Action = { kind: 'nothing', body: '[]' }
const TABLE: Action = { kind: 'guide', form: 'table' }

const ACTIONS: ReadonlyMap<string, Action> = new Map<string, Action>([
  ['get_live_streams', { kind: 'list', list: 'live-streams' }],
  ['get_live_categories', { kind: 'list', list: 'live-categories' }],
  ['get_short_epg', { kind: 'guide', form: 'short' }],
  ['get_simple_data_table', TABLE],
  // Some apps spell it so.
  ['get_simple_date_table', TABLE],
  ['get_vod_categories', EMPTY],
  ['get_vod_streams', EMPTY],
  ['get_series_categories', EMPTY],
  ['get_series', EMPTY],
  ['get_vod_info', { kind: 'nothing', body: '{"info":[],"movie_data":{}}' }],
  ['get_series_info', { kind: 'nothing', body: '{"seasons":[],"info":{},"episodes":{}}' }],
])

/** The action of that name; whatever is unknown asks for the account's information, as on panels. */
export const actionOf = (name: string): Action => ACTIONS.get(name) ?? INFORMATION

/** Whom an app says it is, echoed as it was sent: some apps use the echo from then on. */
export interface AppLogin {
  readonly username: string
  readonly password: string
}

const twoParts = (host: string): { name: string; port: string } => {
  const found = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(host)
  return { name: found?.[1] ?? host, port: found?.[2] ?? '' }
}

/** `server_info`: where the app builds its addresses from. All times are in UTC, and `timezone` says so. */
const serverInfo = (base: string, nowSec: number): Record<string, unknown> => {
  const isTls = base.startsWith('https://')
  const { name, port } = twoParts(base.slice(base.indexOf('://') + 3))
  const own = port || (isTls ? '443' : '80')
  return {
    url: name,
    port: own,
    https_port: isTls ? own : '',
    server_protocol: isTls ? 'https' : 'http',
    rtmp_port: '',
    timezone: 'UTC',
    timestamp_now: nowSec,
    time_now: new Date(nowSec * 1000).toISOString().slice(0, 19).replace('T', ' '),
    process: true,
  }
}

/** What `player_api.php` answers for an account in good standing. `base` is `scheme://host[:port]`. */
export const informationOf = (
  login: AppLogin,
  facts: AccountFacts,
  { base, nowSec }: { readonly base: string; readonly nowSec: number },
): Record<string, unknown> => ({
  user_info: {
    username: login.username,
    password: login.password,
    message: '',
    auth: 1,
    status: 'Active',
    exp_date: facts.expiresSec === null ? null : String(facts.expiresSec),
    is_trial: '0',
    active_cons: String(facts.active),
    created_at: String(facts.createdSec),
    max_connections: String(facts.cap),
    allowed_output_formats: facts.formats,
  },
  server_info: serverInfo(base, nowSec),
})

const STATUSES: Partial<Record<ReasonId, string>> = {
  'account.expired': 'Expired',
  'account.disabled': 'Disabled',
  'ban.account': 'Banned',
  'ban.network': 'Banned',
}

/**
 * A refusal as apps read it: 200 with `auth: 0`, the same for an unknown user and a wrong password. `null` where it is not the viewer's fault: those
 * keep their status, so that the app does not say the password was wrong.
 */
export const refusalFor = (reason: ReasonId): string | null => {
  const status = statusFor(reason)
  if (status >= 429 || status === 400) return null
  const told = STATUSES[reason]
  return JSON.stringify({ user_info: told === undefined ? { auth: 0 } : { auth: 0, status: told } })
}
