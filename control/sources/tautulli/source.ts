import { say } from '../../sentences/sentences.ts'
import { createEnd } from '../live/end-play.ts'
import { createHealth } from '../live/health.ts'
import { createPlayTable } from '../live/play-table.ts'
import { createPoller } from '../live/poller.ts'
import type { PlaySource } from '../model/play-source.ts'
import {
  SettingsError,
  type SourceKind,
  type SourcePorts,
  type SourceSettings,
} from '../model/source-kind.ts'
import {
  type PlayOrigin,
  playsOfActivity,
  type SessionStarts,
  sessionKeyOf,
  startsOfRows,
  type TautulliSession,
} from './activity.ts'
import { readTautulliAddress } from './address.ts'
import { fetchActivity, fetchHistory, terminateSession } from './api.ts'
import { type ClientOptions, createTautulliClient, type TautulliClient } from './client.ts'
import { TautulliError } from './error.ts'
import { createGroupedHistory, createHistory } from './history.ts'
import { accountOfTautulli } from './rows.ts'

const KIND = 'tautulli'
const TITLE = 'Tautulli'
const POLL_MS = 5000
const LONGEST_POLL_MS = 60_000
const CONFIRM_MS = 10_000
const CONFIRM_CHECKS = 10

/** Rows of `get_history` that hold the running plays: the newest. */
const RUNNING_ROWS = 100

/** A client that is opened when first needed and again after it was closed. */
const createLazyClient = (options: ClientOptions) => {
  let client: TautulliClient | null = null
  return {
    get: (): TautulliClient => (client ??= createTautulliClient(options)),
    close: async (): Promise<void> => {
      const open = client
      client = null
      await open?.close()
    },
  }
}

/** Finds when sessions began, asking only when there are new ones: session keys alone come again when Plex restarts. */
const createStarts = (client: () => TautulliClient) => {
  let known: ReadonlyMap<string, number> = new Map()
  const identityOf = (session: TautulliSession): string =>
    `${sessionKeyOf(session)} ${String(session['session_id'])}`
  const read = async (): Promise<SessionStarts> => {
    const params = { grouping: 0, include_activity: 1, length: RUNNING_ROWS }
    try {
      return startsOfRows((await fetchHistory(client(), params)).rows)
    } catch {
      // Running plays are known without it; such a play began when it was first seen.
      return new Map()
    }
  }
  return async (sessions: readonly TautulliSession[], now: number): Promise<SessionStarts> => {
    const isNew = sessions.some((session) => !known.has(identityOf(session)))
    const rows = isNew ? await read() : new Map<string, number>()
    const startOf = (session: TautulliSession): number =>
      known.get(identityOf(session)) ?? rows.get(sessionKeyOf(session)) ?? Math.floor(now / 1000)
    const starts = sessions.map((session) => [session, startOf(session)] as const)
    known = new Map(starts.map(([session, start]) => [identityOf(session), start]))
    return new Map(starts.map(([session, start]) => [sessionKeyOf(session), start]))
  }
}

const originOf = (name: string | null): PlayOrigin => ({
  source: name === null ? KIND : `${KIND}:${name}`,
  accountOf: (userId) => accountOfTautulli(userId, name ?? KIND),
})

const clientsOf = (settings: SourceSettings) => {
  const address = readTautulliAddress(settings.url)
  if (address === null) throw new SettingsError('url', say('setting.no_url'))
  if (settings.token === '') throw new SettingsError('token', say('setting.empty'))
  const { token: apiKey, timeoutMs, connections, backoffMs } = settings
  const common = { address, apiKey, ...(timeoutMs === undefined ? {} : { timeoutMs }) }
  const past = createLazyClient({
    ...common,
    ...(connections === undefined ? {} : { connections }),
    ...(backoffMs === undefined ? {} : { backoffMs }),
  })
  // The poller retries by itself, without end.
  const mostSilences = Number.POSITIVE_INFINITY
  const live = createLazyClient({ ...common, connections: 2, backoffMs: [], mostSilences })
  return { address, past, live }
}

type LazyClient = ReturnType<typeof createLazyClient>
type Watching = Pick<PlaySource, 'start' | 'stop' | 'health' | 'nudge' | 'plays' | 'end'>

/** The live part: polls `get_activity`, ends plays by `terminate_session`. */
const createWatching = (
  live: LazyClient,
  origin: PlayOrigin,
  settings: SourceSettings,
  { now, onChange }: SourcePorts,
): Watching => {
  let stopping: AbortController | null = null
  const client = (): TautulliClient => {
    if (stopping !== null) return live.get()
    throw new TautulliError({ kind: 'unreachable', command: 'get_activity', detail: 'stopped' })
  }
  const health = createHealth(now)
  const table = createPlayTable({ now, onChange })
  const startsOf = createStarts(client)
  const look = async (): Promise<void> => {
    try {
      const sessions = await fetchActivity(client())
      const starts = await startsOf(sessions, now())
      table.replace(playsOfActivity(sessions, origin, { starts, now: now() }))
      health.answered()
    } catch (error) {
      health.failed(error)
      throw error
    }
  }
  const { pollMs: everyMs = POLL_MS, confirmMs = CONFIRM_MS } = settings
  const poller = createPoller({ look, everyMs, longestMs: Math.max(everyMs, LONGEST_POLL_MS) })
  return {
    nudge: () => poller.nudge(),
    start: async () => {
      if (stopping === null) {
        stopping = new AbortController()
        health.started()
      }
      await poller.start()
    },
    stop: async () => {
      stopping?.abort()
      stopping = null
      health.stopped()
      await live.close()
      await poller.stop()
    },
    health: () => health.read(),
    plays: () => table.list(),
    end: createEnd({
      table,
      look: async () => await poller.look(),
      terminate: async (handle, reason) => await terminateSession(client(), handle, reason),
      confirmMs,
      checkMs: confirmMs / CONFIRM_CHECKS,
      stopping: () => stopping?.signal ?? null,
    }),
  }
}

const createTautulliSource = (settings: SourceSettings, ports: SourcePorts): PlaySource => {
  const { address, past, live } = clientsOf(settings)
  const origin = originOf(settings.name)
  const watching = createWatching(live, origin, settings, ports)
  return {
    ...watching,
    id: origin.source,
    label: `${TITLE} (${address.base})`,
    capabilities: {
      watch: 'polling',
      end: true,
      showsReason: true,
      message: false,
      signOut: false,
      limit: 'none',
      history: true,
      places: true,
    },
    message: null,
    signOut: null,
    limits: null,
    users: null,
    stop: async () => {
      await Promise.all([watching.stop(), past.close()])
    },
    history: createHistory(past.get, origin),
    groupedHistory: createGroupedHistory(past.get),
  }
}

/** Tautulli, the monitor of a Plex server: running plays and history by its API v2. */
export const TAUTULLI: SourceKind = { title: TITLE, create: createTautulliSource }
