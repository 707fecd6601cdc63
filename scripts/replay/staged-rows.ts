import type { StagedPlay } from '../../control/demo/media-servers/stage.ts'
import type { TautulliRow } from '../../control/sources/tautulli/rows.ts'

/** What plays from a moment on (Unix ms). */
export interface Scene {
  readonly at: number
  readonly plays: readonly StagedPlay[]
}

interface Change {
  readonly at: number
  readonly session: string
  /** `null`: it has ended. */
  readonly play: StagedPlay | null
}

const text = (value: unknown, otherwise: string): string =>
  typeof value === 'string' && value !== ''
    ? value
    : typeof value === 'number'
      ? String(value)
      : otherwise

/** A recorded row as a play at a media server. */
const stagedPlay = (row: TautulliRow, session: string): StagedPlay => {
  const title = text(row['full_title'], `Item ${session}`)
  const address = text(row.ip_address, '')
  const player = text(row.player, text(row.product, 'Player'))
  return {
    user: { id: text(row.user_id, '0'), name: text(row.friendly_name, `user ${row.user_id}`) },
    device: {
      id: text(row.machine_id, player),
      name: player,
      app: text(row.product, player),
      platform: text(row.platform, player),
    },
    item: { id: text(row['rating_key'], session), title, isMusic: row.media_type === 'track' },
    session,
    ...(address === '' ? {} : { address, publicAddress: address }),
    isLocal: row.location === 'lan',
    isRelayed: Number(row['relayed'] ?? 0) === 1,
    location: row.location === 'lan' ? 'lan' : 'wan',
  }
}

/** A row's beginning, the pause at its end, where it was paused, and its end, in seconds. */
const changesOf = (row: TautulliRow, session: string): Change[] => {
  const started = Number(row.started)
  const stopped = Math.max(started, Number(row.stopped ?? started))
  const played = Math.min(stopped - started, Math.max(0, Number(row['play_duration'] ?? Infinity)))
  const play = stagedPlay(row, session)
  const isRunning = typeof row.state === 'string' && row.state !== ''
  const paused: Change[] =
    stopped - started - played > 60
      ? [{ at: (started + played) * 1000, session, play: { ...play, state: 'paused' } }]
      : []
  return [
    { at: started * 1000, session, play },
    ...paused,
    ...(isRunning ? [] : [{ at: stopped * 1000, session, play: null }]),
  ]
}

/**
 * Recorded rows as scenes in the order of time, one for each step in which anything changed. Rows that end within the step in
 * which they began are never seen to play, as at a server that is looked at so often.
 */
export function* scenesOf(
  rows: Iterable<TautulliRow>,
  { from, to, stepMs }: { readonly from: number; readonly to: number; readonly stepMs: number },
): Generator<Scene> {
  const changes: Change[] = []
  let number = 0
  for (const row of rows) {
    number += 1
    if (Number(row.started) * 1000 >= from) changes.push(...changesOf(row, `s${number}`))
  }
  changes.sort((a, b) => a.at - b.at)
  const playing = new Map<string, StagedPlay>()
  const stepOf = (at: number): number => Math.min(to, Math.ceil(at / stepMs) * stepMs)
  for (const [i, { at, session, play }] of changes.entries()) {
    if (play === null) playing.delete(session)
    else playing.set(session, play)
    const next = changes[i + 1]
    if (next === undefined || stepOf(next.at) !== stepOf(at))
      yield { at: stepOf(at), plays: [...playing.values()] }
  }
}
