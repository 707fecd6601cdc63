import { request } from 'node:http'
import type { SyncRequest } from '#domain/protocol'
import { keyOf } from './edge-memory.ts'

/** How often an edge reports a session that is used all the time. */
export const REPORT_SEC = 20
const MOST_SEEN = 1_000

/** What syncing so many sessions took. */
export interface SyncCost {
  readonly syncs: number
  /** Sessions reported. */
  readonly reports: number
  /** Bytes of the requests, and of the answers, per second. */
  readonly upBytes: number
  readonly downBytes: number
  /** Milliseconds a sync took, ascending. */
  readonly times: readonly number[]
  readonly dropped: number
}

const post = (socketPath: string, body: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const headers = {
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(body),
    }
    const sent = request(
      { socketPath, path: '/edge/v1/sync', method: 'POST', headers },
      (answer) => {
        let text = ''
        answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
        answer.on('end', () => resolve(text))
      },
    )
    sent.on('error', reject).end(body)
  })

/** Speaks as the edge for `sec` seconds while `sessions` play: each is reported every 20 s, with its bytes. */
export const syncFor = async (
  socketPath: string,
  sessions: number,
  sec: number,
): Promise<SyncCost> => {
  const cost = { syncs: 0, reports: 0, upBytes: 0, downBytes: 0, times: [] as number[], dropped: 0 }
  const have: { -readonly [K in keyof SyncRequest['have']]: SyncRequest['have'][K] } = {
    policy: null,
    keys: null,
    networks: null,
    channels: null,
    bans: null,
  }
  let next = 0
  const exchange = async (count: number): Promise<void> => {
    const seen = Array.from({ length: count }, () => keyOf(next++ % sessions))
    const body = JSON.stringify({
      edge: 'edge-1',
      boot: 'bench',
      njs: '1.0.2',
      nginx: '1.30',
      engine: 'QuickJS',
      clock: Date.now(),
      have,
      seen,
      traffic: seen.map((key) => [key, 2_000_000, 8]),
      closed: [],
      degraded: [],
      free: {},
    })
    const before = performance.now()
    const text = await post(socketPath, body)
    cost.times.push(performance.now() - before)
    const answer = JSON.parse(text) as {
      policy?: { version: string }
      keys?: { version: string }
      tables?: { name: 'networks' | 'channels'; to: string }[]
      bans: { cursor: string }
      drop: string[]
    }
    if (answer.policy) have.policy = answer.policy.version
    if (answer.keys) have.keys = answer.keys.version
    for (const { name, to } of answer.tables ?? []) have[name] = to
    have.bans = answer.bans.cursor
    cost.dropped += answer.drop.length
    cost.syncs += 1
    cost.reports += count
    cost.upBytes += body.length
    cost.downBytes += text.length
  }
  const end = Date.now() + sec * 1000
  while (Date.now() < end) {
    const second = Date.now() + 1000
    for (let left = Math.ceil(sessions / REPORT_SEC); left > 0; left -= MOST_SEEN) {
      await exchange(Math.min(left, MOST_SEEN))
    }
    const rest = second - Date.now()
    if (rest > 0) await new Promise((resolve) => setTimeout(resolve, rest))
  }
  const times = cost.times.toSorted((a, b) => a - b)
  return { ...cost, upBytes: cost.upBytes / sec, downBytes: cost.downBytes / sec, times }
}
