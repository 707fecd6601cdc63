import { PAIR, Sweep } from './concurrency-sweep.ts'

/** A session as the search reads it: time span, device and network. */
export interface Interval {
  readonly start: number
  readonly end: number
  /** Compared as a value; null equals null. */
  readonly device: unknown
  /** What pairs call the device where that is not what it is compared by. */
  readonly name?: unknown
  readonly network: unknown
}

/** Sessions that ran beside each other on different devices and networks. */
export interface Concurrency {
  /** Pairs of sessions. */
  readonly overlaps: number
  /** Pairs of names of devices with at least one such pair of sessions, by their numbers in `names`. */
  readonly devicePairs: readonly (readonly [number, number])[]
  readonly names: readonly unknown[]
  /** Whether the session at the same place in the input is in any pair. */
  readonly isConcurrent: Uint8Array
}

const numberAll = (
  values: readonly unknown[],
): { readonly ids: number[]; readonly all: unknown[] } => {
  const known = new Map<unknown, number>()
  const ids = values.map((value) => {
    const id = known.get(value) ?? known.size
    known.set(value, id)
    return id
  })
  return { ids, all: [...known.keys()] }
}

interface Moment {
  readonly at: number
  readonly session: number
}

const momentsOf = (
  intervals: readonly Interval[],
  isWanted: (interval: Interval) => boolean,
  timeOf: (interval: Interval) => number,
): Moment[] => {
  const moments: Moment[] = []
  for (const [session, interval] of intervals.entries())
    if (isWanted(interval)) moments.push({ at: timeOf(interval), session })
  return moments.sort((a, b) => a.at - b.at)
}

/** Calls back for the moments up to and including a time, each once. */
const drain = (moments: readonly Moment[], use: (moment: Moment) => void) => {
  let next = 0
  return (time: number): void => {
    for (let moment = moments[next]; moment && moment.at <= time; moment = moments[next]) {
      next += 1
      use(moment)
    }
  }
}

const hasLength = ({ start, end }: Interval): boolean => end > start

/** At one moment sessions end first, then those without length look around, then others start. */
const sweepOver = (sweep: Sweep, intervals: readonly Interval[]): void => {
  const starts = momentsOf(intervals, hasLength, ({ start }) => start)
  const ends = momentsOf(intervals, hasLength, ({ end }) => end)
  const empty = momentsOf(
    intervals,
    ({ start, end }) => start === end,
    ({ start }) => start,
  )
  const closeUntil = drain(ends, ({ session }) => sweep.close(session))
  const lookUntil = drain(empty, ({ at, session }) => {
    closeUntil(at)
    sweep.meet(session)
  })
  for (const { at, session } of starts) {
    lookUntil(at)
    closeUntil(at)
    sweep.open(session)
  }
  lookUntil(Number.POSITIVE_INFINITY)
}

/** A session that stops before it starts meets those that hold its whole span; such rows are few. */
const pairReversed = (sweep: Sweep, intervals: readonly Interval[]): void => {
  for (const [i, { start, end }] of intervals.entries()) {
    if (!(end < start)) continue
    for (const [j, other] of intervals.entries())
      if (other.start < end && start < other.end) sweep.pair(i, j)
  }
}

/**
 * Finds sessions that ran at the same time on different devices from different networks, in one sweep
 * over time; touching is not overlapping.
 */
export const findConcurrency = (intervals: readonly Interval[]): Concurrency => {
  const devices = numberAll(intervals.map((interval) => interval.device))
  const networks = numberAll(intervals.map((interval) => interval.network))
  const names = numberAll(intervals.map(({ device, name = device }) => name))
  const sweep = new Sweep({ devices: devices.ids, networks: networks.ids, names: names.ids })
  sweepOver(sweep, intervals)
  pairReversed(sweep, intervals)
  return {
    overlaps: sweep.overlaps,
    devicePairs: [...sweep.pairs].map((key) => [Math.floor(key / PAIR), key % PAIR] as const),
    names: names.all,
    isConcurrent: sweep.marked,
  }
}
