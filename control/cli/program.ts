import { Command } from 'commander'
import { nearestName } from '../config/problems/nearest.ts'
import { versionOf } from '../config/version.ts'
import { CliError } from './common/context.ts'
import { globalsLast } from './common/globals-last.ts'
import { idsLast } from './common/ids-last.ts'
import { checkCommand } from './configuration/check.ts'
import { demoCommand } from './configuration/demo.ts'
import { explainCommand } from './configuration/explain.ts'
import { importCommand } from './configuration/import.ts'
import { initCommand } from './configuration/init.ts'
import { nginxCommand } from './configuration/nginx.ts'
import { backtestCommand } from './detection/backtest.ts'
import { openBacktestHistory } from './detection/backtest-history.ts'
import { findingsCommand } from './detection/findings.ts'
import { historyCommand } from './detection/history.ts'
import { reportCommand } from './detection/report.ts'
import { openReportHistory } from './detection/report-history.ts'
import { rulesCommand } from './detection/rules.ts'
import { addHistoryImport } from './imports/import-history.ts'
import { addJellystatImport } from './imports/import-jellystat.ts'
import { addTautulliImport } from './imports/import-tautulli.ts'
import { apiTokensCommand } from './instance/api-tokens.ts'
import { backupCommand, restoreCommand } from './instance/backup.ts'
import { configCommand, logLevelCommand } from './instance/config.ts'
import { accountsCommand } from './manage/accounts.ts'
import { feedbackCommand, sharingCommand } from './manage/accounts-trust.ts'
import { addDownloadCommands, bansCommand } from './manage/bans.ts'
import { destinationsCommand } from './manage/destinations.ts'
import { edgesCommand } from './manage/edges.ts'
import { healthCommand } from './manage/health.ts'
import { liveListCommands } from './manage/live-lists.ts'
import {
  keysCommand,
  listCommands,
  reloadCommand,
  sourcesCommand,
  surgeCommand,
} from './manage/operations.ts'
import { peopleCommand } from './manage/people.ts'
import { serversCommand } from './manage/servers.ts'
import { sessionsCommand } from './manage/sessions.ts'
import { ticketCommand } from './manage/ticket.ts'
import { signInLinkCommand, usersCommand } from './manage/users.ts'

const commands = (): Command[] => [
  accountsCommand(),
  sessionsCommand(),
  ...liveListCommands(),
  bansCommand(),
  surgeCommand(),
  sourcesCommand(),
  serversCommand(),
  peopleCommand(),
  keysCommand(),
  edgesCommand(),
  destinationsCommand(),
  healthCommand(),
  usersCommand(),
  apiTokensCommand(),
  signInLinkCommand(),
  reloadCommand(),
  configCommand(),
  logLevelCommand(),
  reportCommand(openReportHistory),
  backtestCommand({ openHistory: openBacktestHistory }),
  rulesCommand(),
  findingsCommand(),
  sharingCommand(),
  feedbackCommand(),
  historyCommand(),
  initCommand(),
  backupCommand(),
  restoreCommand(),
  demoCommand(),
  checkCommand(),
  explainCommand(),
  nginxCommand(),
  importCommand((command) => {
    addHistoryImport(command)
    addTautulliImport(command)
    addJellystatImport(command)
  }),
  addDownloadCommands(ticketCommand()),
  ...listCommands(),
]

const LIKE = 3

/** Throws {@link CliError} where a word stands for a command of a group that has none of that name, and shows its list otherwise. */
const refuseStrangers = (program: Command, [name, word]: readonly string[]): void => {
  const group = program.commands.find((one) => one.name() === name)
  if (group === undefined || word === undefined || word.startsWith('-')) return
  const names = group.commands.flatMap((one) => [one.name(), ...one.aliases()])
  const takesWords = group.registeredArguments.length > 0
  if (names.length === 0 || takesWords || names.includes(word) || word === 'help') return
  const meant = nearestName(word, names) ?? names.find((one) => one.startsWith(word.slice(0, LIKE)))
  const hint = meant === undefined ? `--help behind it lists them` : `did you mean ${meant}?`
  throw new CliError(`'${name}' has no command '${word}'; ${hint}`)
}

/** Errors of usage are thrown rather than ending the process, all the way down. */
const throwing = (command: Command): void => {
  command.exitOverride().showHelpAfterError('--help behind the command lists what it takes.')
  for (const child of command.commands) throwing(child)
}

/** The whole command line. */
export const createProgram = (): Command => {
  const program = new Command('gatehouse')
    .description(
      'Playlists by group, authorization, session caps and sharing detection at the nginx edge',
    )
    .version(versionOf(), '--version', 'print the version')
    .exitOverride()
    .showHelpAfterError('--help lists the commands.')
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
  const program = createProgram()
  const args = idsLast(globalsLast(words))
  refuseStrangers(program, args)
  await program.parseAsync(args, { from: 'user' })
}
