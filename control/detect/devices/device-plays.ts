import { type DeviceClass, deviceClassRank } from '../device-class.ts'
import type { EnrichedPlay } from '../enriched-play.ts'

const HOUR_MS = 3_600_000

/** All plays of one device. */
export interface DevicePlays {
  readonly device: string
  readonly kind: DeviceClass
  readonly plays: readonly EnrichedPlay[]
  /** A play of each place: plays of one place have one list of keys (`enrichPlays`). */
  readonly places: ReadonlyMap<readonly string[], EnrichedPlay>
}

interface Using extends DevicePlays {
  kind: DeviceClass
  readonly plays: EnrichedPlay[]
  readonly places: Map<readonly string[], EnrichedPlay>
}

/** Groups plays by device, sorted by device name so that the result does not depend on the order of arrival. */
export const playsByDevice = (plays: readonly EnrichedPlay[]): DevicePlays[] => {
  const uses = new Map<string, Using>()
  for (const play of plays) {
    const { device, kind, homeKeys } = play
    let known = uses.get(device)
    if (known === undefined)
      uses.set(device, (known = { device, kind, plays: [], places: new Map() }))
    known.plays.push(play)
    if (!known.places.has(homeKeys)) known.places.set(homeKeys, play)
    // A device that once calls itself a television is one, whatever it says later.
    if (kind !== known.kind && deviceClassRank(kind) > deviceClassRank(known.kind))
      known.kind = kind
  }
  return [...uses.values()].sort((a, b) => (a.device < b.device ? -1 : 1))
}

/** Totals of some plays. */
export interface UsageTotals {
  readonly days: number
  readonly hours: number
  readonly plays: number
}

/** Sums plays by the keys that `namesOf` gives each of them. */
export const sumUsage = (
  plays: readonly EnrichedPlay[],
  namesOf: (play: EnrichedPlay) => readonly string[],
): Map<string, UsageTotals> => {
  const sums = new Map<string, { days: Set<number>; ms: number; plays: number }>()
  for (const play of plays) {
    for (const name of namesOf(play)) {
      const sum = sums.get(name) ?? { days: new Set<number>(), ms: 0, plays: 0 }
      sum.days.add(play.day)
      sum.ms += play.end - play.start
      sum.plays += 1
      sums.set(name, sum)
    }
  }
  return new Map(
    [...sums].map(([name, s]) => [
      name,
      { days: s.days.size, hours: s.ms / HOUR_MS, plays: s.plays },
    ]),
  )
}
