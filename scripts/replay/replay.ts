import type { PlayRecord } from '#domain/types'
import { startJellyfin } from '../../control/demo/media-servers/jellyfin.ts'
import { startPlex } from '../../control/demo/media-servers/plex.ts'
import { assessAccount } from '../../control/detect/judge/assess.ts'
import { createPlayPublisher } from '../../control/sources/hub/play-events.ts'
import { MEDIA_SERVERS } from '../../control/sources/registry.ts'
import type { TautulliRow } from '../../control/sources/tautulli/rows.ts'
import { createHandClock, type HandClock } from './hand-clock.ts'
import { type Scene, scenesOf } from './staged-rows.ts'
import { createWatchedHistory, type Locate, type WatchedHistory } from './watched-history.ts'

/** A past to be played: rows by user, and the stretch of it, in Unix milliseconds. */
export interface Past {
  readonly rows: Readonly<Record<string, readonly TautulliRow[]>>
  readonly from: number
  readonly to: number
  readonly locate: Locate
  /** The same plays as the report reads them. */
  readonly reported: (user: string) => readonly PlayRecord[]
}

/** What both halves say of one user. */
export interface Compared {
  readonly user: string
  readonly watched: Verdict
  readonly reported: Verdict
  /** Kinds the live detectors found while it played. */
  readonly live: readonly string[]
}

interface Verdict {
  readonly confidence: number
  readonly flagged: boolean
  readonly kinds: readonly string[]
}

const TOKEN = 'replay'
const NAME = 'house'

/** Looks once a minute: the sources' own pace is a multiple of a given interval. */
const POLL_MS = { plex: 10_000, jellyfin: 60_000 } as const

/** Silence that never ends a connection. */
const NEVER_MS = 2 ** 31 - 1

const startServer = async (kind: keyof typeof POLL_MS) => {
  if (kind === 'jellyfin') return await startJellyfin({ token: TOKEN, version: '10.10.7' })
  const server = await startPlex({ token: TOKEN, pingMs: NEVER_MS })
  // A change is looked at when the clock says so, not when its notification arrives.
  server.setEvents('half-closed')
  return server
}

const play = async (
  kind: keyof typeof POLL_MS,
  { scenes, until }: { readonly scenes: Iterable<Scene>; readonly until: number },
  clock: HandClock,
  history: WatchedHistory,
): Promise<void> => {
  const server = await startServer(kind)
  const publisher = {
    publish: (events: Parameters<WatchedHistory['take']>[0]) => history.take(events),
  }
  const source = MEDIA_SERVERS[kind].create(
    {
      name: NAME,
      url: server.url,
      token: TOKEN,
      pollMs: POLL_MS[kind],
      graceMs: 1,
      silenceMs: NEVER_MS,
    },
    { now: clock.now, pause: clock.pause, onChange: createPlayPublisher(publisher, clock.now) },
  )
  try {
    await source.start()
    for (const scene of scenes) await clock.playTo(scene.at, () => server.stage.play(scene.plays))
    await clock.playTo(until, () => undefined)
  } finally {
    await source.stop()
    await server.close()
  }
}

const verdictOf = (plays: readonly PlayRecord[], now: number): Verdict => {
  const { confidence, flagged, findings } = assessAccount(plays, { now })
  return { confidence, flagged, kinds: [...new Set(findings.map(({ kind }) => kind))].sort() }
}

/**
 * Plays a past through a fake server of a kind: its stage, the source that polls it, the events it publishes and the detectors
 * share one clock. Answers what is said of each user afterwards, beside what the report says over the same rows.
 */
export const replay = async (
  kind: keyof typeof POLL_MS,
  past: Past,
  stepMs: number,
): Promise<Compared[]> => {
  const { rows, from, to } = past
  const clock = createHandClock(from)
  const history = createWatchedHistory(clock.now, past.locate)
  const scenes = scenesOf(Object.values(rows).flat(), { from, to, stepMs })
  await play(kind, { scenes, until: to }, clock, history)
  return Object.keys(rows).map((user) => {
    const account = `server:${NAME}:${user}`
    const live = [...new Set(history.findings(account).map((finding) => finding.kind))].sort()
    return {
      user,
      watched: verdictOf(history.plays(account), to),
      reported: verdictOf(past.reported(user), to),
      live,
    }
  })
}
