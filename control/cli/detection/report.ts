import { Command } from 'commander'
import { type RawOptions, readReportOptions, UsageError } from '../../report/options.ts'
import { type OpenHistory, runReport } from '../../report/run.ts'
import { print, warn } from '../common/output.ts'
import { openReportHistory } from './report-history.ts'

const FAILURE = 2

// A reader that has seen enough, such as `head`, is no fault.
const endQuietly = (error: NodeJS.ErrnoException): never =>
  process.exit(error.code === 'EPIPE' ? 0 : FAILURE)

const act = async (raw: RawOptions, openHistory: OpenHistory): Promise<number> => {
  process.stdout.once('error', endQuietly)
  // A key given as an option need not stay in the list of processes.
  process.title = 'gatehouse report'
  try {
    const options = readReportOptions(raw, process.env)
    // Times are shown in the zone the days are counted in.
    if (options.zone !== null) process.env['TZ'] = options.zone
    return await runReport(options, { out: print, err: warn }, { openHistory })
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    for (const line of message.split('\n')) warn(`Error: ${line}`)
    if (error instanceof UsageError) warn("See 'gatehouse report --help'.")
    return FAILURE
  }
}

/** `gatehouse report`: which accounts of a media server look shared, and why. */
export const reportCommand = (openHistory: OpenHistory = openReportHistory): Command =>
  new Command('report')
    .description('find accounts that look shared, from a Tautulli or from our own history')
    .option('--host <url>', 'Tautulli: URL, host or host:port (TAUTULLI_HOST, TAUTULLI_URL)')
    .option('--tautulli <url>', 'another name for --host')
    .option('--api-key <key>', 'API key of that Tautulli (TAUTULLI_API_KEY)')
    .option('--api-key-file <file>', 'read the API key from a file')
    .option('--days <n>', 'days to look back (30)')
    .option('--geo', 'compat: look up addresses; the gatehouse method always does')
    .option('--min-score <n>', 'compat: lowest score that flags a user (20)')
    .option('--min-confidence <n>', 'gatehouse: lowest confidence that flags an account')
    .option('--concurrent-only', 'only users with sessions at the same time')
    .option('--timeline', 'add the sessions that ran at the same time, by day')
    .option('--top-ips', 'report addresses by time watched instead')
    .option('--user <name>', 'only this user, by friendly name or user name')
    .option('--method <name>', 'gatehouse (default) or compat')
    .option('--asn <file>', 'gatehouse: JSON table address -> {asn, org}')
    .option('--source <name>', 'tautulli (default) or history')
    .option('--config <file>', 'history: configuration file of the instance')
    .option('--state <folder>', 'history: state folder of the instance')
    .option('--tz <zone>', 'time zone of the days and of the times shown: Europe/Lisbon')
    .option(
      '--home <network>',
      'gatehouse: an address, CIDR or range that is home; may be given again',
      (text: string, before: readonly string[]) => [...before, text],
      [] as readonly string[],
    )
    .option('--timeout <seconds>', 'how long one request may take (30)')
    .option('--json', 'print JSON')
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : FAILURE))
    .action(async (raw: RawOptions) => {
      process.exitCode = await act(raw, openHistory)
    })
