import { existsSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { type DemoRole, readRoles } from './roles.ts'

/** Between two looks at a live list, as players look. */
const POLL_MS = 4_000
/** Until somebody who was refused tries again. */
const REFUSED_MS = 60_000
const START_MS = 1_000
const MINUTE_MS = 60_000

/** Where the viewers go. */
export interface WatchOptions {
  /** `http://host:port` of the edge. */
  readonly edge: string
  /** File of roles; it appears when the control plane has started. */
  readonly roles: string
  readonly signal: AbortSignal
}

interface Answer {
  readonly status: number
  readonly text: string
  readonly location: string | null
}

type Ask = (path: string) => Promise<Answer>

const askAs =
  ({ edge, signal }: WatchOptions, { address, agent }: DemoRole): Ask =>
  async (path) => {
    const answer = await fetch(new URL(path, edge), {
      headers: { 'user-agent': agent, 'x-forwarded-for': address },
      redirect: 'manual',
      signal,
    })
    const text = await answer.text()
    return { status: answer.status, text, location: answer.headers.get('location') }
  }

/** The last file a media playlist names. */
const newest = (list: string): string | undefined =>
  list.split('\n').findLast((line) => line !== '' && !line.startsWith('#'))

/** Plays one channel for a while; false where it was refused. */
const play = async (ask: Ask, path: string, minutes: number, signal: AbortSignal) => {
  const { location } = await ask(path)
  if (location === null) return false
  const base = new URL(location, 'http://edge')
  const until = Date.now() + minutes * MINUTE_MS
  while (Date.now() < until) {
    const list = await ask(base.pathname + base.search)
    if (list.status !== 200) return false
    const segment = newest(list.text)
    if (segment !== undefined) {
      const file = new URL(segment, base)
      await ask(file.pathname + file.search)
    }
    await sleep(POLL_MS, undefined, { signal })
  }
  return true
}

/** One viewer: from channel to channel, for ever. */
const watch = async (options: WatchOptions, role: DemoRole, index: number): Promise<void> => {
  const { signal } = options
  const ask = askAs(options, role)
  for (let n = 0; !signal.aborted; n++) {
    const list = await ask(`/playlist.m3u?token=${role.token}`)
    const ticket = /\/live\/([^/]+)\//.exec(list.text)?.[1]
    const channel = role.channels[n % role.channels.length] ?? role.channels[0]
    const minutes = 4 + ((index * 7 + n * 5) % 13)
    const isDone =
      ticket !== undefined &&
      (await play(ask, `/live/${ticket}/${channel}/index.m3u8`, minutes, signal))
    await sleep(isDone ? POLL_MS : REFUSED_MS, undefined, { signal })
  }
}

const keepWatching = async (options: WatchOptions, role: DemoRole, index: number) => {
  const { signal } = options
  // Not all at the same moment: the edge of a demo has just started.
  await sleep(index * 150, undefined, { signal }).catch(() => undefined)
  while (!signal.aborted) {
    await watch(options, role, index).catch(() => undefined)
    await sleep(POLL_MS, undefined, { signal }).catch(() => undefined)
  }
}

const hasStarted = async ({ edge, signal }: WatchOptions): Promise<boolean> =>
  await fetch(new URL('/health', edge), { signal }).then(
    async (answer) => {
      await answer.arrayBuffer()
      return true
    },
    () => false,
  )

/** Starts the viewers once roles and edge are there; they watch until the signal. */
export const startViewers = async (options: WatchOptions): Promise<void> => {
  const { signal, roles } = options
  while (!signal.aborted && !(existsSync(roles) && (await hasStarted(options))))
    await sleep(START_MS, undefined, { signal }).catch(() => undefined)
  if (signal.aborted) return
  const list = readRoles(readFileSync(roles, 'utf8')) ?? []
  await Promise.all(list.map(async (role, index) => await keepWatching(options, role, index)))
}
