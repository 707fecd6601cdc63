import type { SeenPlay } from '../live/play-table.ts'
import { type PlayState, playKey } from '../model/live-play.ts'
import { playFromTautulli, type TautulliRow } from './rows.ts'

/** A session of `get_activity` (`plexpy/pmsconnect.py`, `get_session_each`): most values are text, numbers and flags too. */
export interface TautulliSession {
  readonly [field: string]: unknown
}

/** When sessions began, in Unix seconds, by session key. */
export type SessionStarts = ReadonlyMap<string, number>

const text = (value: unknown): string => {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' ? value.trim() : ''
}

const firstText = (...values: unknown[]): string => values.map(text).find((one) => one !== '') ?? ''

/** The key Tautulli calls a session by; Plex counts them anew when it restarts. */
export const sessionKeyOf = (session: TautulliSession): string => text(session['session_key'])

const STATES: Readonly<Record<string, PlayState>> = { paused: 'paused', buffering: 'buffering' }

/** Through Plex Relay the player's address is the relay's; where Plex does not know the other, it is unknown. */
const addressOf = (session: TautulliSession): string => {
  if (text(session['relayed']) !== '1') return text(session['ip_address'])
  const seen = text(session['ip_address_public'])
  return seen.startsWith('127.') ? '' : seen
}

/** A channel of live television keeps its number, while its programmes change. */
const itemOf = (session: TautulliSession): string =>
  text(session['live']) === '1'
    ? firstText(session['channel_identifier'], session['channel_title'], session['rating_key'])
    : firstText(session['rating_key'], session['full_title'], session['title'])

const rowOf = (session: TautulliSession, started: number, seenMs: number): TautulliRow => ({
  row_id: null,
  session_key: sessionKeyOf(session),
  started,
  stopped: Math.max(started, seenMs / 1000),
  friendly_name: firstText(session['friendly_name'], session['username'], session['user']),
  platform: text(session['platform']),
  product: text(session['product']),
  player: text(session['player']),
  ip_address: addressOf(session),
  machine_id: text(session['machine_id']),
  location: text(session['location']),
  live: text(session['live']),
  full_title: text(session['full_title']),
  title: text(session['title']),
  media_type: text(session['media_type']),
  transcode_decision: text(session['transcode_decision']),
  channel_title: text(session['channel_title']),
  state: firstText(session['state'], 'playing'),
})

/** Names of the source and of its accounts. */
export interface PlayOrigin {
  readonly source: string
  readonly accountOf: (userId: unknown) => string
}

/** Sessions as plays; `handle` is Plex's `Session.id`, by which an end is asked. Those without a user are left out. */
export const playsOfActivity = (
  sessions: readonly TautulliSession[],
  origin: PlayOrigin,
  { starts, now }: { readonly starts: SessionStarts; readonly now: number },
): SeenPlay[] =>
  sessions.flatMap((session) => {
    const user = text(session['user_id'])
    if (user === '') return []
    const started = starts.get(sessionKeyOf(session)) ?? now / 1000
    const record = playFromTautulli(rowOf(session, started, now), null, null, {
      source: origin.source,
      account: origin.accountOf(user),
    })
    return [
      {
        key: playKey({ user, device: record.device ?? '', item: itemOf(session) }),
        state: STATES[text(session['state'])] ?? 'playing',
        record,
        handle: text(session['session_id']) || null,
      },
    ]
  })

/** When the running rows of `get_history` began: `get_activity` does not say it. */
export const startsOfRows = (rows: readonly TautulliRow[]): SessionStarts =>
  new Map(
    rows
      .filter((row) => text(row.state) !== '' && Number(row.started) > 0)
      .map((row) => [text(row.session_key), Number(row.started)]),
  )
