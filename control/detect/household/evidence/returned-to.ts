import type { EnrichedPlay } from '../../enriched-play.ts'
import type { Home } from '../homes/homes.ts'

/** Separate days on which a line must be used before it counts as a home's. */
export const RETURN_DAYS = 3

const daysPerLine = (plays: readonly EnrichedPlay[]): Map<string, Set<number>> => {
  const days = new Map<string, Set<number>>()
  for (const { line, day } of plays) {
    if (line !== null) days.set(line, (days.get(line) ?? new Set<number>()).add(day))
  }
  return days
}

/**
 * Plays of a home on lines used on separate days, or on those of its own televisions, which do not travel. Hotels,
 * trains, a carrier's changing addresses and what a relay hides are left out.
 */
export const settledPlays = (home: Home): readonly EnrichedPlay[] => {
  const days = daysPerLine(home.ownPlays)
  const sets = new Set(
    home.ownPlays.flatMap((t) => (t.kind === 'television' ? (t.line ?? []) : [])),
  )
  return home.ownPlays.filter(
    ({ line, kind }) =>
      line !== null &&
      (kind === 'television' || sets.has(line) || (days.get(line)?.size ?? 0) >= RETURN_DAYS),
  )
}
