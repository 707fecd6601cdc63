import type { GroupedUser } from '../../sources/model/grouped-history.ts'
import { orderedPool } from '../common/ordered-pool.ts'
import { safe } from '../common/python-text.ts'
import { analyse, devicesOf } from './analysis/analysis.ts'
import { AT_ONCE, type CompatRun, historyOf } from './context.ts'
import { faultText } from './fault.ts'
import { placesOf } from './geo.ts'
import { type FailedUser, failedJson, userJson } from './json.ts'
import { deviceReport, timelineReport } from './text.ts'
import { type AnalysedUser, flaggedOf, reportName, shownName } from './users.ts'

const analyseUser = async (run: CompatRun, user: GroupedUser): Promise<AnalysedUser> => {
  const history = await historyOf(run, user)
  const devices = devicesOf(history)
  const wantsPlaces = run.options.geo && devices.length >= 2
  const addresses = new Set(devices.flatMap((device) => [...device.addresses]))
  const places = wantsPlaces ? await placesOf(run.book, addresses) : null
  const analysis = analyse(history, places)
  return { user_id: user.user_id, name: reportName(user), analysis, places }
}

const verdict = ({ analysis }: AnalysedUser): string => {
  if (analysis.score === null) return 'skip (0-1 devices)'
  const trips = analysis.teleportations.length
  const extra = trips > 0 ? `, ${trips} teleportation(s)!` : ''
  return `${analysis.devices.length} devices, score ${analysis.score}${extra}`
}

const analyseAll = async (
  run: CompatRun,
  users: readonly GroupedUser[],
): Promise<(AnalysedUser | FailedUser)[]> => {
  const analysed: (AnalysedUser | FailedUser)[] = []
  const work = (user: GroupedUser): Promise<AnalysedUser> => analyseUser(run, user)
  for await (const { item: user, outcome } of orderedPool(users, AT_ONCE, work)) {
    const start = `  [${analysed.length + 1}/${users.length}] ${safe(shownName(user))}...`
    const error = outcome.ok ? '' : faultText(outcome.error)
    run.progress(`${start} ${outcome.ok ? verdict(outcome.value) : `error: ${safe(error)}`}`)
    analysed.push(
      outcome.ok ? outcome.value : { user_id: user.user_id, name: reportName(user), error },
    )
  }
  return analysed
}

/** Runs the report of devices and concurrent sessions, by score. */
export const runDeviceReport = async (
  run: CompatRun,
  users: readonly GroupedUser[],
): Promise<void> => {
  const analysed = await analyseAll(run, users)
  const { options, out } = run
  if (options.json) {
    const rows = analysed.map((user) =>
      'error' in user ? failedJson(user) : userJson(user, options),
    )
    out(JSON.stringify({ users: rows }, null, 2))
    return
  }
  const flagged = flaggedOf(
    analysed.filter((user) => 'analysis' in user),
    options,
  )
  if (flagged.length === 0) out('No users flagged for potential account sharing.')
  else for (const line of deviceReport(flagged)) out(line)
  if (flagged.length > 0 && options.timeline) for (const line of timelineReport(flagged)) out(line)
}
