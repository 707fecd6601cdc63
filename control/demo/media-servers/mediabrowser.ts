import type { WebSocket } from 'ws'
import { readJson } from '#domain/read-json'
import { type Answer, type Asked, type RunningServer, startServer } from './http.ts'
import { idleSession, type Row, userRow } from './mediabrowser-shapes.ts'
import { createStage, type Stage, type StagedPlay } from './stage.ts'

/** What both fakes are made from. */
export interface MediaBrowserOptions {
  readonly token: string
  readonly port?: number
  /** The server's version. */
  readonly version: string
  /** By how much the server's clock is ahead, in milliseconds. */
  readonly skewMs?: number
  /** The server closes a socket that was silent for so long. */
  readonly keepAliveSec?: number
  /** The first so many subscriptions of a socket are lost. */
  readonly lostSubscriptions?: number
}

/** A Jellyfin or Emby server on loopback. */
export interface MediaBrowserServer extends RunningServer {
  readonly stage: Stage
  readonly token: string
  /** The token is refused from now on, and connections that use it are cut off. */
  expireToken(): void
  /** Whether the key may command sessions. */
  setPermission(isAllowed: boolean): void
  listeners(): number
  /** Keep-alive messages received over all sockets. */
  keptAlive(): number
  policyOf(user: string): Row
}

/** What differs between the two servers. */
export interface MediaBrowserBehaviour {
  readonly prefixes: readonly string[]
  readonly socketPath: string
  readonly tokensOf: (asked: Asked, version: string) => readonly (string | null | undefined)[]
  readonly session: (play: StagedPlay, now: number) => Row
  readonly info: Row
  /** The policy of everybody at first. */
  readonly policy: Row
  /** Whether the socket of an API key gets session events. */
  readonly tellsSessions: (version: string) => boolean
  /** How a message comes; `null` where it lacks its text. */
  readonly messageOf: (asked: Asked) => string | null
  /** Whether a stop is put as the server takes it. */
  readonly isStop: (asked: Asked) => boolean
}

interface State {
  token: string
  isAllowed: boolean
  keptAlive: number
  readonly policies: Map<string, Row>
}

interface World {
  readonly behaviour: MediaBrowserBehaviour
  readonly options: MediaBrowserOptions
  readonly state: State
  readonly stage: Stage
}

const isRow = (value: unknown): value is Row =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const serverNow = ({ options }: World): number => Date.now() + (options.skewMs ?? 0)

const sessionsOf = (world: World): Row[] => [
  idleSession('fridge'),
  ...world.stage.plays().map((play) => world.behaviour.session(play, serverNow(world))),
]

const policyOf = ({ state, behaviour }: World, user: string): Row => {
  const known = state.policies.get(user) ?? { ...behaviour.policy }
  state.policies.set(user, known)
  return known
}

const command = (world: World, asked: Asked, [id, verb]: [string, string]): Answer => {
  const { stage, state, behaviour } = world
  if (!state.isAllowed) return { status: 403 }
  const session = decodeURIComponent(id)
  if (!stage.plays().some((play) => play.session === session)) return { status: 404 }
  if (verb === 'Message') {
    const words = behaviour.messageOf(asked)
    if (words === null) return { status: 400 }
    stage.note({ did: 'message', session, words })
    return { status: 204 }
  }
  if (!behaviour.isStop(asked)) return { status: 400 }
  stage.end(session, '')
  return { status: 204 }
}

const userAnswer = (world: World, asked: Asked, [id, isPolicy]: [string, boolean]): Answer => {
  const { stage, state, behaviour } = world
  const name = stage.plays().find(({ user }) => user.id === id)?.user.name ?? id
  const row = userRow(id, name, policyOf(world, id))
  if (!isPolicy) return { status: 200, json: row }
  const policy = readJson(asked.body, isRow)
  if (policy === null) return { status: 400 }
  // The whole policy is replaced: what is missing is back at its default.
  state.policies.set(id, { ...behaviour.policy, ...policy })
  stage.note({ did: 'policy', user: id, policy })
  return { status: 204 }
}

