import type { PlayRecord } from '#domain/types'
import { hasDerivedDevice } from '../guards.ts'
import { addressPoolOf } from '../network-class.ts'
import { watchedUntil } from '../watched.ts'

// Shorter overlaps are one player that changed its network.
const OVERLAP_AT_LEAST_MS = 10 * 60_000

// So often must a player be in two places at once before it is two players.
const PROOFS = 2

const kindOf = (play: PlayRecord): string => `${play.platform ?? ''}/${play.client ?? ''}`

const placeOf = (play: PlayRecord): string =>
  play.isLan ? 'lan' : (addressPoolOf(play.network) ?? 'unknown')

type Overlaps = Map<string, Map<string, number>>

const addOverlap = (overlaps: Overlaps, a: string, b: string): void => {
  const row = overlaps.get(a) ?? new Map<string, number>()
  overlaps.set(a, row.set(b, (row.get(b) ?? 0) + 1))
}

/** How often plays at two places ran at once; plays are in order of start. */
const overlapsOf = (plays: readonly PlayRecord[]): Overlaps => {
  const overlaps: Overlaps = new Map()
  let running: PlayRecord[] = []
  for (const play of plays) {
    const until = watchedUntil(play)
    running = running.filter((r) => watchedUntil(r) - play.startedAt >= OVERLAP_AT_LEAST_MS)
    for (const other of running) {
      if (until - play.startedAt < OVERLAP_AT_LEAST_MS || placeOf(other) === placeOf(play)) continue
      addOverlap(overlaps, placeOf(other), placeOf(play))
      addOverlap(overlaps, placeOf(play), placeOf(other))
    }
    running.push(play)
  }
  return overlaps
}

/** Numbers the players of one kind: places go to the first player that was never elsewhere at the time. */
const numberPlayers = (plays: readonly PlayRecord[]): Map<string, number> => {
  const counts = new Map<string, number>()
  for (const play of plays) counts.set(placeOf(play), (counts.get(placeOf(play)) ?? 0) + 1)
  const places = [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
  const overlaps = overlapsOf(plays)
  const players: string[][] = []
  const numbers = new Map<string, number>()
  for (const [place] of places) {
    const row = overlaps.get(place)
    const fits = (player: readonly string[]): boolean =>
      player.reduce((sum, other) => sum + (row?.get(other) ?? 0), 0) < PROOFS
    const at = players.findIndex(fits)
    if (at >= 0) players[at]?.push(place)
    else players.push([place])
    numbers.set(place, at >= 0 ? at : players.length - 1)
  }
  return numbers
}

/**
 * Replaces device ids that edges derived by stable ones: players of one kind are one device until they overlap
 * often enough to be two, else a phone that leaves the house would count as a second one. Plays must be in
 * order of start.
 */
export const mergeDerivedDevices = (plays: readonly PlayRecord[]): PlayRecord[] => {
  const kinds = new Map<string, PlayRecord[]>()
  for (const play of plays) {
    if (!hasDerivedDevice(play)) continue
    const known = kinds.get(kindOf(play))
    if (known) known.push(play)
    else kinds.set(kindOf(play), [play])
  }
  const numbers = new Map([...kinds].map(([kind, list]) => [kind, numberPlayers(list)]))
  return plays.map((play) => {
    const number = hasDerivedDevice(play)
      ? numbers.get(kindOf(play))?.get(placeOf(play))
      : undefined
    return number === undefined ? play : { ...play, device: `${kindOf(play)} #${number + 1}` }
  })
}
