import type { PlayRecord } from '#domain/types'

type Timed = Pick<PlayRecord, 'startedAt' | 'lastSeenAt' | 'endedAt' | 'playedMs' | 'bytes'>

/** When a play was over, or was last heard of while it runs (Unix ms); never before its start. */
export const endOfPlay = ({ startedAt, lastSeenAt, endedAt }: Timed): number =>
  // An end before the start is no end.
  Math.max(startedAt, endedAt !== null && endedAt >= startedAt ? endedAt : lastSeenAt)

/** What it played and moved up to a moment: evenly from its start to its end, in whole numbers. */
const upTo = (
  amount: number,
  at: number,
  { start, end }: { start: number; end: number },
): number =>
  at >= end ? amount : at <= start ? 0 : Math.floor(amount * ((at - start) / (end - start)))

/** Milliseconds and bytes of a play within a span (`to` exclusive). The parts of adjacent spans add up to the whole. */
export const amountsWithin = (
  play: Timed,
  from: number,
  to: number,
): { readonly playedMs: number; readonly bytes: number } => {
  const run = { start: play.startedAt, end: endOfPlay(play) }
  const part = (amount: number): number =>
    // What took no time at all happened when it began.
    run.end === run.start
      ? run.start >= from && run.start < to
        ? amount
        : 0
      : upTo(amount, to, run) - upTo(amount, from, run)
  const played = Math.trunc(play.playedMs ?? run.end - run.start)
  return { playedMs: part(played), bytes: part(Math.trunc(play.bytes ?? 0)) }
}

/** The end of a play in SQL, as `endOfPlay`. */
export const END =
  'greatest(started_at, case when ended_at >= started_at then ended_at else last_seen_at end)'

const upToSql = (amount: string, at: string): string =>
  `case when ${at} >= ${END} then ${amount} when ${at} <= started_at then 0` +
  ` else cast(floor(cast(${amount} as float8) * (cast(${at} - started_at as float8) / cast(${END} - started_at as float8))) as bigint) end`

/** Milliseconds played, in SQL. */
export const PLAYED_MS = `coalesce(played_ms, ${END} - started_at)`

/** An amount of a play within a span, in SQL as `amountsWithin`; `from` and `to` are expressions. Most plays lie within it whole. */
export const withinSql = (amount: string, from: string, to: string): string =>
  `case when started_at >= ${from} and started_at < ${to} and ${END} <= ${to} then ${amount} when ${END} = started_at then 0` +
  ` else (${upToSql(amount, to)}) - (${upToSql(amount, from)}) end`

/** Whether a play was seen playing, in SQL as `hasPlayed`. */
export const PLAYED =
  "(reason is distinct from 'session.unstarted' and (ended_at is null or last_seen_at > started_at or coalesce(played_ms, 0) > 0 or coalesce(bytes, 0) > 0))"

/** Whether a play ran within a span, in SQL; one that took no time ran when it began. */
export const ranWithin = (from: string, to: string): string =>
  `(started_at < ${to} and (started_at >= ${from} or ${END} > ${from}))`
