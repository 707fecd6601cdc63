import { request } from 'node:http'
import { join } from 'node:path'
import type { TestService } from '../../support/programs/service.ts'

/** How the demo's configuration is varied. */
export interface WorldOptions {
  readonly clocks?: Readonly<Record<string, number>>
  /** Further YAML at the top level. */
  readonly more?: string
  /** Fail mode of the default group. */
  readonly fail?: 'open' | 'closed'
}

/** Clocks for a stream that is looked at for a while and asks for nothing meanwhile. */
export const PATIENT = { idle_sec: 120, reserve_sec: 120 }

/** The demo's service with short clocks, for `startService`. */
export function worldConfig({ clocks = {}, more = '', fail = 'open' }: WorldOptions = {}): string {
  const all = {
    idle_sec: 8,
    idle_vod_sec: 18,
    reserve_sec: 8,
    ban_sec: 6,
    deny_sec: 3,
    ...clocks,
  }
  return `edge:
  listen: __EDGE__
  workers: 2
  trusted_proxies: [127.0.0.1/32]
admin: { listen: __ADMIN__ }
sources:
  - { name: demo, url: 'http://__ORIGIN__/playlist.m3u', refresh_sec: 60 }
groups:
  - { name: home, networks: [192.168.0.0/16], max_sessions: 2, limitation: hard }
  - { name: shut, networks: [10.9.0.0/16], max_sessions: 2, limitation: hard, fail_mode: closed }
  - name: everyone
    default: true
    channels: { titles: [Federal] }
    max_sessions: 2
    limitation: hard
    fail_mode: ${fail}
channels:
  - { match: '^film-3$', vod: true }
clocks: ${JSON.stringify(all)}
demo:
  enabled: true
  origin: __ORIGIN__
  accounts:
    - { name: one-screen, max_sessions: 1 }
${more}
`
}

/** What the admin API lists as live. */
export interface LiveSession {
  readonly id: string
  readonly session_id: string
  readonly name: string
  readonly user_id: string
  readonly state: string
  readonly proto: string
  readonly download: string | null
  readonly bytes: number
  readonly started_at: number | null
}

/** One request on the owner's socket: no rate limit there. */
function overSocket(socketPath: string, method: string, path: string, body?: unknown) {
  const text = body === undefined ? '' : JSON.stringify(body)
  const headers = body === undefined ? {} : { 'Content-Type': 'application/json' }
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    const outgoing = request({ socketPath, path, method, headers }, (answer) => {
      let got = ''
      answer.setEncoding('utf8').on('data', (chunk: string) => (got += chunk))
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text: got }))
    })
    outgoing.on('error', reject)
    outgoing.end(text)
  })
}

/** The admin API, by nouns. */
export function adminOf(service: TestService) {
  const socket = join(service.state, 'run/admin.sock')
  const send = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const { status, text } = await overSocket(socket, method, `/api/v1${path}`, body)
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${text}`)
    return (text === '' ? null : JSON.parse(text)) as T
  }
  const get = <T>(path: string) => send<T>('GET', path)
  const sessions = async (account?: string) => {
    const query = account === undefined ? '' : `&user_id=own:${account}`
    return (await get<{ items: LiveSession[] }>(`/sessions?limit=200${query}`)).items
  }
  /** The bans of one account, or all of them: no more than a thousand. */
  const bans = async (account?: string) => {
    const query = account === undefined ? '' : `&account=${account}`
    const path = `/bans?limit=1000${query}`
    return (await get<{ items: { kind: string; subject: string; reason: string }[] }>(path)).items
  }
  /** Ends an account's sessions; one may have ended by itself since they were listed. */
  const end = async (account: string) => {
    for (const { id } of await sessions(account))
      await send('DELETE', `/sessions/${id}`).catch((error: unknown) => {
        if (!String(error).includes(': 404 ')) throw error
      })
  }
  let made = 0
  /** A new account with a token of its own. */
  const account = async (maxSessions: number): Promise<{ id: string; token: string }> => {
    made += 1
    const name = `Household ${made}`
    const { id } = await send<{ id: string }>('POST', '/accounts', { name, maxSessions })
    const { token } = await send<{ token: string }>('POST', `/accounts/${id}/tokens`, {})
    return { id, token }
  }
  return { send, get, sessions, bans, end, account }
}
