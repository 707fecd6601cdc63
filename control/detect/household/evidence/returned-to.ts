import type { EnrichedPlay } from '../../enriched-play.ts'
import type { Home } from '../homes/homes.ts'

/** Separate days on which a line must be used before it counts as a home's. */
export const RETURN_DAYS = 3

/** Days on which each place was used. */
class DaysAt {
  readonly #days = new Map<string, Set<number>>()

  add(place: string, day: number): void {
    const known = this.#days.get(place)
    if (known === undefined) this.#days.set(place, new Set([day]))
    else known.add(day)
  }

  isReturnedTo(place: string): boolean {
    return (this.#days.get(place)?.size ?? 0) >= RETURN_DAYS
  }
}

/** What stays the same of a place where its line changes its address: the pool, or the provider. */
const placesOf = ({ homeKeys, play: { asnOrg } }: EnrichedPlay): readonly string[] =>
  asnOrg === null ? homeKeys : [...homeKeys, asnOrg]

/**
 * Plays of a home on lines used on separate days, or on those of its own televisions where their place was: sets mostly
 * stand. Hotels, trains, a carrier's changing addresses and what a relay hides are left out.
 */
export const settledPlays = (home: Home): readonly EnrichedPlay[] => {
  const days = new DaysAt()
  for (const t of home.ownPlays)
    if (t.line !== null) for (const place of placesOf(t)) days.add(place, t.day)
  const stands = (t: EnrichedPlay): boolean =>
    t.kind === 'television' && placesOf(t).some((place) => days.isReturnedTo(place))
  const lines = new Set(home.ownPlays.flatMap((t) => (stands(t) ? (t.line ?? []) : [])))
  return home.ownPlays.filter(
    ({ line }) => line !== null && (lines.has(line) || days.isReturnedTo(line)),
  )
}
