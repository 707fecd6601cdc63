import { Command, CommanderError } from 'commander'
import { ConfigError } from '../config/problems.ts'
import { accountsCommand } from './accounts.ts'
import { feedbackCommand, sharingCommand } from './accounts-trust.ts'
import { backtestCommand } from './backtest.ts'
import { openBacktestHistory } from './backtest-history.ts'
import { addDownloadCommands, bansCommand } from './bans.ts'
import { checkCommand } from './check.ts'
import { CliError } from './context.ts'
import { edgesCommand } from './edges.ts'
import { explainCommand } from './explain.ts'
import { findingsCommand } from './findings.ts'
import { historyCommand } from './history.ts'
import { importCommand } from './import.ts'
import { nginxCommand } from './nginx.ts'
import {
  keysCommand,
  listCommands,
  reloadCommand,
  sourcesCommand,
  surgeCommand,
} from './operations.ts'
import { warn } from './output.ts'
import { reportCommand } from './report.ts'
import { openReportHistory } from './report-history.ts'
import { rulesCommand } from './rules.ts'
import { sessionsCommand } from './sessions.ts'
import { ticketCommand } from './ticket.ts'

const USAGE_EXIT = 2

const program = new Command('gatehouse')
  .description(
    'Playlists by group, authorization, session caps and sharing detection at the nginx edge',
  )
  .exitOverride()
  .configureHelp({ sortSubcommands: true })

for (const command of [
  accountsCommand(),
  sessionsCommand(),
  bansCommand(),
  surgeCommand(),
  sourcesCommand(),
  keysCommand(),
  edgesCommand(),
  reloadCommand(),
  reportCommand(openReportHistory),
  backtestCommand({ openHistory: openBacktestHistory }),
  rulesCommand(),
  findingsCommand(),
  sharingCommand(),
  feedbackCommand(),
  historyCommand(),
  checkCommand(),
  explainCommand(),
  nginxCommand(),
  importCommand(),
  addDownloadCommands(ticketCommand()),
  ...listCommands(),
]) {
  program.addCommand(command)
}

const exitOverride = (command: Command): void => {
  command.exitOverride()
  for (const child of command.commands) exitOverride(child)
}
for (const command of program.commands) if (command.name() !== 'report') exitOverride(command)

try {
  await program.parseAsync(process.argv)
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : USAGE_EXIT
  } else {
    const isExpected = error instanceof CliError || error instanceof ConfigError
    const message = error instanceof Error ? error.message : String(error)
    warn(isExpected ? message : `Error: ${message}`)
    process.exitCode = USAGE_EXIT
  }
}
