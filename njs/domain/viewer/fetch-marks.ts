/** Marks that a number of 53 bits has room for beside the period they hold in. */
export const FETCH_MARKS = 46
const PERIODS = 64
const ALL = 2 ** FETCH_MARKS - 1
/** Where all marks are set, what has one of every so many marks is counted, and so many times over. */
const SAMPLE = 15

/**
 * Adds a mark, a number below `FETCH_MARKS`, to those of a period; those of an earlier period are forgotten. Returns the marks to keep, with the period's number in
 * one; where the mark was there, how often the request counts, below 0; 0 = it does not.
 */
export const addMark = (marks: number, mark: number, period: number): number => {
  const now = period % PERIODS
  const present = marks % PERIODS === now ? (marks - now) / PERIODS : 0
  if (present === ALL) return mark % SAMPLE === 1 ? -SAMPLE : 0
  const bit = 2 ** mark
  return present % (2 * bit) >= bit ? -1 : (present + bit) * PERIODS + now
}
