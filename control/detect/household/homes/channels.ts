import type { EnrichedPlay } from '../../enriched-play.ts'
import type { ChannelPopularity } from './channel-popularity.ts'

// Shorter plays are zapping.
const WATCHED_MS = 2 * 60_000

// With fewer evenings, or fewer different channels, in either home nothing can be compared.
const EVENINGS_AT_LEAST = 6
const CHANNELS_AT_LEAST = 3
// Of fewer channels in both together, the same ones are what everybody watches; asked where that is not known.
const CHOICE = 10

/** Which live channels two homes watch. */
export interface ChannelEvidence {
  /** Whether both homes watched enough channels to compare. */
  readonly isComparable: boolean
  /**
   * How much alike their channels are, 0..1: the cosine of the days on which each home watched each channel, less that of two
   * strangers who watch what everybody watches.
   */
  readonly likeness: number
  /** How much what each home watches beside what everybody watches differs, 0..1. */
  readonly difference: number
}

const NOT_COMPARABLE: ChannelEvidence = { isComparable: false, likeness: 0, difference: 0 }

/** On how many days each channel was watched; a channel that is opened again is watched once. */
const daysByChannel = (plays: readonly EnrichedPlay[]): Map<string, number> => {
  const days = new Map<string, Set<number>>()
  for (const { play, start, end, day } of plays) {
    if (!play.channel || end - start < WATCHED_MS) continue
    const known = days.get(play.channel)
    if (known === undefined) days.set(play.channel, new Set([day]))
    else known.add(day)
  }
  return new Map([...days].map(([channel, { size }]) => [channel, size]))
}

const isEnough = (days: ReadonlyMap<string, number>): boolean =>
  days.size >= CHANNELS_AT_LEAST &&
  [...days.values()].reduce((sum, n) => sum + n, 0) >= EVENINGS_AT_LEAST

const lengthOf = (days: ReadonlyMap<string, number>): number =>
  Math.sqrt([...days.values()].reduce((sum, n) => sum + n * n, 0))

const cosine = (
  [a, lengthOfA]: readonly [ReadonlyMap<string, number>, number],
  [b, lengthOfB]: readonly [ReadonlyMap<string, number>, number],
): number => {
  let common = 0
  for (const [channel, n] of a) common += n * (b.get(channel) ?? 0)
  return lengthOfB === 0 ? 0 : Math.min(1, common / (lengthOfA * lengthOfB))
}

/** Share of a cosine of 1 that is left to what goes its own way. */
const restOf = (likeEverybody: number): number => Math.sqrt(1 - likeEverybody * likeEverybody)

/**
 * Compares the channels of two homes: one household has its favourites wherever it watches, two have each their own. What both watch
 * because everybody does says nothing: it is the partial cosine, the popularity of the channels given.
 */
export const compareChannels = (
  main: readonly EnrichedPlay[],
  other: readonly EnrichedPlay[],
  { amounts, length }: ChannelPopularity,
): ChannelEvidence => {
  const [a, b] = [daysByChannel(main), daysByChannel(other)]
  const isChoice = length > 0 || new Set([...a.keys(), ...b.keys()]).size >= CHOICE
  if (!isChoice || !isEnough(a) || !isEnough(b)) return NOT_COMPARABLE
  const everybody = [amounts, length] as const
  const [one, two] = [[a, lengthOf(a)] as const, [b, lengthOf(b)] as const]
  const [oneAs, twoAs] = [cosine(one, everybody), cosine(two, everybody)]
  const room = restOf(oneAs) * restOf(twoAs)
  const likeness = Math.min(room, Math.max(0, cosine(one, two) - oneAs * twoAs))
  return { isComparable: true, likeness, difference: room - likeness }
}
