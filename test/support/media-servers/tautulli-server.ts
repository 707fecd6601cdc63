import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  activityOf,
  type Row,
  runningRows,
  type TautulliLive,
  terminate,
} from './tautulli-activity.ts'

export type { Row } from './tautulli-activity.ts'

/** What a Tautulli knows. */
export interface TautulliData {
  readonly apiKey: string
  readonly users: readonly Row[]
  /** By user id: every ungrouped row, newest first. */
  readonly history: Readonly<Record<string, readonly Row[]>>
  readonly geo: Readonly<Record<string, Row>>
  /** What plays now; nothing where left out. */
  readonly live?: TautulliLive
}

/** One request as the server saw it. */
export interface Asked {
  readonly command: string
  readonly params: URLSearchParams
  /** How often this very request was made before. */
  readonly earlier: number
}

/** How an answer goes wrong. */
export type Fault =
  | {
      readonly kind: 'status'
      readonly status: number
      readonly says?: string
      readonly location?: string
      readonly body?: string
    }
  | { readonly kind: 'hang' | 'truncate' | 'cut' | 'html' | 'reset' | 'empty' }
  | { readonly kind: 'slow'; readonly ms: number }
  | { readonly kind: 'answer'; readonly body: unknown }

/** A running server. */
export interface TautulliServer {
  readonly url: string
  readonly asked: Asked[]
  /** Most requests that were under way at once. */
  readonly busiest: () => number
  /** Connections open now. */
  connections(): Promise<number>
  close(): Promise<void>
}

/** How the server behaves. */
export interface ServerOptions {
  readonly fault?: (asked: Asked) => Fault | undefined
}

const number = (params: URLSearchParams, name: string, fallback: number): number =>
  params.has(name) ? Number(params.get(name)) : fallback

const localMidnight = (date: string): number => {
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number)
  return new Date(year, month - 1, day).getTime() / 1000
}

/** One row per group, as SQLite gives it: the last member's columns, times and sums over all. */
const grouped = (rows: readonly Row[]): Row[] => {
  const groups = new Map<unknown, Row[]>()
  for (const row of rows) {
    const key = row['reference_id'] ?? `live ${String(row['session_key'])}`
    groups.set(key, [...(groups.get(key) ?? []), row])
  }
  const numbers = (members: Row[], name: string): number[] =>
    members.map((row) => Number(row[name]))
  return [...groups.values()]
    .map((members) => {
      const last = members.toSorted((a, b) => Number(a['row_id']) - Number(b['row_id'])).at(-1)
      const played = numbers(members, 'play_duration').reduce((sum, value) => sum + value, 0)
      return members.length === 1
        ? { ...members[0] }
        : {
            ...last,
            date: Math.max(...numbers(members, 'started')),
            started: Math.min(...numbers(members, 'started')),
            stopped: Math.max(...numbers(members, 'stopped')),
            play_duration: played,
            duration: played,
          }
    })
    .toSorted((a, b) => Number(b['date']) - Number(a['date']))
}

const table = (rows: readonly Row[], params: URLSearchParams) => {
  const start = number(params, 'start', 0)
  const length = number(params, 'length', 25)
  const data = length < 0 ? rows.slice(start) : rows.slice(start, start + length)
  return { draw: 1, recordsTotal: rows.length, recordsFiltered: rows.length, data }
}

const history = (data: TautulliData, params: URLSearchParams) => {
  const userId = params.get('user_id')
  const past = userId === null ? Object.values(data.history).flat() : (data.history[userId] ?? [])
  const running = data.live === undefined ? [] : runningRows(data.live, userId)
  const all = [...running, ...past]
  const [after, before] = ['after', 'before'].map((name) => params.get(name))
  const first = after ? localMidnight(after) : Number.NEGATIVE_INFINITY
  const end = before ? localMidnight(before) + 86_400 : Number.POSITIVE_INFINITY
  const rows = all.filter((row) => {
    const started = Number(row['started'])
    if (params.get('include_activity') === '0' && row['row_id'] === null) return false
    return started >= first && started < end
  })
  const ordered =
    params.get('order_dir') === 'asc'
      ? rows.toSorted((a, b) => Number(a['started']) - Number(b['started']))
      : rows
  return table(params.get('grouping') === '0' ? ordered : grouped(ordered), params)
}

const success = (data: unknown) => ({ response: { result: 'success', message: null, data } })

const failure = (message: string, data: unknown = {}) => ({
  response: { result: 'error', message, data },
})

const answer = (
  data: TautulliData,
  { command, params }: Asked,
): { status: number; body: unknown } => {
  if (params.get('apikey') !== data.apiKey) return { status: 400, body: failure('Invalid apikey') }
  if (command === 'get_users_table')
    return { status: 200, body: success(table(data.users, params)) }
  if (command === 'get_activity') return { status: 200, body: success(activityOf(data.live)) }
  if (command === 'terminate_session') return { status: 200, body: terminate(data.live, params) }
  if (command === 'get_history') return { status: 200, body: success(history(data, params)) }
  if (command !== 'get_geoip_lookup')
    return { status: 400, body: failure(`Unknown command: ${command}`) }
  const place = data.geo[params.get('ip_address') ?? '']
  if (place) return { status: 200, body: success(place) }
  const error = 'The address is not in the database.'
  return { status: 400, body: failure(error, { error }) }
}

const json = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json;charset=UTF-8' })
  response.end(JSON.stringify(body))
}

const goWrong = (fault: Fault, response: ServerResponse, usual: () => void): void => {
  switch (fault.kind) {
    case 'status':
      response
        .writeHead(
          fault.status,
          fault.says,
          fault.location === undefined ? {} : { location: fault.location },
        )
        .end(fault.body ?? JSON.stringify(failure('Check the logs for errors')))
      return
    case 'answer':
      json(response, 200, fault.body)
      return
    case 'truncate':
      response
        .writeHead(200)
        .end('{"response": {"result": "success", "data": {"data": [{"row_id": 1')
      return
    case 'cut':
      response.writeHead(200, { 'content-length': 100_000 }).write('{"response": {')
      setImmediate(() => response.destroy())
      return
    case 'html':
      response
        .writeHead(200, { 'content-type': 'text/html' })
        .end('<!doctype html><title>Log in</title>')
      return
    case 'empty':
      response.writeHead(200).end()
      return
    case 'reset':
      response.destroy()
      return
    case 'slow':
      setTimeout(usual, fault.ms)
      return
    case 'hang':
      return
  }
}

/** Starts a Tautulli on a free loopback port. */
export const startTautulli = async (
  data: TautulliData,
  { fault }: ServerOptions = {},
): Promise<TautulliServer> => {
  const asked: Asked[] = []
  const counts = new Map<string, number>()
  let running = 0
  let busiest = 0
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    const url = new URL(request.url ?? '/', 'http://localhost')
    if (url.pathname !== '/api/v2') {
      response.writeHead(404).end('<h1>Not found</h1>')
      return
    }
    const earlier = counts.get(url.search) ?? 0
    counts.set(url.search, earlier + 1)
    const one = { command: url.searchParams.get('cmd') ?? '', params: url.searchParams, earlier }
    asked.push(one)
    running += 1
    busiest = Math.max(busiest, running)
    response.on('close', () => (running -= 1))
    const usual = (): void => {
      const { status, body } = answer(data, one)
      json(response, status, body)
    }
    const wrong = fault?.(one)
    if (wrong) goWrong(wrong, response, usual)
    else usual()
  }
  const server = createServer(handle)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    busiest: () => busiest,
    connections: () =>
      new Promise((resolve, reject) =>
        server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
      ),
    close: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
