import type { ServerResponse } from 'node:http'
import type { WebSocket } from 'ws'
import { type Answer, type Asked, type Behaviour, type RunningServer, startServer } from './http.ts'
import { plexNotification, plexSession } from './plex-shapes.ts'
import { createStage, type Stage, type StagedPlay } from './stage.ts'

/** How the Plex server reports plays from now on. */
export type PlexEvents =
  | 'bare'
  /** Wrapped in a `NotificationContainer`. */
  | 'container'
  /** Takes the connection and never begins to answer. */
  | 'hang'
  /** Answers and is silent ever after, pings too. */
  | 'half-closed'
  /** No event stream: only the WebSocket is left. */
  | 'none'

/** A Plex Media Server on loopback. */
export interface PlexServer extends RunningServer {
  readonly stage: Stage
  readonly token: string
  /** The token is refused from now on, and connections that use it are cut off. */
  expireToken(): void
  setPass(hasPass: boolean): void
  setEvents(events: PlexEvents): void
  /** Starts anew: session keys are counted from 1 again. */
  restart(): void
  /** Tells listeners what a session does, without its play being changed. */
  notify(sessionKey: string, state: string): void
  listeners(): number
  /** `X-Plex-Client-Identifier` of everybody who asked. */
  readonly clients: () => ReadonlySet<string>
}

export interface PlexOptions {
  readonly token: string
  readonly port?: number
  readonly pingMs?: number
  readonly publicAddress?: string
  /** Path of its WebSocket. */
  readonly socketPath?: string
  readonly now?: () => number
}

const UNAUTHORIZED: Answer = {
  status: 401,
  text: '<html><head><title>Unauthorized</title></head><body><h1>401 Unauthorized</h1></body></html>',
  type: 'text/html',
}

const isJson = ({ headers }: Asked): boolean => (headers.accept ?? '').includes('application/json')

const container = (asked: Asked, content: Record<string, unknown>): Answer =>
  isJson(asked)
    ? { status: 200, json: { MediaContainer: content } }
    : { status: 200, text: '<?xml version="1.0"?>\n<MediaContainer size="0"/>', type: 'text/xml' }

interface State {
  token: string
  hasPass: boolean
  events: PlexEvents
  lastKey: number
  readonly keys: Map<string, string>
  /** JSON of plays under a session key, made once for each. */
  readonly texts: WeakMap<StagedPlay, { readonly key: string; readonly text: string }>
}

/** Session keys, counted as sessions come; one that comes anew has a new one. */
const keyOf = (state: State, { session }: StagedPlay): string => {
  const known = state.keys.get(session)
  if (known !== undefined) return known
  const key = String(++state.lastKey)
  state.keys.set(session, key)
  return key
}

const sessionText = (state: State, play: StagedPlay): string => {
  const key = keyOf(state, play)
  const known = state.texts.get(play)
  if (known?.key === key) return known.text
  const text = JSON.stringify(plexSession(play, key))
  state.texts.set(play, { key, text })
  return text
}

const sessionsAnswer = (state: State, stage: Stage, asked: Asked): Answer => {
  const plays = stage.plays()
  if (plays.length === 0 || !isJson(asked)) return container(asked, { size: 0 })
  const rows = plays.map((play) => sessionText(state, play)).join()
  return {
    status: 200,
    text: `{"MediaContainer":{"size":${plays.length},"Metadata":[${rows}]}}`,
  }
}

/** `sessionId` with a capital I: 400 without it, 403 empty, 404 unknown, 401 without a Plex Pass. */
const terminate = (state: State, stage: Stage, { url }: Asked): Answer => {
  const id = url.searchParams.get('sessionId')
  if (id === null) return { status: 400 }
  if (!state.hasPass) return { status: 401 }
  if (id === '') return { status: 403 }
  const isThere = stage.end(id, url.searchParams.get('reason') ?? '')
  return { status: isThere ? 200 : 404 }
}

const answerOf = (state: State, stage: Stage, options: PlexOptions, asked: Asked): Answer => {
  const path = asked.url.pathname
  if (path === '/identity')
    return container(asked, {
      size: 0,
      claimed: true,
      machineIdentifier: '0123456789abcdef',
      version: '1.42.1.10060',
    })
  const token = asked.headers['x-plex-token'] ?? asked.url.searchParams.get('X-Plex-Token')
  if (token !== state.token) return UNAUTHORIZED
  if (path === '/status/sessions') return sessionsAnswer(state, stage, asked)
  if (path === '/status/sessions/terminate') return terminate(state, stage, asked)
  if (path === '/accounts') {
    const users = new Map(stage.plays().map(({ user }) => [user.id, user.name]))
    const rows = [...users].map(([id, name]) => ({ id: Number(id), name, key: `/accounts/${id}` }))
    return container(asked, { size: rows.length, Account: [{ id: 0, name: '' }, ...rows] })
  }
  if (path === '/myplex/account')
    return { status: 200, json: { MyPlex: { publicAddress: options.publicAddress ?? '' } } }
  return { status: 404, text: '', type: 'text/html' }
}

