import type { PlayRecord } from '#domain/types'
import { type AccountPlays, backtest } from '../../control/detect/judge/backtest.ts'
import { defaultRules, parseRules } from '../../control/detect/rules/rules.ts'
import { positive, readOptions } from '../options.ts'

const DAY_MS = 86_400_000
const NOW = Date.UTC(2026, 5, 1)

const USAGE = 'usage: npm run bench:backtest -- [--accounts 5000] [--plays 200] [--days 60]'

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

// One account in ten has a second home with a television of its own.
const accountPlays = (index: number, count: number, days: number): PlayRecord[] => {
  const random = numbers(index + 1)
  const isShared = index % 10 === 0
  return Array.from({ length: count }, (_, i) => {
    const isAway = isShared && random() < 0.3
    const player = PLAYERS[Math.floor(random() * PLAYERS.length)] ?? PLAYERS[0]
    const roams = !player.isHome && random() < 0.5
    const place = CITIES[(isAway ? index + 1 : index) % CITIES.length] ?? CITIES[0]
    const startedAt = Math.floor(NOW - days * DAY_MS + ((i + random()) / count) * days * DAY_MS)
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

const values = readOptions(USAGE, {
  accounts: { type: 'string' },
  plays: { type: 'string' },
  days: { type: 'string' },
})
const accounts = positive(values.accounts, 5000)
const plays = positive(values.plays, 200)
const days = positive(values.days, 60)

function* history(): Generator<AccountPlays> {
  for (let i = 0; i < accounts; i += 1) {
    yield { account: `own:${i}`, name: null, plays: accountPlays(i, plays, days) }
  }
}

const geo = parseRules([
  { id: 'geo', kind: 'geo_restriction', params: { mode: 'block', countries: ['IT'] } },
])
const rules = [...defaultRules(), ...(geo.ok ? geo.rules : [])]
const all = [...history()]
const started = performance.now()
const result = await backtest(all, { rules, now: NOW, days })
const seconds = (performance.now() - started) / 1000
console.log(
  `${result.plays} plays of ${result.accounts} accounts, ${rules.length} rules: ${seconds.toFixed(1)} s`,
)
for (const { rule, findings, accounts: whom } of result.rules) {
  console.log(`  ${rule.padEnd(20)} ${findings} findings of ${whom} accounts`)
}
console.log(`memory ${Math.round(process.memoryUsage().rss / 2 ** 20)} MB`)
