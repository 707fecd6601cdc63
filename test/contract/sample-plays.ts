import type { PlayRecord } from '#domain/types'

/** 2026-03-01T12:00:00Z. */
export const NOON = Date.UTC(2026, 2, 1, 12)
export const MINUTE = 60_000
export const DAY = 86_400_000

/** A finished play of ten minutes in Lyon, with what differs. */
export function samplePlay(changes: Partial<PlayRecord> = {}): PlayRecord {
  return {
    id: 'play-1',
    source: 'edge:one',
    account: 'own:ann',
    accountName: 'Ann',
    group: 'home',
    address: '192.0.2.7',
    network: '192.0.2.7/32',
    isLan: false,
    country: 'FR',
    region: 'Auvergne-Rhône-Alpes',
    city: 'Lyon',
    latitude: 45.75,
    longitude: 4.85,
    accuracyKm: 25,
    asn: 64500,
    asnOrg: 'Example Net',
    device: 'tv',
    platform: 'Television',
    client: 'Player 3',
    player: null,
    agent: 'Player/3.1 (Television)',
    download: 'copy-1',
    playback: null,
    door: 'hls',
    timing: null,
    isMusic: false,
    delivery: 'direct stream',
    channel: 'news',
    title: null,
    isLive: true,
    startedAt: NOON,
    lastSeenAt: NOON + 10 * MINUTE,
    endedAt: NOON + 10 * MINUTE,
    playedMs: 10 * MINUTE,
    bytes: 1_000_000,
    reason: 'session.closed',
    ...changes,
  }
}

/** A record of which nothing is known that may be unknown. */
export const barePlay = (): PlayRecord => ({
  ...samplePlay({ id: 'bare', source: 'import:x', account: 'net:192.0.2.9/32', isLan: true }),
  accountName: null,
  group: null,
  address: null,
  network: null,
  country: null,
  region: null,
  city: null,
  latitude: null,
  longitude: null,
  accuracyKm: null,
  asn: null,
  asnOrg: null,
  device: null,
  agent: null,
  download: null,
  door: null,
  timing: null,
  isMusic: null,
  delivery: null,
  platform: null,
  client: null,
  channel: null,
  endedAt: null,
  playedMs: null,
  bytes: null,
  reason: null,
})
