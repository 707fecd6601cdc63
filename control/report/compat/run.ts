import { fetchGeo, fetchUsers } from '../../sources/tautulli/api.ts'
import type { TautulliClient } from '../../sources/tautulli/client.ts'
import type { TautulliUser } from '../../sources/tautulli/rows.ts'
import { createPlaceBook } from '../common/place-book.ts'
import { localDateDaysBefore, safe } from '../common/python-text.ts'
import { AT_ONCE, type CompatOptions, type Output } from './context.ts'
import { runDeviceReport } from './device-run.ts'
import { runTopIps } from './top-ips-run.ts'
import { isNamed } from './users.ts'

const USERS_LENGTH = 500

const usersOf = async (client: TautulliClient, name: string | null): Promise<TautulliUser[]> => {
  const { rows } = await fetchUsers(client, { length: USERS_LENGTH })
  return name === null ? rows : rows.filter((user) => isNamed(user, name))
}

/** Runs the sharing report by the original's formula; the exit code is the original's. */
export const runCompat = async (
  client: TautulliClient,
  options: CompatOptions,
  output: Output,
): Promise<number> => {
  const progress = options.json ? output.err : output.out
  const after = localDateDaysBefore(options.now, options.days)
  progress(`Fetching users from Tautulli (${client.base})...`)
  const users = await usersOf(client, options.user)
  if (users.length === 0 && options.user !== null) {
    output.err(`User '${safe(options.user)}' not found.`)
    return 1
  }
  progress(`Analyzing ${users.length} user(s) over the last ${options.days} days...`)
  if (options.geo) progress('  (geo lookups enabled — teleportation detection active)')
  progress('')
  const book = createPlaceBook((address) => fetchGeo(client, address), AT_ONCE)
  const run = { client, options, book, progress, out: output.out, after }
  await (options.topIps ? runTopIps(run, users) : runDeviceReport(run, users))
  return 0
}
