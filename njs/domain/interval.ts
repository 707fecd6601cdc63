/** A half-open interval of time: from `start` up to but without `end`, both Unix milliseconds. */
export interface Interval {
  readonly start: number
  readonly end: number
}

/** An interval whose end never lies before its start. */
export const intervalOf = (start: number, end: number): Interval => ({
  start,
  end: Math.max(start, end),
})

/** Milliseconds two intervals have in common; touching ones and zero-length ones share nothing. */
export const overlapMs = (a: Interval, b: Interval): number =>
  Math.max(0, Math.min(a.end, b.end) - Math.max(a.start, b.start))

/** Whether two intervals share at least `atLeastMs` (one millisecond by default). */
export const overlaps = (a: Interval, b: Interval, atLeastMs = 1): boolean =>
  overlapMs(a, b) >= Math.max(1, atLeastMs)

/** Milliseconds between the end of the earlier and the start of the later; zero where they touch or overlap. */
export const gapMs = (a: Interval, b: Interval): number =>
  Math.max(0, Math.max(a.start, b.start) - Math.min(a.end, b.end))

/** Intervals in ascending order: as they are where they are in order, else a sorted copy. */
const inOrder = (intervals: readonly Interval[]): readonly Interval[] => {
  let before = Number.NEGATIVE_INFINITY
  for (const { start } of intervals) {
    if (start < before) return [...intervals].sort((a, b) => a.start - b.start)
    before = start
  }
  return intervals
}

/** The union of intervals as disjoint intervals in ascending order; empty ones are left out. */
export const mergeIntervals = (intervals: readonly Interval[]): Interval[] => {
  const merged: Interval[] = []
  for (const next of inOrder(intervals)) {
    if (next.end <= next.start) continue
    const last = merged[merged.length - 1]
    if (last && next.start <= last.end) {
      merged[merged.length - 1] = { start: last.start, end: Math.max(last.end, next.end) }
    } else merged.push(next)
  }
  return merged
}

/** Milliseconds of the union: time that several intervals share is counted once. */
export const coveredMs = (intervals: readonly Interval[]): number => {
  let sum = 0
  let until = Number.NEGATIVE_INFINITY
  for (const { start, end } of inOrder(intervals)) {
    if (end <= start || end <= until) continue
    sum += end - Math.max(start, until)
    until = end
  }
  return sum
}

/** The intersection of two lists of intervals; both must be disjoint and ascending, as `mergeIntervals` returns them. */
export const intersectMerged = (a: readonly Interval[], b: readonly Interval[]): Interval[] => {
  const shared: Interval[] = []
  let i = 0
  let j = 0
  for (let left = a[i], right = b[j]; left && right; left = a[i], right = b[j]) {
    const start = Math.max(left.start, right.start)
    const end = Math.min(left.end, right.end)
    if (end > start) shared.push({ start, end })
    if (left.end < right.end) i += 1
    else j += 1
  }
  return shared
}
