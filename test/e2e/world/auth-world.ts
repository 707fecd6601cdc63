import { execFile } from 'node:child_process'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { packageRoot } from '../../../control/config/paths.ts'
import { startService, type TestService } from '../../support/programs/service.ts'
import { ask, type Reply } from './ask.ts'

/** One question a backend got. */
export interface Asked {
  readonly at: number
  readonly query: URLSearchParams
  /** Number of the connection it came on. */
  readonly connection: number
}

type Behaviour = (query: URLSearchParams, response: ServerResponse) => void

/** An origin, its playlist and any number of auth backends on one port. */
export interface Middleware {
  readonly url: string
  /** Address of a backend. */
  readonly at: (name: string) => string
  /** The same port spoken to in TLS, which it does not speak. */
  readonly tlsAt: (name: string) => string
  /** What a backend does from now on. */
  readonly on: (name: string, behaviour: Behaviour) => void
  /** What a backend was asked. */
  readonly asked: (name: string) => Asked[]
  /** Connections that came in so far. */
  readonly connections: () => number
  readonly close: () => Promise<void>
}

/** Answers with a status and headers. */
export const answering =
  (status: number, headers: Record<string, string> = {}): Behaviour =>
  (_query, response) => {
    response.writeHead(status, headers).end('ignored')
  }

const answeringLate =
  (status: number, ms: number): Behaviour =>
  (_query, response) =>
    setTimeout(() => response.writeHead(status).end(), ms)

const raw =
  (bytes: string): Behaviour =>
  (_query, response) => {
    response.socket?.end(bytes, 'latin1')
  }

/** Ways to answer, by name. */
export const BEHAVIOURS: Readonly<Record<string, Behaviour>> = {
  allow: answering(200),
  late: answeringLate(200, 300),
  /** Late, but well within the usual time-out of 3 s. */
  slow: answeringLate(200, 1500),
  slowDeny: answeringLate(403, 1500),
  slowSilence: () => undefined,
  deny: answering(403),
  unauthorized: answering(401),
  missing: answering(404),
  broken: answering(500),
  redirect: answering(302, { Location: 'http://far.example.net/there.m3u8' }),
  silent: () => undefined,
  garbage: raw('what do you want?\r\n\r\n'),
  dropped: raw('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf'),
  oversize: (_query, response) => response.writeHead(200).end('x'.repeat(100_000)),
  badUser: raw('HTTP/1.1 200 OK\r\nX-UserId: a\x01b\r\nContent-Length: 0\r\n\r\n'),
}

const PLAYLIST = '#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXT-X-MEDIA-SEQUENCE:1\n'

const media = (path: string, response: ServerResponse): void => {
  if (path.endsWith('.m3u8')) {
    response.writeHead(200, { 'Content-Type': 'application/vnd.apple.mpegurl' })
    response.end(`${PLAYLIST}#EXTINF:4,\n1.ts\n#EXTINF:4,\n2.ts\n`)
  } else response.writeHead(200, { 'Content-Type': 'video/mp2t' }).end(Buffer.alloc(50_000, 71))
}

