import type { PlayRecord } from '#domain/types'

const DAY_MS = 86_400_000

/** Until when the made accounts play. */
export const MADE_UNTIL = Date.UTC(2026, 5, 1)

const PLAYERS = [
  { platform: 'Tizen', client: 'Plex for Samsung', isHome: true },
  { platform: 'webOS', client: 'Plex for LG', isHome: true },
  { platform: 'iOS', client: 'Plex for iOS', isHome: false },
  { platform: 'Android', client: 'Plex for Android (Mobile)', isHome: false },
] as const

const CITIES = [
  { city: 'Lyon', country: 'FR', latitude: 45.76, longitude: 4.84 },
  { city: 'Bordeaux', country: 'FR', latitude: 44.84, longitude: -0.58 },
  { city: 'Turin', country: 'IT', latitude: 45.07, longitude: 7.69 },
] as const

/** Numbers that look random and are the same each time. */
const numbers = (seed: number): (() => number) => {
  let state = seed * 2_654_435_761 + 1
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/**
 * Plays of a made account over the last days, the same each time; one account in ten has a second home with a television of its
 * own.
 */
export const accountPlays = (index: number, count: number, days: number): PlayRecord[] => {
  const random = numbers(index + 1)
  const isShared = index % 10 === 0
  return Array.from({ length: count }, (_, i) => {
    const isAway = isShared && random() < 0.3
    const player = PLAYERS[Math.floor(random() * PLAYERS.length)] ?? PLAYERS[0]
    const roams = !player.isHome && random() < 0.5
    const place = CITIES[(isAway ? index + 1 : index) % CITIES.length] ?? CITIES[0]
    const startedAt = Math.floor(
      MADE_UNTIL - days * DAY_MS + ((i + random()) / count) * days * DAY_MS,
    )
    const playedMs = Math.floor((0.2 + random() * 1.5) * 3_600_000)
    const host = roams ? Math.floor(random() * 200) : isAway ? 201 : 202
    const network = `${roams ? 100 : 80}.${index >> 8}.${index & 255}.${host}`
    return {
      id: `${index}-${i}`,
      source: 'bench',
      account: `own:${index}`,
      accountName: null,
      group: null,
      address: network,
      network,
      isLan: false,
      region: null,
      ...place,
      accuracyKm: 25,
      asn: roams ? 2 : 1,
      asnOrg: roams ? 'Mobile One' : 'Cable One',
      device: `${index}-${isAway ? 'away' : 'home'}-${player.client}`,
      platform: player.platform,
      client: player.client,
      channel: null,
      title: null,
      isLive: false,
      startedAt,
      lastSeenAt: startedAt + playedMs,
      endedAt: startedAt + playedMs,
      playedMs,
      bytes: null,
      reason: null,
    }
  })
}
