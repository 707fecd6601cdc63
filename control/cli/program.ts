import { Command } from 'commander'
import { accountsCommand } from './accounts.ts'
import { feedbackCommand, sharingCommand } from './accounts-trust.ts'
import { backtestCommand } from './backtest.ts'
import { openBacktestHistory } from './backtest-history.ts'
import { addDownloadCommands, bansCommand } from './bans.ts'
import { checkCommand } from './check.ts'
import { edgesCommand } from './edges.ts'
import { explainCommand } from './explain.ts'
import { findingsCommand } from './findings.ts'
import { globalsLast } from './globals-last.ts'
import { historyCommand } from './history.ts'
import { idsLast } from './ids-last.ts'
import { importCommand } from './import.ts'
import { liveNounCommands } from './live-nouns.ts'
import { nginxCommand } from './nginx.ts'
import {
  keysCommand,
  listCommands,
  reloadCommand,
  sourcesCommand,
  surgeCommand,
} from './operations.ts'
import { reportCommand } from './report.ts'
import { openReportHistory } from './report-history.ts'
import { rulesCommand } from './rules.ts'
import { sessionsCommand } from './sessions.ts'
import { ticketCommand } from './ticket.ts'

const commands = (): Command[] => [
  accountsCommand(),
  sessionsCommand(),
  ...liveNounCommands(),
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
]

/** Errors of usage are thrown rather than ending the process, all the way down. */
const throwing = (command: Command): void => {
  command.exitOverride()
  for (const child of command.commands) throwing(child)
}

/** The whole command line. */
export const createProgram = (): Command => {
  const program = new Command('gatehouse')
    .description(
      'Playlists by group, authorization, session caps and sharing detection at the nginx edge',
    )
    .exitOverride()
    .configureHelp({ sortSubcommands: true })
  for (const command of commands()) {
    program.addCommand(command)
    // The report has exit codes of its own.
    if (command.name() !== 'report') throwing(command)
  }
  return program
}

/** Runs what the words after the program's name say; options may stand before the command, ids may look like options. */
export const runProgram = async (words: readonly string[]): Promise<void> => {
  await createProgram().parseAsync(idsLast(globalsLast(words)), { from: 'user' })
}