/** Starts origin and backends; the playlist names the channels given. */
export async function startMiddleware(channels: readonly string[]): Promise<Middleware> {
  const behaviours = new Map(Object.entries(BEHAVIOURS))
  const asked = new Map<string, Asked[]>()
  let connections = 0
  const numbers = new WeakMap<object, number>()
  const backend = (name: string, query: URLSearchParams, response: ServerResponse): void => {
    const list = asked.get(name) ?? []
    const connection = numbers.get(response.socket ?? {}) ?? 0
    asked.set(name, [...list, { at: Date.now(), query, connection }])
    const behaviour = behaviours.get(name) ?? behaviours.get(name.split('.')[0] ?? '')
    if (behaviour === undefined) response.writeHead(500).end()
    else behaviour(query, response)
  }
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://here')
    if (pathname === '/all.m3u') {
      const base = `http://${request.headers.host}`
      const lines = channels.map(
        (id) => `#EXTINF:-1 tvg-id="${id}",${id}\n${base}/${id}/index.m3u8`,
      )
      response.end(`#EXTM3U\n${lines.join('\n')}\n`)
    } else if (pathname.startsWith('/auth/'))
      backend(decodeURIComponent(pathname.slice(6)), searchParams, response)
    else media(pathname, response)
  }
  const server = createServer(listener)
  server.on('connection', (socket) => numbers.set(socket, ++connections))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url: `http://${host}`,
    at: (name) => `http://${host}/auth/${encodeURIComponent(name)}`,
    tlsAt: (name) => `https://${host}/auth/${encodeURIComponent(name)}`,
    on: (name, behaviour) => void behaviours.set(name, behaviour),
    asked: (name) => asked.get(name) ?? [],
    connections: () => connections,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

/** A service on that origin; `more` goes into its configuration, and over what stands here. */
export const startAuthService = async (
  { url }: Middleware,
  more: Readonly<Record<string, unknown>>,
): Promise<TestService> => await startService({ config: authConfig(url, more) })

/** The configuration of {@link startAuthService}, as YAML that is JSON too. */
export const authConfig = (url: string, more: Readonly<Record<string, unknown>>): string =>
  JSON.stringify(
    {
      edge: { listen: '__EDGE__', workers: 1, trusted_proxies: ['127.0.0.1/32'] },
      admin: { listen: '__ADMIN__' },
      sources: [{ name: 'all', url: `${url}/all.m3u` }],
      groups: [{ name: 'everyone', default: true }],
      clocks: { deny_sec: 2, ban_sec: 3 },
      ...more,
    },
    null,
    1,
  )

/** Who opens, and how. */
export interface Knock {
  readonly address: string
  readonly token?: string
  readonly agent?: string
  readonly query?: string
  readonly file?: string
  readonly referer?: string
}

/** Opens a channel at the token door. */
export async function knock(edge: string, channel: string, who: Knock): Promise<Reply> {
  const { address, token, agent = 'Test/1', file = 'index.m3u8', referer } = who
  const query = [
    ...(token === undefined ? [] : [`token=${encodeURIComponent(token)}`]),
    ...(who.query === undefined ? [] : [who.query]),
  ].join('&')
  const headers = {
    'X-Forwarded-For': address,
    'User-Agent': agent,
    ...(referer === undefined ? {} : { Referer: referer }),
  }
  return await ask(edge, `/live/${channel}/${file}${query === '' ? '' : `?${query}`}`, { headers })
}

/** An opening's answer in one word: `in`, the address elsewhere, or the reason of the refusal. */
export const wordOf = ({ status, reason, location }: Reply): string => {
  if (status === 302) return location?.startsWith('/s/') === true ? 'in' : (location ?? '')
  return [403, 410].includes(status) ? (reason ?? `${status}`) : `${status} ${reason}`
}

/** A playback that goes on: each call asks for its playlist and says the status. */
export const playOn = (edge: string, opened: Reply, { address, agent = 'Test/1' }: Knock) => {
  const headers = { 'X-Forwarded-For': address, 'User-Agent': agent }
  const entry = opened.location ?? ''
  if (!entry.startsWith('/s/')) throw new Error(`not let in: ${wordOf(opened)}`)
  const segment = entry.replace(/[^/]+$/, '1.ts')
  return {
    entry,
    list: () => ask(edge, entry, { headers }),
    segment: () => ask(edge, segment, { headers }),
  }
}

/** Runs the command line as an operator does. */
export const run = (args: string[]): Promise<{ code: number; out: string; err: string }> =>
  new Promise((resolve) => {
    const program = join(packageRoot(), 'scripts/gatehouse')
    execFile(program, args, { maxBuffer: 1e7 }, (error, out, err) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err })
    })
  })
