import type { GroupedHistory, GroupedUser } from '../../sources/model/grouped-history.ts'
import { createPlaceBook } from '../common/place-book.ts'
import { localDateDaysBefore, safe } from '../common/python-text.ts'
import { AT_ONCE, type CompatOptions, type Output } from './context.ts'
import { runDeviceReport } from './device-run.ts'
import { runTopIps } from './top-ips-run.ts'
import { isNamed } from './users.ts'

const USERS_LENGTH = 500

/** The history the compat report reads, and the name of its server. */
export interface CompatSource {
  readonly label: string
  readonly history: GroupedHistory
}

const usersOf = async (
  history: GroupedHistory,
  name: string | null,
): Promise<readonly GroupedUser[]> => {
  const users = await history.users(USERS_LENGTH)
  return name === null ? users : users.filter((user) => isNamed(user, name))
}

/** Runs the report by the original's formula; returns the original's exit code. Throws a `SourceError` where the users cannot be read. */
export const runCompat = async (
  { label, history }: CompatSource,
  options: CompatOptions,
  output: Output,
): Promise<number> => {
  const progress = options.json ? output.err : output.out
  const after = localDateDaysBefore(options.now, options.days)
  progress(`Fetching users from ${label}...`)
  const users = await usersOf(history, options.user)
  if (users.length === 0 && options.user !== null) {
    output.err(`User '${safe(options.user)}' not found.`)
    return 1
  }
  progress(`Analyzing ${users.length} user(s) over the last ${options.days} days...`)
  if (options.geo) progress('  (geo lookups enabled — teleportation detection active)')
  progress('')
  const book = createPlaceBook((address) => history.locate(address), AT_ONCE)
  const run = { history, options, book, progress, out: output.out, after }
  await (options.topIps ? runTopIps(run, users) : runDeviceReport(run, users))
  return 0
}
