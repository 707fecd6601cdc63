import { say } from '../../sentences/sentences.ts'
import type { LiveSession } from '../../sessions/model/live-session.ts'
import type { WatchBoard } from '../../sessions/redis/watch-board.ts'
import type { LivePlay, PlayChange } from '../model/live-play.ts'
import { readServerAccount } from '../model/origin.ts'
import type { EndAnswer, PlaySource, RequestAnswer } from '../model/play-source.ts'
import { type PlayStart, SettingsError, type SourcePorts } from '../model/source-kind.ts'
import { MEDIA_SERVERS } from '../registry.ts'
import { sessionOfPlay } from './media-session.ts'
import { createSharedSource } from './shared-source.ts'

/** Kinds of media servers. */
export const SERVER_KINDS = ['plex', 'jellyfin', 'emby'] as const

/** A media server of this installation. */
export interface MediaServer {
  readonly name: string
  readonly kind: (typeof SERVER_KINDS)[number]
  readonly url: string
  readonly token: string
  readonly verifyTls: boolean
  /** Whether its owner allows devices to be signed out. */
  readonly allowSignOut: boolean
  /** Whether it is in the configuration or was added by API. */
  readonly from: 'config' | 'api'
}

/** A watched server. */
export interface WatchedServer {
  readonly server: MediaServer
  readonly source: PlaySource
}

/** Ports of the hub; `now` in Unix milliseconds. */
export interface HubPorts extends Omit<SourcePorts, 'onChange' | 'resume'> {
  readonly onChange: (change: PlayChange) => void
  readonly warn: (message: string) => void
  /** Where several control planes share the watching; left out where there is but one. */
  readonly board?: WatchBoard
  /** The plays of a source that ran when this process began, by key. */
  readonly resumeOf: (source: string) => Promise<NonNullable<SourcePorts['resume']>>
}

/** Every media server of the installation. */
export interface MediaHub {
  /** Watches these servers and no others; those that did not change go on. */
  configure(servers: readonly MediaServer[]): Promise<void>
  list(): readonly WatchedServer[]
  /** Running sessions at all servers, without those of servers that have not answered for minutes. */
  sessions(): readonly LiveSession[]
  sessionsOf(account: string): readonly LiveSession[]
  /** Polls a server at once; an unknown name is ignored. */
  nudge(name: string): void
  /** The play with a session's id. */
  play(id: string): LivePlay | null
  /** Ends a play; the message, if given, is shown to the viewer where the server supports it. */
  end(id: string, words: string): Promise<EndAnswer>
  message(id: string, words: string): Promise<RequestAnswer>
  signOut(id: string): Promise<RequestAnswer>
  /** Sets the server's own limit of a user, 0 for none; returns the former one, or `null` where the server has no such setting. */
  limit(account: string, most: number): Promise<number | null>
  stop(): Promise<void>
}

/** Milliseconds without an answer after which a source's last known plays no longer count as running. */
const STALE_MS = 5 * 60_000

const GONE: Extract<EndAnswer, { state: 'refused' }> = {
  state: 'refused',
  why: 'not_playing',
  detail: say('play.gone'),
}

const cannot = (detail: string): Extract<EndAnswer, { state: 'refused' }> => ({
  state: 'refused',
  why: 'not_supported',
  detail,
})

const isEqual = (a: MediaServer, b: MediaServer): boolean => JSON.stringify(a) === JSON.stringify(b)

/** Makes the source of a server; throws a `SettingsError` for an address that cannot be one. */
export const sourceOfServer = (server: MediaServer, ports: SourcePorts): PlaySource =>
  MEDIA_SERVERS[server.kind].create(
    {
      name: server.name,
      url: server.url,
      token: server.token,
      verifyTls: server.verifyTls,
      allowSignOut: server.allowSignOut,
    },
    ports,
  )

/** The source of a server, shared with other control planes where there may be some. */
const sourceFor = async (server: MediaServer, ports: HubPorts): Promise<PlaySource> => {
  const { board, resumeOf } = ports
  const make = async (known: (key: string) => PlayStart | null): Promise<PlaySource> => {
    const earlier = await resumeOf(`${server.kind}:${server.name}`)
    return sourceOfServer(server, { ...ports, resume: (key) => known(key) ?? earlier(key) })
  }
  if (board === undefined) return await make(() => null)
  return createSharedSource({
    name: server.name,
    board,
    asked: sourceOfServer(server, ports),
    make,
  })
}

type Find = (id: string) => { readonly source: PlaySource; readonly play: LivePlay } | null

/** Commands for a play, by session id. */
const commandsOf = (find: Find): Pick<MediaHub, 'end' | 'message' | 'signOut'> => ({
  end: async (id, words) => {
    const found = find(id)
    if (found === null) return GONE
    const { source, play } = found
    if (words !== '' && !source.capabilities.showsReason) await source.message?.(play.key, words)
    return await source.end(play.key, words)
  },
  message: async (id, words) => {
    const found = find(id)
    if (found === null) return GONE
    const { message } = found.source
    return (await message?.(found.play.key, words)) ?? cannot(say('server.no_words'))
  },
  signOut: async (id) => {
    const found = find(id)
    if (found === null) return GONE
    const answer = await found.source.signOut?.(found.play.key)
    return answer ?? cannot(say('server.no_sign_out'))
  },
})

/** Creates a hub that watches nothing yet. */
export const createMediaHub = (ports: HubPorts): MediaHub => {
  const watched = new Map<string, WatchedServer>()
  const open = async (server: MediaServer): Promise<void> => {
    try {
      const source = await sourceFor(server, ports)
      watched.set(server.name, { server, source })
      void source.start()
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error
      ports.warn(
        `media server '${server.name}' is not watched: its ${error.setting} ${error.message}`,
      )
    }
  }
  const close = async (name: string): Promise<void> => {
    const known = watched.get(name)
    watched.delete(name)
    await known?.source.stop()
  }
  const running = (source: PlaySource): readonly LivePlay[] =>
    source.plays().filter(({ record }) => ports.now() - record.lastSeenAt <= STALE_MS)
  const find: Find = (id) => {
    for (const { source } of watched.values()) {
      const play = source.plays().find(({ record }) => record.id === id)
      if (play !== undefined) return { source, play }
    }
    return null
  }
  const sessions = (): LiveSession[] =>
    [...watched.values()].flatMap(({ source }) => running(source).map(sessionOfPlay))
  return {
    configure: async (servers) => {
      const wanted = new Map(servers.map((server) => [server.name, server]))
      for (const [name, { server }] of watched) {
        const next = wanted.get(name)
        if (next === undefined || !isEqual(server, next)) await close(name)
      }
      for (const server of servers) if (!watched.has(server.name)) await open(server)
    },
    list: () => [...watched.values()],
    sessions,
    sessionsOf: (account) => sessions().filter((session) => session.account === account),
    nudge: (name) => watched.get(name)?.source.nudge(),
    play: (id) => find(id)?.play ?? null,
    ...commandsOf(find),
    limit: async (account, most) => {
      const known = readServerAccount(account)
      const limits = known === null ? null : watched.get(known.server)?.source.limits
      return known === null || !limits ? null : await limits.set(known.user, most)
    },
    stop: async () => {
      await Promise.all([...watched.keys()].map(close))
    },
  }
}
