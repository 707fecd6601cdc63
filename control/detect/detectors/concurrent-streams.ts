import type { PlayRecord } from '#domain/types'
import { createFinding } from '../finding.ts'
import { hasDerivedDevice, isTimed } from '../guards.ts'
import { clockSlackMs } from '../normalise.ts'
import type { Inspect, MayFind } from '../rules/rule-types.ts'
import { watchedUntil } from '../watched.ts'
import { clearedOfSome, networksOf } from './cleared-by.ts'

const MINUTE_MS = 60_000

/** Whether a play runs beside a later one that began by a moment. */
const runsAt = (play: PlayRecord, event: PlayRecord, moment: number): boolean => {
  if (!isTimed(play)) return false
  if (play.endedAt === null) return play.lastSeenAt >= event.startedAt
  return watchedUntil(play) - clockSlackMs(play, event) >= moment
}

/** Whether a play began while so many others ran as are allowed; a device that has several may be one stream. */
export const areManyAtOnce: MayFind<'concurrent_streams'> = (plays, params) => {
  const least = params.min_overlap_minutes * MINUTE_MS
  /** When each of those that may still run ends, at least so long after the next may begin. */
  const ends: number[] = []
  for (const play of plays) {
    let running = 0
    for (const end of ends) {
      if (end < play.startedAt + least) continue
      ends[running] = end
      running += 1
    }
    if (running >= params.max_streams) return true
    ends.length = running
    if (isTimed(play))
      ends.push(play.endedAt === null ? play.lastSeenAt + least : watchedUntil(play))
  }
  return false
}

/** More concurrent streams than the limit; a device that switches from one title to the next is one stream. */
export const inspectConcurrentStreams: Inspect<'concurrent_streams'> = (event, recent, params) => {
  const least = params.min_overlap_minutes * MINUTE_MS
  // A play that continues shortly after the event began is concurrent.
  const moment = event.startedAt + least
  if (watchedUntil(event) < moment || !isTimed(event)) return null
  const nameOf = (play: PlayRecord): string => {
    if (params.ignore_same_network) return play.isLan ? 'lan' : (play.network ?? play.id)
    // Two boxes of one kind behind one line are one derived device and still two streams.
    return hasDerivedDevice(play) ? play.id : (play.device ?? play.id)
  }
  // Each is at most one stream.
  if (recent.length < params.max_streams) return null
  const running = recent.filter((play) => runsAt(play, event, moment))
  if (running.length < params.max_streams) return null
  const streams = new Map<string, PlayRecord>([[nameOf(event), event]])
  for (const play of running) {
    const name = nameOf(play)
    if (!streams.has(name)) streams.set(name, play)
  }
  if (streams.size <= params.max_streams) return null
  const others = [...streams.values()].filter((p) => p !== event)
  const size = { count: streams.size, limit: params.max_streams }
  const devices = [...streams.values()].flatMap((p) => p.device ?? []).sort()
  // Streams counted by network stay where another device plays there.
  const isByDevice = !params.ignore_same_network && devices.length >= size.count - size.limit
  const cleared = isByDevice
    ? clearedOfSome(size, 'the devices', 'fine')
    : `Cleared by a rule that allows ${size.count}.`
  return createFinding(event, others, {
    kind: 'concurrent_streams',
    severity: 'low',
    confidence: 15,
    summary: `${size.count} streams at once; ${size.limit} are allowed. ${cleared}`,
    evidence: {
      ...size,
      devices,
      ...(isByDevice ? {} : { networks: networksOf([...streams.values()]).slice(0, 50) }),
    },
  })
}
