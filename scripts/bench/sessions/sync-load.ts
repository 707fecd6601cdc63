import { request } from 'node:http'
import type { SyncRequest } from '#domain/channels/protocol'
import { keyOf } from './passes.ts'

/** How often an edge reports a session that is used all the time. */
export const REPORT_SEC = 20
/** An edge reports so many at a time. */
const MOST_SEEN = 1_000
/** Sessions of one household are opened one after the other, and seldom reported together. */
const STRIDE = 7_919

/** What syncing so many sessions took. */
export interface SyncCost {
  readonly seconds: number
  readonly syncs: number
  /** Sessions reported. */
  readonly reports: number
  /** Bytes of the requests, and of the answers. */
  readonly upBytes: number
  readonly downBytes: number
  /** Milliseconds a sync took, ascending. */
  readonly times: readonly number[]
  readonly dropped: number
}

interface Answer {
  readonly policy?: { readonly version: string }
  readonly keys?: { readonly version: string }
  readonly tables?: readonly { readonly name: 'networks' | 'channels'; readonly to: string }[]
  readonly bans: { readonly cursor: string }
  readonly drop: readonly string[]
}

const post = (socketPath: string, body: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const headers = {
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(body),
    }
    const path = '/edge/v1/sync'
    const sent = request({ socketPath, path, method: 'POST', headers }, (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      answer.on('end', () => resolve(text))
    })
    sent.on('error', reject).end(body)
  })

type Have = { -readonly [K in keyof SyncRequest['have']]: SyncRequest['have'][K] }

const bodyOf = (have: Have, seen: readonly string[]): string =>
  JSON.stringify({
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

const learn = (have: Have, { policy, keys, tables, bans }: Answer): void => {
  if (policy) have.policy = policy.version
  if (keys) have.keys = keys.version
  for (const { name, to } of tables ?? []) have[name] = to
  have.bans = bans.cursor
}

/** Speaks as an edge while `sessions` play: each is reported every 20 s, with its bytes. */
export const createSyncLoad = (socketPath: string) => {
  const have: Have = {
    policy: null,
    keys: null,
    networks: null,
    channels: null,
    bans: null,
    epoch: null,
  }
  let next = 0
  /** For `sec` seconds; what it cost. */
  return async (sessions: number, sec: number): Promise<SyncCost> => {
    const names = Array.from({ length: sessions }, (_, n) => keyOf(n))
    const cost = { syncs: 0, reports: 0, upBytes: 0, downBytes: 0, dropped: 0 }
    const times: number[] = []
    const exchange = async (count: number): Promise<void> => {
      const seen = Array.from({ length: count }, () => names[(next++ * STRIDE) % sessions] ?? '')
      const body = bodyOf(have, seen)
      const before = performance.now()
      const text = await post(socketPath, body)
      times.push(performance.now() - before)
      const answer = JSON.parse(text) as Answer
      learn(have, answer)
      cost.dropped += answer.drop.length
      cost.syncs += 1
      cost.reports += count
      cost.upBytes += body.length
      cost.downBytes += text.length
    }
    const begun = performance.now()
    for (let second = 1; second <= sec; second += 1) {
      // What the second is to report, less what a late one before has not left behind.
      let left = Math.ceil((sessions * second) / REPORT_SEC) - cost.reports
      do {
        await exchange(Math.min(left, MOST_SEEN))
        left -= MOST_SEEN
      } while (left > 0 && performance.now() - begun < sec * 1000)
      const rest = begun + second * 1000 - performance.now()
      if (rest > 0) await new Promise((resolve) => setTimeout(resolve, rest))
    }
    times.sort((a, b) => a - b)
    return { ...cost, times, seconds: (performance.now() - begun) / 1000 }
  }
}
