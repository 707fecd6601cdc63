import type { PlayRecord } from '#domain/types'
import type { EnrichedPlay } from '../../enriched-play.ts'

// Sources write an episode as "Series - Episode", and a track as "Artist - Track".
const SEPARATOR = ' - '

// A series left for longer was not followed on.
const FOLLOWED_WITHIN_MS = 21 * 86_400_000

// With fewer episodes in either home nothing can be compared.
const EPISODES_AT_LEAST = 2

/** With fewer different series, a common one says nothing. */
export const SERIES_AT_LEAST = 2

/** What two homes watched of series, and of artists' music. */
export interface SeriesEvidence {
  /** Whether both homes watched enough episodes to compare. */
  readonly isComparable: boolean
  /** Share of the other home's episodes that are of series which the main home watched too, 0..1. */
  readonly sharedShare: number
  /** Series of which the other home watched several episodes. */
  readonly followed: number
  /** Days on which one home went on with a series that the other had watched last. */
  readonly continuedDays: number
}

/** The series of an episode, or the artist of a track; `null` for live channels, films and plays without a title. */
export const seriesOf = ({ isLive, title }: PlayRecord): string | null => {
  if (isLive || title === null) return null
  const at = title.indexOf(SEPARATOR)
  return at > 0 ? title.slice(0, at) : null
}

interface Episode {
  readonly series: string
  readonly isOfMain: boolean
  readonly start: number
  readonly end: number
  readonly day: number
}

const episodesOf = (plays: readonly EnrichedPlay[], isOfMain: boolean): Episode[] =>
  plays.flatMap((play) => {
    const series = seriesOf(play.play)
    const { start, end, day } = play
    return series === null ? [] : [{ series, isOfMain, start, end, day }]
  })

const countBySeries = (episodes: readonly Episode[]): Map<string, number> => {
  const counts = new Map<string, number>()
  for (const { series } of episodes) counts.set(series, (counts.get(series) ?? 0) + 1)
  return counts
}

const continuedOn = (episodes: readonly Episode[]): ReadonlySet<number> => {
  const last = new Map<string, Episode>()
  const days = new Set<number>()
  for (const episode of [...episodes].sort((a, b) => a.start - b.start)) {
    const before = last.get(episode.series)
    if (before !== undefined && before.isOfMain !== episode.isOfMain) {
      const pause = episode.start - before.end
      // Who begins an episode while another still runs elsewhere is somebody else.
      if (pause >= 0 && pause < FOLLOWED_WITHIN_MS) days.add(episode.day)
    }
    last.set(episode.series, episode)
  }
  return days
}

/**
 * Compares what the main home and another watched: someone who moves between two places goes on with their series, while two
 * households follow each their own.
 */
export const compareSeries = (
  main: readonly EnrichedPlay[],
  other: readonly EnrichedPlay[],
): SeriesEvidence => {
  const [ofMain, ofOther] = [episodesOf(main, true), episodesOf(other, false)]
  const [mains, others] = [countBySeries(ofMain), countBySeries(ofOther)]
  const isComparable =
    Math.min(ofMain.length, ofOther.length) >= EPISODES_AT_LEAST &&
    new Set([...mains.keys(), ...others.keys()]).size >= SERIES_AT_LEAST
  const shared = ofOther.filter(({ series }) => mains.has(series)).length
  return {
    isComparable,
    sharedShare: isComparable ? shared / ofOther.length : 0,
    followed: [...others.values()].filter((count) => count >= EPISODES_AT_LEAST).length,
    continuedDays: isComparable && shared > 0 ? continuedOn([...ofMain, ...ofOther]).size : 0,
  }
}
