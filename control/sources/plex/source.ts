import { say } from '../../sentences/sentences.ts'
import { createJsonClient, type JsonClient, readServerUrl } from '../http/json-client.ts'
import type { SeenPlay } from '../live/play-table.ts'
import { createWatching } from '../live/watching.ts'
import { sourceOrigin } from '../model/origin.ts'
import type { PlaySource } from '../model/play-source.ts'
import { fieldsOf, textOf } from '../model/read-fields.ts'
import { lineOf, outsideAddress } from '../model/remote-address.ts'
import {
  SettingsError,
  type SourceKind,
  type SourcePorts,
  type SourceSettings,
} from '../model/source-kind.ts'
import {
  fetchAccounts,
  fetchPublicAddress,
  fetchSessions,
  PLEX_TITLE,
  terminateSession,
} from './api.ts'
import { createPlexFeed, type KnownSession } from './feed.ts'
import { ownLines, playOfSession, type SessionOrigin, sessionKeyOf } from './sessions.ts'

const KIND = 'plex'
const SIGN_IN =
  'A token may be good for seven days only, and a new password ends it: take a new X-Plex-Token and put it into the token file.'
const CONNECT_MS = 10_000
const SILENCE_MS = 30_000
/** The public address is asked for again after so long: homes get new ones. */
const ADDRESS_MS = 60 * 60_000

/** Headers by which a Plex server and its owner know this installation, which never change. */
const clientHeaders = (token: string, clientId: string): Record<string, string> => ({
  'x-plex-token': token,
  'x-plex-client-identifier': clientId,
  'x-plex-product': 'Gatehouse',
  'x-plex-version': '1',
})

/** Learns the public address of the server's home, from plex.tv's word at the server and from local players. */
const createOwnLines = (client: JsonClient, now: () => number) => {
  const own = new Set<string>()
  let askedAt = Number.NEGATIVE_INFINITY
  const ask = async (): Promise<void> => {
    if (now() - askedAt < ADDRESS_MS) return
    askedAt = now()
    // Only a server that is signed in knows it, and only its owner gets it.
    const text = await fetchPublicAddress(client).catch(() => '')
    const address = outsideAddress(text)
    if (address !== null) own.add(lineOf(address))
  }
  return { own, ask }
}

/** Looks at a server; remembers its session keys for the events. */
const createLook = (client: JsonClient, origin: SessionOrigin, now: () => number) => {
  let known: ReadonlyMap<string, KnownSession> = new Map()
  const lines = createOwnLines(client, now)
  const home = { isHome: origin.home.isHome, own: lines.own }
  const look = async (): Promise<readonly SeenPlay[]> => {
    const items = await fetchSessions(client)
    await lines.ask()
    for (const line of ownLines(items)) lines.own.add(line)
    const seen = items.flatMap((item) => {
      const play = playOfSession(item, { ...origin, home }, now())
      return play === null ? [] : [{ item, play }]
    })
    known = new Map(
      seen.map(({ item, play }) => [
        sessionKeyOf(item),
        { key: play.key, ratingKey: textOf(fieldsOf(item)['ratingKey']), state: play.state },
      ]),
    )
    return seen.map(({ play }) => play)
  }
  return { look, sessions: () => known }
}

/** Whatever Plex has no way to do is left out. */
const POWERS = {
  capabilities: {
    watch: 'events',
    end: true,
    showsReason: true,
    message: false,
    signOut: false,
    limit: 'none',
    history: false,
    places: false,
  },
  message: null,
  signOut: null,
  limits: null,
  history: null,
  groupedHistory: null,
} as const satisfies Partial<PlaySource>

const createPlexSource = (settings: SourceSettings, ports: SourcePorts): PlaySource => {
  const { token, verifyTls = true, timeoutMs = CONNECT_MS } = settings
  const base = readServerUrl(settings.url)
  if (token === '') throw new SettingsError('token', say('setting.empty'))
  const headers = clientHeaders(token, ports.clientId ?? 'gatehouse')
  const client = createJsonClient({
    title: PLEX_TITLE,
    base,
    headers,
    secret: token,
    timeoutMs,
    verifyTls,
    now: ports.now,
    signInAdvice: SIGN_IN,
  })
  const names = sourceOrigin(KIND, settings.name)
  const home = { isHome: ports.isHome ?? (() => false), own: new Set<string>() }
  const { look, sessions } = createLook(client, { ...names, home }, ports.now)
  const feed = createPlexFeed({
    base,
    token,
    headers,
    verifyTls,
    sessions,
    connectMs: Math.min(timeoutMs, CONNECT_MS),
    silenceMs: settings.silenceMs ?? SILENCE_MS,
  })
  const watching = createWatching(
    {
      title: PLEX_TITLE,
      look,
      terminate: async (id, reason) => await terminateSession(client, id, reason),
      feed,
      close: async () => await client.close(),
    },
    settings,
    ports,
  )
  const { start, stop, health, nudge, plays, end } = watching
  return {
    ...POWERS,
    start,
    stop,
    health,
    nudge,
    plays,
    end,
    id: names.source,
    label: `${PLEX_TITLE} (${base})`,
    users: async () => await fetchAccounts(client),
  }
}

/** A Plex Media Server: its events, its sessions, its ends. Its own history has no addresses and is not read. */
export const PLEX: SourceKind = { title: PLEX_TITLE, create: createPlexSource }
