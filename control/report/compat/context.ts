import { fetchHistory } from '../../sources/tautulli/api.ts'
import type { TautulliClient } from '../../sources/tautulli/client.ts'
import type { TautulliRow, TautulliUser } from '../../sources/tautulli/rows.ts'
import type { PlaceBook } from '../common/place-book.ts'
import { printed } from '../common/python-text.ts'

/** What the compat report is asked for. */
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

/** Where lines go; progress joins the report on stdout unless that is JSON. */
export interface Output {
  readonly out: (line: string) => void
  readonly err: (line: string) => void
}

/** What one run of the compat report shares. */
export interface CompatRun {
  readonly client: TautulliClient
  readonly options: CompatOptions
  readonly book: PlaceBook
  readonly progress: (line: string) => void
  readonly out: (line: string) => void
  readonly after: string
}

/** Requests under way at once. */
export const AT_ONCE = 6

const HISTORY_LENGTH = 1000

/** The newest thousand rows of a user, as the server groups them. */
export const historyOf = async (run: CompatRun, user: TautulliUser): Promise<TautulliRow[]> => {
  if (user.user_id === undefined) throw new Error("'user_id'")
  const params = {
    user_id: user.user_id === null ? null : printed(user.user_id),
    after: run.after,
    length: HISTORY_LENGTH,
  }
  return (await fetchHistory(run.client, params)).rows
}
