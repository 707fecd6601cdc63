import type { Reply } from '../../test/e2e/world/ask.ts'
import { open, type Population, sessionOf, start } from './population.ts'

/** What viewers observed in a span of time. */
export interface Seen {
  running: number
  /** Running viewers who got every list and segment. */
  unharmed: number
  /** Longest time a running viewer went without one, ms. */
  longestGapMs: number
  /** Connections that broke and were made anew. */
  resets: number
  /** Reasons running viewers were refused by, or `no answer`. */
  readonly troubles: Map<string, number>
  readonly admitted: string[]
  readonly refused: Map<string, number>
  /** Openings let in above a cap that was full. */
  overCap: number
  /** Openings of the banned account let in. */
  bannedIn: number
}

const POLL_MS = 1000
const OPEN_MS = 400
const RETRY_MS = 500

const pause = async (ms: number): Promise<void> =>
  await new Promise((resolve) => setTimeout(resolve, ms))

const count = (map: Map<string, number>, key: string): void => {
  map.set(key, (map.get(key) ?? 0) + 1)
}

const reasonOf = (reply: Reply | null): string =>
  reply === null ? 'no answer' : (reply.reason ?? String(reply.status))

const quietly = async (ask: Promise<Reply>): Promise<Reply | null> => await ask.catch(() => null)

let guest = 0

/** Keeps all sessions playing and opens new ones until `until` resolves. */
export const observe = async (
  edge: string,
  population: Population,
  until: Promise<unknown>,
): Promise<Seen> => {
  const screens = population.households.flatMap(({ screens: all }) => all)
  const seen: Seen = {
    running: screens.length,
    unharmed: 0,
    longestGapMs: 0,
    resets: 0,
    troubles: new Map(),
    admitted: [],
    refused: new Map(),
    overCap: 0,
    bannedIn: 0,
  }
  // A player whose connection is reset retries once before it reports an error.
  const patiently = async (poll: () => Promise<Reply>): Promise<Reply | null> => {
    const first = await quietly(poll())
    if (first !== null) return first
    seen.resets += 1
    await pause(RETRY_MS)
    return await quietly(poll())
  }
  const watching = new AbortController()
  const over = until.finally(() => {
    watching.abort()
  })
  const watch = async (screen: (typeof screens)[number]): Promise<void> => {
    let last = Date.now()
    let isUnharmed = true
    while (!watching.signal.aborted) {
      const reply = await patiently(screen.poll)
      if (reply?.status === 200) {
        seen.longestGapMs = Math.max(seen.longestGapMs, Date.now() - last)
        last = Date.now()
      } else {
        isUnharmed = false
        count(seen.troubles, reasonOf(reply))
      }
      await pause(POLL_MS)
    }
    seen.longestGapMs = Math.max(seen.longestGapMs, Date.now() - last)
    if (isUnharmed) seen.unharmed += 1
  }
  const tryOpen = async (
    ticket: () => string,
    take: (reply: Reply | null, n: number) => void,
  ): Promise<void> => {
    while (!watching.signal.aborted) {
      guest += 1
      const mine = guest
      take(await quietly(open(edge, ticket(), mine)), mine)
      await pause(OPEN_MS)
    }
  }
  const note = (reply: Reply): string => {
    const sid = sessionOf(reply.location?.split('/')[2] ?? '')
    population.opened.add(sid)
    return sid
  }
  const full = (): string =>
    population.households[guest % population.households.length]?.ticket ?? ''
  await Promise.all([
    over,
    ...screens.map(watch),
    tryOpen(
      () => population.guests.ticket,
      (reply, n) => {
        if (reply?.status === 302) {
          seen.admitted.push(note(reply))
          void quietly(start(edge, reply.location ?? '', n))
        } else count(seen.refused, reasonOf(reply))
      },
    ),
    tryOpen(full, (reply) => {
      if (reply?.status !== 302) return
      note(reply)
      seen.overCap += 1
    }),
    tryOpen(
      () => population.banned.ticket,
      (reply) => {
        if (reply?.status !== 302) return
        note(reply)
        seen.bannedIn += 1
      },
    ),
  ])
  return seen
}
