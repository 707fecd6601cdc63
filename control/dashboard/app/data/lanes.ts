/** A play on a line of time. */
interface Ran {
  readonly id: string
  readonly startedAt: number
  readonly endedAt: number | null
  readonly lastSeenAt: number
  readonly device: string | null
  readonly network: string | null
}

/** A play with its end, and whether another one of another line or device ran meanwhile. */
export interface Placed<Play> {
  readonly play: Play
  readonly from: number
  readonly to: number
  readonly isOverlapping: boolean
}

/** The plays of one network or device, the earliest first. */
export interface Lane<Play> {
  readonly key: string
  readonly plays: readonly Placed<Play>[]
}

const endOf = ({ endedAt, lastSeenAt }: Ran): number => endedAt ?? lastSeenAt

/** What a play belongs to: its line, or its device where the line is not known. */
const keyOf = ({ network, device }: Ran): string => network ?? device ?? '–'

/**
 * Plays as lanes, one for each line (network), the busiest first. A play overlaps where one of another lane ran at the same time: plays one after the
 * other, and several at one line, do not.
 */
export const lanesOf = <Play extends Ran>(plays: readonly Play[]): Lane<Play>[] => {
  const sorted = [...plays].sort((a, b) => a.startedAt - b.startedAt)
  const overlapping = new Set<string>()
  let running: Play[] = []
  for (const play of sorted) {
    running = running.filter((other) => endOf(other) > play.startedAt)
    if (endOf(play) <= play.startedAt) continue
    for (const other of running) {
      if (keyOf(other) === keyOf(play)) continue
      overlapping.add(other.id)
      overlapping.add(play.id)
    }
    running.push(play)
  }
  const lanes = new Map<string, Play[]>()
  for (const play of sorted) lanes.set(keyOf(play), [...(lanes.get(keyOf(play)) ?? []), play])
  return [...lanes]
    .sort((a, b) => b[1].length - a[1].length)
    .map(([key, members]) => ({
      key,
      plays: members.map((play) => ({
        play,
        from: play.startedAt,
        to: endOf(play),
        isOverlapping: overlapping.has(play.id),
      })),
    }))
}
