/** A row of a table, as the API answers it. */
export type Row = Record<string, unknown>

/** A session as the server holds it: what `get_activity` shows of it, and when it began. */
export interface Session {
  readonly row: Row
  /** Unix seconds; shown by `get_history` alone. */
  readonly started: number
  /** Goes on after its end was asked, as players do that ignore it. */
  readonly isDeaf?: boolean
}

/** What plays at the Plex server behind a Tautulli; tests change it while the server runs. */
export interface TautulliLive {
  sessions: Session[]
  /** Without it no session can be ended. */
  hasPlexPass: boolean
  /** Tautulli knows nothing of what plays while it does not reach its Plex server. */
  reachesPlex: boolean
  /** Whom the ended viewers were shown what. */
  readonly messages: { readonly session: string; readonly message: string }[]
}

/** A Plex server where nothing plays. */
export const idlePlex = (): TautulliLive => ({
  sessions: [],
  hasPlexPass: true,
  reachesPlex: true,
  messages: [],
})

const textOf = (row: Row, name: string): string => {
  const value = row[name]
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

/** The data of `get_activity`: counts as text or numbers as Tautulli gives them; nothing at all without Plex. */
export const activityOf = (live: TautulliLive | undefined): Row => {
  if (live?.reachesPlex === false) return {}
  const sessions = (live?.sessions ?? []).map(({ row }) => row)
  const counted = (decision: string): number =>
    sessions.filter((row) => row['transcode_decision'] === decision).length
  return {
    stream_count: String(sessions.length),
    stream_count_direct_play: counted('direct play'),
    stream_count_direct_stream: counted('copy'),
    stream_count_transcode: counted('transcode'),
    total_bandwidth: sessions.reduce((sum, row) => sum + Number(row['bandwidth'] ?? 0), 0),
    lan_bandwidth: 0,
    wan_bandwidth: 0,
    sessions,
  }
}

/** Running sessions as rows of `get_history`: without ids, with a state and a numeric session key. */
export const runningRows = (live: TautulliLive, userId: string | null): Row[] =>
  live.sessions
    .filter(({ row }) => userId === null || textOf(row, 'user_id') === userId)
    .map(({ row, started }) => ({
      ...row,
      reference_id: null,
      row_id: null,
      id: null,
      session_key: Number(row['session_key']),
      date: started,
      started,
      stopped: 0,
      play_duration: 0,
      live: Number(row['live'] ?? 0),
      group_count: 1,
    }))

const failed = (why: string) => ({
  response: { result: 'error', message: `Failed to terminate session: ${why}.`, data: {} },
})

/** The answer to `terminate_session`: a failure comes with status 200 and `result: "error"`. */
export const terminate = (live: TautulliLive | undefined, params: URLSearchParams): unknown => {
  if (live === undefined || !live.hasPlexPass) return failed('No Plex Pass subscription')
  const [key, id] = [params.get('session_key') ?? '', params.get('session_id') ?? '']
  const session = live.sessions.find(({ row }) =>
    key === '' ? id !== '' && textOf(row, 'session_id') === id : textOf(row, 'session_key') === key,
  )
  if (session === undefined)
    return failed(`Invalid session_key (${key || 'None'}) or session_id (${id || 'None'})`)
  const own = textOf(session.row, 'session_id')
  if (own === '') return failed('Missing session_id')
  const message = params.get('message') || 'The server owner has ended the stream.'
  live.messages.push({ session: own, message })
  if (session.isDeaf !== true) live.sessions = live.sessions.filter((other) => other !== session)
  return { response: { result: 'success', message: 'Session terminated.', data: {} } }
}
