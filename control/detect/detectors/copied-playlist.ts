import type { PlayRecord } from '#domain/types'
import { agentVersion } from '../devices/agent-model.ts'
import { createFinding, durationText } from '../finding.ts'
import { hasNetwork, isOutOfReach, isThroughHosting } from '../guards.ts'
import { addressPoolOf } from '../network-class.ts'
import { endOf } from '../normalise.ts'
import type { ParamsOf } from '../rules/rule-types.ts'
import type { Finding } from '../types.ts'

// So many players, of different agents or at once, on networks nobody had used before: one file, and not one owner.
const PLAYERS_AT_LEAST = 3
const PROVIDERS_AT_LEAST = 2

// So many at once are no family out with phones of one carrier.
const FAMILY_AT_MOST = 5

// Before a few plays are known, every network is a new one.
const KNOWN_AT_LEAST = 3

const poolOf = (play: PlayRecord): string | null =>
  hasNetwork(play) ? addressPoolOf(play.network) : null

/** Uses of one playlist copy on networks that the account had not used before the copy was. */
const strangersOf = (plays: readonly PlayRecord[], uses: readonly PlayRecord[]): PlayRecord[] => {
  const since = uses[0]?.startedAt ?? 0
  const known = new Set<string | null>([null])
  for (const play of plays) if (play.startedAt < since) known.add(poolOf(play))
  return uses.filter((play) => !known.has(poolOf(play)))
}

/** The provider of a play's line; who is behind the exit of a VPN is open. */
const providerOf = (play: PlayRecord): string | number | null =>
  isThroughHosting(play) ? null : (play.asn ?? play.asnOrg ?? play.country)

const distinct = (values: readonly unknown[]): number =>
  new Set(values.filter((value) => value !== null)).size

// Shorter overlaps may be one player that changed its network.
const AT_ONCE_MS = 10 * 60_000

/** The most networks over which plays ran at one time; exits of a VPN are left out. */
const mostAtOnce = (plays: readonly PlayRecord[]): number => {
  let most = 0
  let running: PlayRecord[] = []
  for (const play of plays) {
    if (isThroughHosting(play) || endOf(play) - play.startedAt < AT_ONCE_MS) continue
    running = running.filter((other) => endOf(other) - play.startedAt >= AT_ONCE_MS)
    running.push(play)
    most = Math.max(most, distinct(running.map(poolOf)))
  }
  return most
}

// Later uses are compared with so many before them.
const COMPARED_AT_MOST = 40

/** Whether two plays cannot be one player's: another agent, or places it was at at once or could not reach in time. */
const areTwoPlayers = (first: PlayRecord, second: PlayRecord): boolean => {
  if (agentVersion(first) !== agentVersion(second)) return true
  if (poolOf(first) === poolOf(second) || isThroughHosting(first, second)) return false
  const sharedMs = Math.min(endOf(first), endOf(second)) - second.startedAt
  return sharedMs >= AT_ONCE_MS || isOutOfReach(first, second)
}

/** How many players there are at least: plays of which no two can be one player's. */
const playersOf = (plays: readonly PlayRecord[]): number => {
  const last = plays.slice(-COMPARED_AT_MOST)
  let most = mostAtOnce(plays)
  for (let i = 0; i + most < last.length; i += 1) {
    const players: PlayRecord[] = []
    for (const play of last.slice(i))
      if (players.every((other) => areTwoPlayers(other, play))) players.push(play)
    most = Math.max(most, players.length)
  }
  return most
}

/** The last use by each network, to show. */
const samples = (plays: readonly PlayRecord[]): PlayRecord[] => [
  ...new Map(plays.map((play) => [poolOf(play), play])).values(),
]

const dayText = (at: number): string => new Date(at).toISOString().slice(0, 16).replace('T', ' ')

const HOUR_MS = 3_600_000

/** Plays opened by one copy, oldest first; looked for as far back as strangers may turn up. */
const usesOf = (
  download: string,
  event: PlayRecord,
  recent: readonly PlayRecord[],
  { burst_hours }: ParamsOf<'leaked_copy'>,
): PlayRecord[] => {
  const since = event.startedAt - burst_hours * HOUR_MS
  const uses = [event]
  for (let i = recent.length - 1; i >= 0; i -= 1) {
    const play = recent[i]
    if (play === undefined || play.startedAt < since) break
    if (play.download === download) uses.push(play)
  }
  return uses.toReversed()
}

/** A copy of a playlist that strangers use: names the copy, when it was used and by how many networks. */
export const findCopiedPlaylist = (
  event: PlayRecord,
  recent: readonly PlayRecord[],
  params: ParamsOf<'leaked_copy'>,
): Finding | null => {
  const { download } = event
  if (!download) return null
  const uses = usesOf(download, event, recent, params)
  if (distinct(uses.map(poolOf)) < params.min_places) return null
  const since = uses[0]?.startedAt ?? event.startedAt
  if (recent.filter((play) => play.startedAt < since).length < KNOWN_AT_LEAST) return null
  const strangers = strangersOf(recent, uses)
  const networks = distinct(strangers.map(poolOf))
  if (networks < params.min_places) return null
  if (playersOf(strangers) < PLAYERS_AT_LEAST) return null
  const providers = distinct(strangers.map(providerOf))
  if (providers < PROVIDERS_AT_LEAST && mostAtOnce(strangers) < FAMILY_AT_MOST) return null
  const countries = [...new Set(strangers.flatMap((p) => p.country ?? []))].sort()
  const players = playersOf(uses)
  const until = uses.reduce((last, play) => Math.max(last, endOf(play)), since)
  return createFinding(
    event,
    samples(strangers).filter((p) => p !== event),
    {
      kind: 'leaked_copy',
      severity: 'high',
      confidence: 80,
      summary:
        `Playlist copy ${download} was used by ${players} players on ${networks} ` +
        `networks new to the account (${countries.join(', ') || 'places unknown'}) from ${dayText(since)} UTC ` +
        `within ${durationText(until - since)}. ` +
        `Cleared by feedback that those networks are the household's own.`,
      evidence: {
        download,
        players,
        firstUsedAt: since,
        count: networks,
        limit: params.min_places,
        windowMs: until - since,
        devices: [...new Set(strangers.flatMap((p) => p.device ?? []))].sort().slice(0, 50),
        networks: [...new Set(strangers.flatMap((p) => p.network ?? []))].sort().slice(0, 50),
        countries,
      },
    },
  )
}
