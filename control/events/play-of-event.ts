import { countryWatchedIn } from '#domain/geo'
import type { GeoPlace, PlayRecord } from '#domain/types'
import { deliveryOf } from '#domain/viewer/delivery'
import type { PlayEvent } from './play-event.ts'

/** Events that end a playback. */
const ENDINGS: ReadonlySet<PlayEvent['type']> = new Set(['closed', 'refused', 'banned'])

const known = <T>(value: T | null | undefined): T | null => value ?? null

/** The place in an event. */
const placeOf = (event: PlayEvent): GeoPlace => ({
  country: known(event.country),
  region: known(event.region),
  city: known(event.city),
  latitude: known(event.latitude),
  longitude: known(event.longitude),
  accuracyKm: known(event.accuracyKm),
})

/**
 * The play record of one event, with the given place or else the event's own; history merges
 * such records in any order. Every field is written out, since an object spread is several times
 * as large and slow, and there is a record for every event.
 */
export function playOfEvent(event: PlayEvent, place: GeoPlace = placeOf(event)): PlayRecord {
  return {
    id: event.id,
    source: event.source,
    account: event.account,
    accountName: known(event.accountName),
    group: known(event.group),
    address: known(event.address),
    network: known(event.network),
    isLan: event.isLan ?? false,
    country: countryWatchedIn(place),
    region: place.region,
    city: place.city,
    latitude: place.latitude,
    longitude: place.longitude,
    accuracyKm: place.accuracyKm,
    asn: known(event.asn),
    asnOrg: known(event.asnOrg),
    device: known(event.device),
    platform: known(event.platform),
    client: known(event.client),
    player: known(event.player),
    agent: known(event.agent),
    download: event.type === 'download' ? null : known(event.download),
    playback: known(event.playback),
    door: known(event.door),
    channel: known(event.channel),
    title: known(event.title),
    isLive: event.isLive ?? true,
    isMusic: known(event.isMusic),
    delivery: deliveryOf(event.delivery),
    startedAt: Math.min(event.startedAt ?? event.at, event.at),
    lastSeenAt: event.at,
    endedAt: ENDINGS.has(event.type) ? event.at : null,
    playedMs: known(event.durationMs),
    bytes: known(event.bytes),
    reason: known(event.reason),
  }
}

/** The play record of one event; its place is looked up where the event has none. */
export function locatedPlayOfEvent(
  event: PlayEvent,
  locate: ((address: string) => GeoPlace | null) | undefined,
): PlayRecord {
  const isLocated = event.country !== undefined && event.country !== null
  const address = event.address ?? null
  const place = isLocated || address === null ? undefined : locate?.(address)
  return playOfEvent(event, place ?? undefined)
}
