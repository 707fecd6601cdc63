import { type Interval, intervalOf, mergeIntervals } from '#domain/interval'
import type { PlayRecord } from '#domain/types'
import { createFinding, placeName } from '../finding.ts'
import { hasDerivedDevice, isTimed } from '../guards.ts'
import { isHosting } from '../network-class.ts'
import { endOf } from '../normalise.ts'
import type { Inspect, MayFind, ParamsOf } from '../rules/rule-types.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** Days of 24 hours, counted back from a time, in which the intervals cover at least so much. */
const fullDays = (merged: readonly Interval[], leastMs: number, until: number): number => {
  const perDay = new Map<number, number>()
  for (const { start, end } of merged) {
    for (let day = Math.floor((until - end) / DAY_MS); until - day * DAY_MS > start; day += 1) {
      const [from, to] = [until - (day + 1) * DAY_MS, until - day * DAY_MS]
      const part = Math.min(end, to) - Math.max(start, from)
      perDay.set(day, (perDay.get(day) ?? 0) + Math.max(0, part))
    }
  }
  return [...perDay.values()].filter((ms) => ms >= leastMs).length
}

/** The mean number of streams while any runs. */
const meanParallel = (intervals: readonly Interval[], merged: readonly Interval[]): number => {
  const sum = (list: readonly Interval[]): number => list.reduce((s, i) => s + i.end - i.start, 0)
  const covered = sum(merged)
  return covered === 0 ? 0 : sum(intervals) / covered
}

/** How long a play really ran: what stands paused for days is no machine. */
const ranMs = (play: PlayRecord): number =>
  Math.min(endOf(play) - play.startedAt, Math.max(0, play.playedMs ?? Number.POSITIVE_INFINITY))

const ranOf = (play: PlayRecord): Interval =>
  intervalOf(play.startedAt, play.startedAt + ranMs(play))

/** Whether the end of a play is told by who saw its bytes, or it ran for a day at most: others miss ends. */
const isEndSure = (play: PlayRecord): boolean => hasDerivedDevice(play) || ranMs(play) <= DAY_MS

/**
 * Whether it still runs round the clock without its longest play and those whose end nobody may have seen: one play of
 * days is a set that was left on.
 */
const goesOn = (
  plays: readonly PlayRecord[],
  { min_days, min_hours_per_day }: ParamsOf<'restreaming'>,
  until: number,
): boolean => {
  const [, ...rest] = [...plays].sort((a, b) => ranMs(b) - ranMs(a))
  const sure = rest.filter(isEndSure).map(ranOf)
  return (
    fullDays(mergeIntervals(sure), min_hours_per_day * HOUR_MS, until) >= Math.max(1, min_days - 2)
  )
}

const lengthOf = (plays: readonly PlayRecord[]): number =>
  plays.reduce((sum, play) => sum + ranMs(play), 0)

/** The same of plays whose times are known. */
const timedMs = (plays: readonly PlayRecord[]): number => {
  let sum = 0
  for (const play of plays) if (isTimed(play)) sum += ranMs(play)
  return sum
}

// Sums of parts of milliseconds are off by less.
const SUM_SLACK_MS = 1

/** Whether plays within a window lasted as long as a device that plays round the clock. */
export const areManyHours: MayFind<'restreaming'> = (plays, params) => {
  const enoughMs = params.min_hours_per_day * HOUR_MS * params.min_days
  const windowMs = params.window_hours * HOUR_MS
  let sum = 0
  let from = 0
  for (const event of plays) {
    for (let first = plays[from]; first !== undefined; first = plays[from]) {
      if (first.startedAt >= event.startedAt - windowMs) break
      if (isTimed(first)) sum -= ranMs(first)
      from += 1
    }
    if (isTimed(event)) sum += ranMs(event)
    if (sum + SUM_SLACK_MS >= enoughMs) return true
  }
  return false
}

/** A device that plays round the clock: several channels at once, or from a hosting network. */
export const inspectRestreaming: Inspect<'restreaming'> = (event, recent, params) => {
  const leastMs = params.min_hours_per_day * HOUR_MS
  const enoughMs = leastMs * params.min_days
  // Hardly anybody plays that much at all, so this ends nearly every question.
  if (timedMs(recent) + timedMs([event]) < enoughMs) return null
  const all = [...recent, event].filter(isTimed)
  const fromHosting = isHosting(event)
  const plays = all.filter((p) =>
    fromHosting ? p.asnOrg === event.asnOrg : p.network === event.network,
  )
  if (lengthOf(plays) < enoughMs) return null
  const intervals = plays.map(ranOf)
  const merged = mergeIntervals(intervals)
  const until = merged.at(-1)?.end ?? event.startedAt
  const days = fullDays(merged, leastMs, until)
  if (days < params.min_days) return null
  const parallel = meanParallel(intervals, merged)
  if (parallel < params.min_parallel && !(fromHosting && goesOn(plays, params, until))) return null
  const owner = event.asnOrg ?? ''
  const source = fromHosting
    ? `a data centre (${owner})`
    : `one network in ${placeName(event) ?? 'a place without a name'}`
  return createFinding(event, plays.filter((p) => p !== event).slice(-4), {
    kind: 'restreaming',
    severity: 'high',
    confidence: 90,
    summary:
      `${source} played round the clock on ${days} days, ` +
      `${parallel.toFixed(1)} streams at once on average. ` +
      `Cleared by feedback that the network is home, where a set is left on.`,
    evidence: {
      count: days,
      ...(fromHosting && { owner }),
      streams: Math.round(parallel * 10) / 10,
      limit: params.min_days,
      windowMs: params.window_hours * HOUR_MS,
      devices: [...new Set(plays.flatMap((p) => p.device ?? []))].sort().slice(0, 50),
    },
  })
}
