import type { EnrichedPlay } from '../enriched-play.ts'
import { arePooled, type Dwelling, dwellingOf, isMove, twinMs } from './one-house.ts'
import { UnionFind } from './union-find.ts'

/** A group of devices: its name, its plays at its own lines, and their duration. */
export interface Group {
  readonly id: string
  readonly ownPlays: readonly EnrichedPlay[]
  readonly televisions: ReadonlySet<string>
  /** Days on which devices of another group were guests, by that group. */
  readonly guests: ReadonlyMap<string, number>
  readonly weight: number
}

interface Known {
  readonly group: Group
  readonly dwelling: Dwelling
}

const mixing = (a: Group, b: Group): number => (a.guests.get(b.id) ?? 0) + (b.guests.get(a.id) ?? 0)

/** Pairs each group of one IP version with at most one of the other: the best mixed, then the most watched. */
const joinTwins = (known: readonly Known[], sets: UnionFind): void => {
  const pairs = known.flatMap((a, i) =>
    known.slice(i + 1).flatMap((b) => {
      const ms = twinMs(a.dwelling, b.dwelling)
      return ms > 0 ? [{ a: a.group, b: b.group, ms, mixed: mixing(a.group, b.group) }] : []
    }),
  )
  pairs.sort(
    (x, y) => y.mixed - x.mixed || y.ms - x.ms || (x.a.id + x.b.id < y.a.id + y.b.id ? -1 : 1),
  )
  const taken = new Set<string>()
  for (const { a, b } of pairs) {
    if (taken.has(a.id) || taken.has(b.id)) continue
    taken.add(a.id)
    taken.add(b.id)
    sets.join(a.id, b.id)
  }
}

/** Joins the LAN with the public line that was watched most. */
const joinLan = (known: readonly Known[], sets: UnionFind): void => {
  const [house] = known
    .filter((k) => !k.dwelling.isLan)
    .map((k) => k.group)
    .sort((a, b) => b.weight - a.weight || (a.id < b.id ? -1 : 1))
  if (!house) return
  for (const { group } of known.filter((k) => k.dwelling.isLan)) sets.join(group.id, house.id)
}

/** Joins groups that are one house; returns the name of a group's house. */
export const joinHouses = (groups: readonly Group[]): ((id: string) => string) => {
  const sets = new UnionFind()
  const known = groups.map((group) => ({
    group,
    dwelling: dwellingOf(group.ownPlays),
  }))
  joinTwins(known, sets)
  for (const [i, a] of known.entries()) {
    for (const b of known.slice(i + 1)) {
      const isOne = arePooled(a.dwelling, b.dwelling) || isMove(a.dwelling, b.dwelling)
      if (isOne) sets.join(a.group.id, b.group.id)
    }
  }
  joinLan(known, sets)
  return (id) => sets.find(id)
}
