import { allShards, streamKey } from './keys.ts'
import { decodeEvent, type PlayEvent } from './play-event.ts'
import { entriesOf, groupsOf, type StreamClient } from './stream-client.ts'

const MOST = 10_000

/** Events a consumer group has not acknowledged: of each shard the newest `most`, oldest first. */
export async function pendingEvents(
  redis: StreamClient,
  group: string,
  most = MOST,
): Promise<PlayEvent[]> {
  const events: PlayEvent[] = []
  for (const shard of allShards()) {
    const key = streamKey(shard)
    const from = await startOf(redis, key, group)
    const entries = entriesOf(await redis.call('XREVRANGE', key, '+', from, 'COUNT', most))
    for (const { body } of entries.toReversed()) {
      const event = decodeEvent(body)
      if (event !== null) events.push(event)
    }
  }
  return events
}

/** Id of the first unacknowledged entry; acknowledged ones after it are returned too, which handlers tolerate. */
async function startOf(redis: StreamClient, key: string, group: string): Promise<string> {
  const groups = await groupsOf(redis, key)
  const info = groups.find((candidate) => candidate.get('name') === group)
  if (info === undefined) return '-'
  const pending = await redis.call('XPENDING', key, group)
  const first: unknown = Array.isArray(pending) ? pending[1] : null
  return typeof first === 'string' ? first : String(info.get('last-delivered-id'))
}
