import type { EnrichedPlay } from '../../enriched-play.ts'

// Shorter plays are zapping.
const WATCHED_MS = 2 * 60_000

// With fewer evenings, or fewer different channels, in either home nothing can be compared.
const EVENINGS_AT_LEAST = 6
const CHANNELS_AT_LEAST = 3
// Of fewer channels in both together, the same ones are what everybody watches.
const CHOICE = 10

/** Which live channels two homes watch. */
export interface ChannelEvidence {
  /** Whether both homes watched enough channels to compare. */
  readonly isComparable: boolean
  /** How much alike their channels are, 0..1: the cosine of the days on which each home watched each channel. */
  readonly likeness: number
}

const NOT_COMPARABLE: ChannelEvidence = { isComparable: false, likeness: 0 }

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

/** Compares the channels of two homes: one household has its favourites wherever it watches, two have each their own. */
export const compareChannels = (
  main: readonly EnrichedPlay[],
  other: readonly EnrichedPlay[],
): ChannelEvidence => {
  const [a, b] = [daysByChannel(main), daysByChannel(other)]
  const isChoice = new Set([...a.keys(), ...b.keys()]).size >= CHOICE
  if (!isChoice || !isEnough(a) || !isEnough(b)) return NOT_COMPARABLE
  const common = [...a].reduce((sum, [channel, n]) => sum + n * (b.get(channel) ?? 0), 0)
  return { isComparable: true, likeness: common / (lengthOf(a) * lengthOf(b)) }
}
