/** Marks that a number of 53 bits has room for beside the period they hold in. */
export const FETCH_MARKS = 46
const PERIODS = 64
const ALL = 2 ** FETCH_MARKS - 1
/** QuickJS has no quick power of two, nor a quick remainder of a number of 53 bits. */
const BITS = Array.from({ length: FETCH_MARKS }, (_, at) => 2 ** at)
/** Where all marks are set, what has one of every so many marks is counted, and so many times over. */
const SAMPLE = 15

/**
 * Adds a mark, a number below `FETCH_MARKS`, to those of a period; those of an earlier period are forgotten. Returns the marks to keep, with the period's number in
 * one; where the mark was there, how often the request counts, below 0; 0 = it does not.
 */
export const addMark = (marks: number, mark: number, period: number): number => {
  const now = period & (PERIODS - 1)
  const present = (marks & (PERIODS - 1)) === now ? (marks - now) / PERIODS : 0
  if (present === ALL) return mark % SAMPLE === 1 ? -SAMPLE : 0
  const bit = BITS[mark] ?? 1
  return ((present / bit) & 1) === 1 ? -1 : (present + bit) * PERIODS + now
}

const UPPER = 'A'.charCodeAt(0)
const LOWER = 'a'.charCodeAt(0)
const LETTERS = 26

/** The letter that nginx names a mark by. */
export const letterOfMark = (mark: number): string =>
  String.fromCharCode(mark < LETTERS ? UPPER + mark : LOWER + mark - LETTERS)

/** The mark that a letter, by its code, names. */
export const markOfLetter = (code: number): number =>
  code < LOWER ? code - UPPER : code - LOWER + LETTERS
