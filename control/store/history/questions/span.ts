import { DAY_MS, dayOf } from '../counting/roll-ups.ts'

/** A span of time in Unix milliseconds; `to` is not part of it. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** A span as whole UTC days, which roll-ups answer, and what is left before and after, which single plays do. */
export interface SpanParts {
  /** Whole days from `firstDay` to just before `endDay`; none where they are equal. */
  readonly firstDay: number
  readonly endDay: number
  /** Before the whole days; all of the span where it holds none. */
  readonly head: Span | null
  readonly tail: Span | null
}

/**
 * Divides a span at the midnights of UTC. A day whose plays are forgotten, before `horizon` (Unix ms), counts as a
 * whole, since nothing else is known of it.
 */
export const partsOfSpan = ({ from, to }: Span, horizon = 0): SpanParts => {
  const isForgotten = from < horizon && to > Math.ceil(from / DAY_MS) * DAY_MS
  const firstDay = isForgotten ? dayOf(from) : Math.ceil(from / DAY_MS)
  const endDay = dayOf(to)
  if (firstDay >= endDay) return { firstDay, endDay: firstDay, head: { from, to }, tail: null }
  const [start, end] = [firstDay * DAY_MS, endDay * DAY_MS]
  return {
    firstDay,
    endDay,
    head: from < start ? { from, to: start } : null,
    tail: end < to ? { from: end, to } : null,
  }
}

const whole = ({ from, to }: Span): Span => ({ from: Math.trunc(from), to: Math.trunc(to) })

/** The same span in whole milliseconds, for a database. */
export const wholeSpan = whole
