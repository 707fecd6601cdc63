import { say } from '../../sentences/sentences.ts'
import { createJsonClient, type JsonClient, readServerUrl } from '../http/json-client.ts'
import { refused, refusedBy } from '../live/end-play.ts'
import type { SeenPlay } from '../live/play-table.ts'
import { createWatching, type Watching } from '../live/watching.ts'
import { sourceOrigin } from '../model/origin.ts'
import type { PlaySource, RequestAnswer } from '../model/play-source.ts'
import type { Fields } from '../model/read-fields.ts'
import { lineOf, outsideAddress } from '../model/remote-address.ts'
import {
  SettingsError,
  type SourceKind,
  type SourcePorts,
  type SourceSettings,
} from '../model/source-kind.ts'
import {
  createLimits,
  deleteDevice,
  fetchInfo,
  fetchSessions,
  fetchUsers,
  sendCommand,
} from './api.ts'
import type { Dialect } from './dialect.ts'
import { createSocketFeed } from './feed.ts'
import { playsOfSessions } from './sessions.ts'

const TIMEOUT_MS = 10_000
/** The server closes its side after a minute without a word. */
const SILENCE_MS = 60_000
const ANSWER_MS = 12_000
/** The public address is asked for again after so long: homes get new ones. */
const ADDRESS_MS = 60 * 60_000

/** Turns what a server shows into plays; learns its clock and its public address on the way. */
const createReading = (
  client: JsonClient,
  dialect: Dialect,
  { settings, ports }: { readonly settings: SourceSettings; readonly ports: SourcePorts },
) => {
  const { now, isHome = () => false } = ports
  const own = new Set<string>()
  let askedAt = Number.NEGATIVE_INFINITY
  let skewMs = 0
  const learnAddress = async (): Promise<void> => {
    if (now() - askedAt < ADDRESS_MS) return
    askedAt = now()
    const info = await fetchInfo(client, dialect).catch((): Fields => ({}))
    const address = outsideAddress(dialect.ownAddress(info))
    if (address !== null) own.add(lineOf(address))
  }
  const origin = sourceOrigin(dialect.kind, settings.name)
  const read = (sessions: readonly Fields[]): SeenPlay[] => {
    const at = now()
    const home = { isHome, own }
    return playsOfSessions(sessions, { dialect, origin, home, now: at, serverNow: at + skewMs })
  }
  const look = async (): Promise<readonly SeenPlay[]> => {
    const { sessions, serverNow } = await fetchSessions(client, dialect)
    if (serverNow !== null) skewMs = serverNow - now()
    await learnAddress()
    return read(sessions)
  }
  return { origin, read, look }
}

/** Shows words on a screen, and signs devices out: both looked at again just before. */
const createCommands = (client: JsonClient, dialect: Dialect, watching: Watching) => {
  const request = async (key: string, send: () => Promise<void>): Promise<RequestAnswer> => {
    if (!watching.isStarted()) return refused('stopped', say('server.not_started'))
    try {
      await watching.look()
      if (watching.table.get(key) === null) return refused('not_playing', say('play.gone'))
      await send()
      return { state: 'asked' }
    } catch (error) {
      return refusedBy(error)
    }
  }
  return {
    message: async (key: string, words: string): Promise<RequestAnswer> => {
      const handles = watching.table.handlesOf(key)
      if (watching.table.get(key) !== null && handles.length === 0)
        return refused('not_supported', 'its player cannot be reached')
      return await request(key, async () => {
        for (const handle of watching.table.handlesOf(key))
          await sendCommand(client, dialect.message(handle, words))
      })
    },
    signOut: async (key: string): Promise<RequestAnswer> => {
      const device = watching.table.get(key)?.record.device ?? null
      return await request(key, async () => {
        if (device !== null) await deleteDevice(client, dialect, device)
      })
    },
  }
}

const watch = (dialect: Dialect, settings: SourceSettings, ports: SourcePorts) => {
  const { token, verifyTls = true, timeoutMs = TIMEOUT_MS } = settings
  const base = readServerUrl(settings.url)
  if (token === '') throw new SettingsError('token', say('setting.empty'))
  const clientId = ports.clientId ?? 'gatehouse'
  const client = createJsonClient({
    title: dialect.title,
    base,
    headers: dialect.headers(token, clientId),
    secret: token,
    timeoutMs,
    verifyTls,
    now: ports.now,
    signInAdvice: dialect.signInAdvice,
  })
  const { origin, read, look } = createReading(client, dialect, { settings, ports })
  const silenceMs = settings.silenceMs ?? SILENCE_MS
  const watching = createWatching(
    {
      title: dialect.title,
      look,
      terminate: async (id) => await sendCommand(client, dialect.stop(id)),
      feed: ({ seen }) =>
        createSocketFeed({
          dialect,
          base,
          token,
          clientId,
          verifyTls,
          silenceMs,
          answerMs: Math.min(ANSWER_MS, silenceMs),
          onSessions: (sessions) => seen(read(sessions)),
        }),
      close: async () => await client.close(),
    },
    settings,
    ports,
  )
  return { base, client, origin, watching }
}

/** A kind of source for one of the two servers. */
export const mediaBrowserKind = (dialect: Dialect): SourceKind => ({
  title: dialect.title,
  create: (settings, ports): PlaySource => {
    const { base, client, origin, watching } = watch(dialect, settings, ports)
    const { start, stop, health, nudge, plays, end } = watching
    const { message, signOut } = createCommands(client, dialect, watching)
    const allowSignOut = settings.allowSignOut === true
    return {
      start,
      stop,
      health,
      nudge,
      plays,
      end,
      id: origin.source,
      label: `${dialect.title} (${base})`,
      capabilities: {
        watch: 'events',
        end: true,
        showsReason: false,
        message: true,
        signOut: allowSignOut,
        limit: dialect.limit.counts,
        history: false,
        places: false,
      },
      message,
      signOut: allowSignOut ? signOut : null,
      limits: createLimits(client, dialect),
      users: async () => await fetchUsers(client, dialect),
      history: null,
      groupedHistory: null,
    }
  },
})
