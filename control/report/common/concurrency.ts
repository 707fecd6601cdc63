import { PAIR, Sweep } from './concurrency-sweep.ts'

/** Time span, device and network of a session. */
export interface Interval {
  readonly start: number
  readonly end: number
  /** Compared as a value; null equals null. */
  readonly device: unknown
  /** Name of the device in pairs, where it is not `device`. */
  readonly name?: unknown
  readonly network: unknown
}

/** Concurrent sessions on different devices and networks. */
export interface Concurrency {
  /** Number of pairs of concurrent sessions. */
  readonly overlaps: number
  /** Pairs of devices with at least one such pair of sessions, as indexes of `names`. */
  readonly devicePairs: readonly (readonly [number, number])[]
  readonly names: readonly unknown[]
  /** 1 for each session of the input that is in a pair. */
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

/** Calls `use` once for each moment up to and including a time. */
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

/** Processes sessions by time; at the same moment, ends come first, then sessions without length, then starts. */
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

/** Pairs sessions that stop before they start with those that contain their whole span. */
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