const answerOf = (world: World, asked: Asked): Answer => {
  const { behaviour, options, state, stage } = world
  const prefix = behaviour.prefixes.find((one) => asked.url.pathname.startsWith(`${one}/`)) ?? ''
  const path = asked.url.pathname.slice(prefix.length)
  if (path === '/System/Info/Public')
    return {
      status: 200,
      json: { Id: 'server', ServerName: 'Home', Version: options.version, ...behaviour.info },
    }
  if (!behaviour.tokensOf(asked, options.version).includes(state.token)) return { status: 401 }
  if (path === '/Sessions') return { status: 200, json: sessionsOf(world) }
  if (path === '/Users') {
    const users = new Map(stage.plays().map(({ user }) => [user.id, user.name]))
    return {
      status: 200,
      json: [...users].map(([id, name]) => userRow(id, name, policyOf(world, id))),
    }
  }
  return pathAnswer(world, asked, path)
}

/** The answer below the paths that hold an id. */
const pathAnswer = (world: World, asked: Asked, path: string): Answer => {
  const { state, stage } = world
  const [, user, policy] = /^\/Users\/([^/]+)(\/Policy)?$/.exec(path) ?? []
  if (user !== undefined) return userAnswer(world, asked, [user, policy !== undefined])
  const [, id, verb] = /^\/Sessions\/([^/]+)\/(Playing\/Stop|Message)$/.exec(path) ?? []
  if (id !== undefined && verb !== undefined && asked.method === 'POST')
    return command(world, asked, [id, verb])
  if (path === '/Devices' && asked.method === 'DELETE') {
    if (!state.isAllowed) return { status: 403 }
    stage.signOut(asked.url.searchParams.get('id') ?? asked.url.searchParams.get('Id') ?? '')
    return { status: 204 }
  }
  return { status: 404 }
}

/** A socket as the servers keep it: a word each minute, sessions to those who subscribed. */
const attend = (world: World, socket: WebSocket): void => {
  const { options, behaviour, stage, state } = world
  const keepAliveMs = (options.keepAliveSec ?? 60) * 1000
  let heardAt = performance.now()
  let lost = options.lostSubscriptions ?? 0
  const send = (message: Row): void => socket.send(JSON.stringify(message))
  const tell = (): void => send({ MessageType: 'Sessions', Data: sessionsOf(world) })
  let forget = (): void => undefined
  let period: NodeJS.Timeout | undefined
  const watchdog = setInterval(() => {
    if (performance.now() - heardAt > keepAliveMs) socket.close()
  }, keepAliveMs / 5)
  send({ MessageType: 'ForceKeepAlive', Data: options.keepAliveSec ?? 60 })
  socket.on('message', (data) => {
    heardAt = performance.now()
    const message = readJson(data instanceof Buffer ? data.toString('utf8') : '', isRow)
    if (message?.['MessageType'] === 'KeepAlive') state.keptAlive += 1
    if (message?.['MessageType'] !== 'SessionsStart' || !behaviour.tellsSessions(options.version))
      return
    if (lost-- > 0) return
    const periodMs = Number(String(message['Data']).split(',')[1] ?? 1500)
    clearInterval(period)
    forget()
    forget = stage.onChange(tell)
    period = setInterval(tell, periodMs)
    tell()
  })
  socket.on('close', () => {
    clearInterval(watchdog)
    clearInterval(period)
    forget()
  })
}

/** Starts a server with the behaviour of one of the two. */
export const startMediaBrowser = async (
  behaviour: MediaBrowserBehaviour,
  options: MediaBrowserOptions,
): Promise<MediaBrowserServer> => {
  const stage = createStage()
  const state: State = { token: options.token, isAllowed: true, keptAlive: 0, policies: new Map() }
  const world: World = { behaviour, options, state, stage }
  const sockets = new Set<WebSocket>()
  const server = await startServer(
    {
      answer: (asked) => answerOf(world, asked),
      socket: (asked) => {
        if (asked.url.pathname !== behaviour.socketPath) return 404
        if (!behaviour.tokensOf(asked, options.version).includes(state.token)) return 401
        return (socket) => {
          sockets.add(socket)
          socket.on('close', () => sockets.delete(socket))
          attend(world, socket)
        }
      },
    },
    { ...options, ...(options.skewMs === undefined ? {} : { clock: () => serverNow(world) }) },
  )
  return {
    ...server,
    expireToken: () => {
      state.token = 'another'
      for (const socket of sockets) socket.terminate()
    },
    stage,
    token: options.token,
    setPermission: (isAllowed) => {
      state.isAllowed = isAllowed
    },
    listeners: () => sockets.size,
    keptAlive: () => state.keptAlive,
    policyOf: (user) => policyOf(world, user),
  }
}
