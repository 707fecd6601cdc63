import { numbers, trySet } from '../memory.ts'

/** For how long an origin whose headers told nothing is not looked at again: each look costs some 3 µs. */
export const SAFE_MS = 5_000
/** What stands for an origin that tells something: each of its answers is looked at. */
const TELLING = -1
const TELLING_MS = 3_600_000

const keyOf = (origin: string): string => `headers ${origin}`

/** Keeps whether an answer of an origin told something of it. */
export const noteHeaders = (origin: string, isTelling: boolean): void => {
  const pace = numbers('gh_pace')
  const before = pace.get(keyOf(origin))
  if (isTelling && before !== TELLING) trySet(pace, keyOf(origin), TELLING, TELLING_MS)
  else if (!isTelling && before === undefined)
    trySet(pace, keyOf(origin), Date.now() + SAFE_MS, SAFE_MS)
}

/** Until when an origin's answers need not be looked at, Unix ms; 0 where none was lately, below 0 where one told something. */
export const safeUntil = (origin: string): number => numbers('gh_pace').get(keyOf(origin)) ?? 0

/** Whether an origin's answers need not be looked at now. */
export const hasSafeHeaders = (origin: string): boolean => safeUntil(origin) > Date.now()
