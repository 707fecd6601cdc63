import type {
  GroupedHistory,
  GroupedPlace,
  GroupedRow,
  GroupedUser,
} from '../../sources/model/grouped-history.ts'
import type { PlaceBook } from '../common/place-book.ts'
import { printed } from '../common/python-text.ts'

/** Options of the compat report. */
export interface CompatOptions {
  readonly days: number
  readonly geo: boolean
  readonly minScore: number
  readonly concurrentOnly: boolean
  readonly timeline: boolean
  readonly topIps: boolean
  readonly user: string | null
  readonly json: boolean
  /** Now, in milliseconds. */
  readonly now: number
}

/** Output streams; progress goes to stdout with the report unless that is JSON. */
export interface Output {
  readonly out: (line: string) => void
  readonly err: (line: string) => void
}

/** The state of one run of the compat report. */
export interface CompatRun {
  readonly history: GroupedHistory
  readonly options: CompatOptions
  readonly book: PlaceBook<GroupedPlace>
  readonly progress: (line: string) => void
  readonly out: (line: string) => void
  readonly after: string
}

/** Concurrent requests. */
export const AT_ONCE = 6

const HISTORY_LENGTH = 1000

/** The newest thousand rows of a user, grouped by the server (Tautulli's `get_history` with `grouping=1`). */
export const historyOf = async (
  run: CompatRun,
  user: GroupedUser,
): Promise<readonly GroupedRow[]> => {
  if (user.user_id === undefined) throw new Error("'user_id'")
  const id = user.user_id === null ? null : printed(user.user_id)
  return await run.history.rows({ user: id, after: run.after, length: HISTORY_LENGTH })
}