/** Notifications of what changed: sessions that began, that ended, and that are in another state. */
const tellChange = (
  before: readonly StagedPlay[],
  after: readonly StagedPlay[],
  tell: (play: StagedPlay, state: string) => void,
): void => {
  const known = new Map(before.map((play) => [play.session, play]))
  for (const play of after) {
    const was = known.get(play.session)
    if (was?.state !== play.state || was?.item.id !== play.item.id || was === undefined)
      tell(play, play.state ?? 'playing')
    known.delete(play.session)
  }
  for (const play of known.values()) tell(play, 'stopped')
}

/** Those who listen to events. */
const createListeners = (state: State, stage: Stage, pingMs: number) => {
  const streams = new Set<ServerResponse>()
  const sockets = new Set<WebSocket>()
  const notify = (row: Record<string, unknown>): void => {
    const one = {
      NotificationContainer: { type: 'playing', size: 1, PlaySessionStateNotification: [row] },
    }
    const bare = `event: playing\ndata: ${JSON.stringify({ PlaySessionStateNotification: row })}\n\n`
    if (state.events !== 'half-closed')
      for (const stream of streams)
        stream.write(state.events === 'container' ? `data: ${JSON.stringify(one)}\n\n` : bare)
    for (const socket of sockets) socket.send(JSON.stringify(one))
  }
  const pings = setInterval(() => {
    if (state.events === 'half-closed') return
    for (const stream of streams) stream.write('event: ping\ndata: {}\n\n')
  }, pingMs)
  const forget = stage.onChange((before, after) => {
    tellChange(before, after, (play, what) => {
      notify(plexNotification(play, keyOf(state, play), what))
      if (what === 'stopped') state.keys.delete(play.session)
    })
  })
  return {
    notify,
    size: () => streams.size + sockets.size,
    addStream: (response: ServerResponse): void => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(': listening\n\n')
      streams.add(response)
      response.on('close', () => streams.delete(response))
    },
    addSocket: (socket: WebSocket): void => {
      sockets.add(socket)
      socket.on('close', () => sockets.delete(socket))
    },
    cutOff: (): void => {
      for (const stream of streams) stream.destroy()
      for (const socket of sockets) socket.terminate()
    },
    stop: (): void => {
      clearInterval(pings)
      forget()
    },
  }
}

const SOCKET_PATH = '/:/websockets/notifications'

/** How the server takes those who listen. */
const hearing = (
  state: State,
  listeners: ReturnType<typeof createListeners>,
  socketPath = SOCKET_PATH,
): Required<Pick<Behaviour, 'stream' | 'socket'>> => {
  const isSignedIn = ({ url }: Asked): boolean =>
    url.searchParams.get('X-Plex-Token') === state.token
  return {
    stream: (asked, response) => {
      if (asked.url.pathname !== '/:/eventsource/notifications') return false
      if (state.events === 'none' || !isSignedIn(asked)) return false
      if (state.events !== 'hang') listeners.addStream(response)
      return true
    },
    socket: (asked) => {
      if (asked.url.pathname !== socketPath) return 404
      return isSignedIn(asked) ? (socket) => listeners.addSocket(socket) : 401
    },
  }
}

/** Starts a Plex Media Server. */
export const startPlex = async (options: PlexOptions): Promise<PlexServer> => {
  const stage = createStage()
  const state: State = {
    token: options.token,
    hasPass: true,
    events: 'bare',
    lastKey: 0,
    keys: new Map(),
    texts: new WeakMap(),
  }
  const clients = new Set<string>()
  const listeners = createListeners(state, stage, options.pingMs ?? 10_000)
  const answer = (asked: Asked): Answer => {
    const client = asked.headers['x-plex-client-identifier']
    if (typeof client === 'string') clients.add(client)
    return answerOf(state, stage, options, asked)
  }
  const server = await startServer(
    { answer, ...hearing(state, listeners, options.socketPath) },
    options,
  )
  return {
    ...server,
    stage,
    token: options.token,
    expireToken: () => {
      state.token = 'another'
      listeners.cutOff()
    },
    setPass: (hasPass) => {
      state.hasPass = hasPass
    },
    setEvents: (events) => {
      state.events = events
    },
    restart: () => {
      state.lastKey = 0
      state.keys.clear()
    },
    notify: (sessionKey, what) => {
      const play = stage.plays().find((one) => keyOf(state, one) === sessionKey)
      if (play !== undefined) listeners.notify(plexNotification(play, sessionKey, what))
      else listeners.notify({ sessionKey, ratingKey: '0', state: what })
    },
    listeners: () => listeners.size(),
    clients: () => clients,
    close: async () => {
      listeners.stop()
      await server.close()
    },
  }
}
