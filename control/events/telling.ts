import type { GeoPlace, PlayRecord } from '#domain/types'
import type { PlayEvent } from './play-event.ts'

/** Events that end a playback. */
const ENDINGS: ReadonlySet<PlayEvent['type']> = new Set(['closed', 'refused', 'banned'])

/** What one event tells of its playback, in the place given or the one it names itself; history merges the tellings, in whatever order they come. */
export function playOf(event: PlayEvent, place: GeoPlace | null = null): PlayRecord {
  const startedAt = event.startedAt ?? event.at
  return {
    ...whoOf(event),
    ...whereOf(event, place),
    channel: event.channel ?? null,
    title: event.title ?? null,
    isLive: event.isLive ?? true,
    startedAt: Math.min(startedAt, event.at),
    lastSeenAt: event.at,
    endedAt: ENDINGS.has(event.type) ? event.at : null,
    playedMs: event.durationMs ?? null,
    bytes: event.bytes ?? null,
    reason: event.reason ?? null,
  }
}

/** What one event tells of its playback, its place looked up where the event does not say. */
export function locatedPlay(
  event: PlayEvent,
  locate: ((address: string) => GeoPlace | null) | undefined,
): PlayRecord {
  const isLocated = event.country !== undefined && event.country !== null
  const address = event.address ?? null
  const place = isLocated || address === null ? null : (locate?.(address) ?? null)
  return playOf(event, place)
}

type Who = 'id' | 'source' | 'account' | 'accountName' | 'group' | 'device' | 'platform' | 'client'

const whoOf = (event: PlayEvent): Pick<PlayRecord, Who> => ({
  id: event.id,
  source: event.source,
  account: event.account,
  accountName: event.accountName ?? null,
  group: event.group ?? null,
  device: event.device ?? null,
  platform: event.platform ?? null,
  client: event.client ?? null,
})

type Where = 'address' | 'network' | 'isLan' | 'asn' | 'asnOrg' | keyof GeoPlace

const whereOf = (event: PlayEvent, place: GeoPlace | null): Pick<PlayRecord, Where> => ({
  address: event.address ?? null,
  network: event.network ?? null,
  isLan: event.isLan ?? false,
  asn: event.asn ?? null,
  asnOrg: event.asnOrg ?? null,
  ...(place ?? placeOf(event)),
})

const placeOf = (event: PlayEvent): GeoPlace => ({
  country: event.country ?? null,
  region: event.region ?? null,
  city: event.city ?? null,
  latitude: event.latitude ?? null,
  longitude: event.longitude ?? null,
  accuracyKm: event.accuracyKm ?? null,
})
