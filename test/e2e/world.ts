import type { TestService } from '../support/service.ts'

/** How the demo's configuration is varied. */
export interface WorldOptions {
  readonly clocks?: Readonly<Record<string, number>>
  /** Further YAML at the top level. */
  readonly more?: string
  /** Fail mode of the default group. */
  readonly fail?: 'open' | 'closed'
}

/** The demo's service with short clocks, for `startService`. */
export function worldConfig({ clocks = {}, more = '', fail = 'open' }: WorldOptions = {}): string {
  const all = {
    idle_sec: 12,
    idle_vod_sec: 20,
    reserve_sec: 10,
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
    - { name: two-screens, max_sessions: 2 }
    - { name: many-screens, max_sessions: 50 }
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
  readonly download: string | null
  readonly bytes: number
  readonly started_at: number | null
}

/** The admin API, by nouns. */
export function adminOf(service: TestService) {
  const json = async <T>(path: string, init?: RequestInit): Promise<T> => {
    const answer = await service.api(`/api/v1${path}`, init)
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${init?.method ?? 'GET'} ${path}: ${answer.status} ${text}`)
    return (text === '' ? null : JSON.parse(text)) as T
  }
  const send = <T>(method: string, path: string, body?: unknown) =>
    json<T>(path, {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
    })
  const sessions = async (query = '') =>
    (await json<{ items: LiveSession[] }>(`/sessions?limit=200${query}`)).items
  const bans = async () =>
    (await json<{ items: { kind: string; subject: string; reason: string }[] }>('/bans')).items
  return {
    json,
    send,
    sessions,
    bans,
    /** Ends every session and lifts every ban. */
    async free() {
      for (const { id } of await sessions())
        await send('DELETE', `/sessions/${id}`).catch(() => null)
      for (const { kind, subject } of await bans()) {
        await send('DELETE', `/bans/${kind}/${encodeURIComponent(subject)}`).catch(() => null)
      }
    },
  }
}

/** The token of a demo account. */
export function tokenOf(service: TestService, name: string): string {
  const account = service.ready.accounts.find((it) => it.name === name)
  if (account === undefined) throw new Error(`there is no account ${name}`)
  return account.token
}

/** Waits. */
export const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms))
