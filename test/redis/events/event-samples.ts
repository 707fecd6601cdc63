import { Redis } from 'ioredis'
import type { PlayEvent } from '../../../control/events/play-event.ts'

/** 2026-03-01T12:00:00Z. */
export const NOON = Date.UTC(2026, 2, 1, 12)

/** Connects as the control plane does: fail fast, nothing queued. */
export async function connect(url: string): Promise<Redis> {
  const redis = new Redis(url, {
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: 5000,
    retryStrategy: () => 50,
  })
  redis.on('error', () => undefined)
  await redis.connect()
  return redis
}

export const sampleEvent = (changes: Partial<PlayEvent> = {}): PlayEvent => ({
  type: 'updated',
  at: NOON,
  id: 's1',
  source: 'edge:one',
  account: 'own:ann',
  address: '192.0.2.7',
  network: '192.0.2.7/32',
  channel: 'news',
  ...changes,
})

/** Sessions of four events each, over accounts of every shard, in an order that mixes them. */
export function sampleTraffic(sessions: number): PlayEvent[] {
  const events: PlayEvent[] = []
  for (const [step, type] of (['opened', 'started', 'updated', 'closed'] as const).entries()) {
    for (let n = 0; n < sessions; n += 1) {
      const at = NOON + n * 1000 + step * 30_000
      const changes = { id: `s${n}`, account: `own:${n % 37}`, channel: `c${n % 5}` }
      const amounts = { bytes: step * 1000, durationMs: step * 30_000 }
      events.push(sampleEvent({ type, at, ...changes, ...amounts }))
    }
  }
  return events
}
