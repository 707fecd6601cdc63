import { allShards, streamKey } from './keys.ts'
import { groupsOf, namedValues, type StreamClient } from './stream-client.ts'

const DAY_MS = 86_400_000

/** Trims entries that every group has acknowledged; a stream grows only while a group does not read. */
export async function trimStreams(redis: StreamClient, forgetAfterMs = DAY_MS): Promise<void> {
  for (const shard of allShards()) {
    const key = streamKey(shard)
    const needed = await oldestNeeded(redis, key)
    if (needed !== null) await redis.call('XTRIM', key, 'MINID', '~', needed)
    for (const group of await groupsOf(redis, key)) {
      await forgetConsumers(redis, { key, group: String(group.get('name')), forgetAfterMs })
    }
  }
}

interface Forgetting {
  readonly key: string
  readonly group: string
  readonly forgetAfterMs: number
}

/**
 * Removes consumers that were idle for long and have no pending entries: every process has a
 * name of its own.
 */
async function forgetConsumers(
  redis: StreamClient,
  { key, group, forgetAfterMs }: Forgetting,
): Promise<void> {
  const reply = await redis.call('XINFO', 'CONSUMERS', key, group)
  for (const consumer of Array.isArray(reply) ? reply.map(namedValues) : []) {
    const isGone = Number(consumer.get('idle')) > forgetAfterMs && consumer.get('pending') === 0
    if (isGone) {
      await redis.call('XGROUP', 'DELCONSUMER', key, group, String(consumer.get('name')))
    }
  }
}

/** Entries a group has not read or not acknowledged, over all shards. */
export async function countPending(redis: StreamClient, group: string): Promise<number> {
  let waiting = 0
  for (const shard of allShards()) {
    const key = streamKey(shard)
    const groups = await groupsOf(redis, key)
    const info = groups.find((candidate) => candidate.get('name') === group)
    // After deletions Redis does not know a group's lag; the stream's length is an upper bound.
    const lag = info?.get('lag') ?? (await redis.call('XLEN', key))
    waiting += Number(lag) + Number(info?.get('pending') ?? 0)
  }
  return waiting
}

async function oldestNeeded(redis: StreamClient, key: string): Promise<string | null> {
  let oldest: string | null = null
  for (const group of await groupsOf(redis, key)) {
    const name = String(group.get('name'))
    const pending = await redis.call('XPENDING', key, name)
    const first: unknown = Array.isArray(pending) ? pending[1] : null
    const needed = typeof first === 'string' ? first : String(group.get('last-delivered-id'))
    if (oldest === null || isEarlier(needed, oldest)) oldest = needed
  }
  return oldest
}

function isEarlier(a: string, b: string): boolean {
  const [aTime = 0, aCount = 0] = a.split('-').map(Number)
  const [bTime = 0, bCount = 0] = b.split('-').map(Number)
  return aTime === bTime ? aCount < bCount : aTime < bTime
}
