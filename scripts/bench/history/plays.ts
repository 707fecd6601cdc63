import type { PlayRecord } from '#domain/types'

const DAY_MS = 86_400_000
const CITIES = [
  ['FR', 'Lyon', 45.76, 4.84],
  ['FR', 'Paris', 48.86, 2.35],
  ['DE', 'Berlin', 52.52, 13.4],
  ['DE', 'Köln', 50.94, 6.96],
  ['IT', 'Torino', 45.07, 7.69],
  ['ES', 'Sevilla', 37.39, -5.98],
  ['PL', 'Kraków', 50.06, 19.94],
  ['GB', 'Leeds', 53.8, -1.55],
] as const

/** Plays in the order they would come: 20,000 accounts, 500 channels, the few watched most. */
export interface Population {
  readonly rows: number
  readonly from: number
  readonly to: number
}

/** The population with so many plays, in the last `days` of the year 2026. */
export const population = (rows: number, days = 365): Population => {
  const to = Date.UTC(2027, 0, 1)
  return { rows, from: to - days * DAY_MS, to }
}

/** Who account number `n` is, and where. */
export const viewer = (n: number) => {
  const [country, city, latitude, longitude] = CITIES[n % CITIES.length] ?? CITIES[0]
  return {
    account: `own:${n}`,
    accountName: `Viewer ${n}`,
    group: n % 3 === 0 ? 'home' : 'strangers',
    country,
    region: null,
    city,
    latitude: latitude + (n % 40) / 100,
    longitude: longitude + (n % 40) / 100,
    accuracyKm: 25,
    asn: 64_500 + (n % 50),
    asnOrg: `Network ${n % 50}`,
  }
}

/** What device number `n` is, and its line. */
export const screen = (n: number) => {
  const address = `198.51.${(n >> 8) % 256}.${n % 256}`
  return {
    address,
    network: `${address}/32`,
    device: `d${n}`,
    platform: n % 2 === 0 ? 'Television' : 'Phone',
    client: n % 2 === 0 ? 'VLC/3.0.20' : 'ExoPlayer/2.19',
  }
}

/** Play number `n`; the same number always gives the same play. */
export function benchPlay({ rows, from, to }: Population, n: number): PlayRecord {
  const random = mix(n)
  const account = Math.floor(skewed(random(), 1.5) * 20_000)
  const channel = Math.floor(skewed(random(), 3) * 500)
  const device = account * 4 + Math.floor(random() * 3)
  const startedAt = from + Math.floor(((to - from) * (n + random())) / rows)
  const playedMs = Math.floor(skewed(random(), 2) * 3 * 3_600_000)
  const isLast = n >= rows - 2000
  return {
    ...viewer(account),
    id: id128(random),
    source: `edge:${n % 3}`,
    ...screen(device),
    isLan: false,
    channel: `channel-${channel}`,
    title: null,
    isLive: true,
    startedAt,
    lastSeenAt: startedAt + playedMs,
    endedAt: isLast ? null : startedAt + playedMs,
    playedMs,
    bytes: playedMs * 500,
    reason: isLast ? null : 'session.closed',
  }
}

const skewed = (value: number, power: number): number => value ** power

const id128 = (random: () => number): string =>
  Array.from({ length: 4 }, () =>
    Math.floor(random() * 0x1_0000_0000)
      .toString(16)
      .padStart(8, '0'),
  ).join('')

/** A small repeatable generator (mulberry32). */
function mix(seed: number): () => number {
  let state = (seed * 0x9e37_79b9) >>> 0
  return () => {
    state = (state + 0x6d2b_79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 0x1_0000_0000
  }
}
