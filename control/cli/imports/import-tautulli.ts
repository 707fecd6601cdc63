import type { Command } from 'commander'
import type { PlaySource } from '../../sources/model/play-source.ts'
import { SettingsError } from '../../sources/model/source-kind.ts'
import { IMPORTED_PASTS, PAST_SOURCES } from '../../sources/registry.ts'
import { CliError, withGlobals } from '../common/context.ts'
import { warn } from '../common/output.ts'
import { readTextFile } from '../common/read-text-file.ts'
import { REJECTED_OPTION } from './import-history.ts'
import { type ImportOptions, inputOfFile, runImport } from './run-import.ts'

interface TautulliOptions extends ImportOptions {
  readonly host?: string
  readonly apiKeyFile?: string
  readonly file?: string
  readonly server?: string
  readonly owner?: string
  readonly days: string
}

const { tautulli } = IMPORTED_PASTS

const DAY_MS = 86_400_000

const open = (host: string, apiKeyFile: string): PlaySource => {
  const token = readTextFile(apiKeyFile).trim()
  try {
    return PAST_SOURCES.tautulli.create({ name: null, url: host, token }, { now: () => Date.now() })
  } catch (error) {
    if (error instanceof SettingsError) throw new CliError(`${error.setting} ${error.message}`)
    throw error
  }
}

const importFile = async (file: string, options: TautulliOptions): Promise<void> => {
  const bytes = tautulli.unmergedBytes(file)
  if (bytes > 0)
    warn(
      `  ${file}-wal holds what Tautulli wrote last and has not put into the file; a backup made in Tautulli has it all`,
    )
  await runImport(
    inputOfFile(file, (path) => tautulli.file(path, options)),
    options,
    file,
  )
}

const importOverApi = async (options: TautulliOptions): Promise<void> => {
  const { host, apiKeyFile, days, server, owner } = options
  if (host === undefined || apiKeyFile === undefined)
    throw new CliError(
      'say where the history is: --file FILE, or --host URL and --api-key-file FILE',
    )
  if (!(Number(days) > 0)) throw new CliError('--days is a number above 0')
  const now = Date.now()
  const source = open(host, apiKeyFile)
  try {
    const since = now - Number(days) * DAY_MS
    await runImport(tautulli.overApi(source, { since, now, server, owner }), options, 'tautulli')
  } finally {
    await source.stop()
  }
}

const act = async (options: TautulliOptions): Promise<void> => {
  if (options.file === undefined) return await importOverApi(options)
  if (options.host !== undefined)
    throw new CliError('--file and --host name two histories; give one')
  await importFile(options.file, options)
}

/** Adds `import tautulli`: the plays a Tautulli has seen, ungrouped, from its API or its database file, as often as one likes. */
export const addTautulliImport = (command: Command): void => {
  withGlobals(
    command
      .command('tautulli')
      .description("the history of a Tautulli into ours, removed users' plays too"),
  )
    .option('--host <url>', 'Tautulli: URL, host or host:port')
    .option('--api-key-file <file>', 'file with its API key')
    .option('--file <file>', 'its database file (tautulli.db) in place of its API; it is only read')
    .option('--server <name>', 'the media server it watches: accounts are those of its live plays')
    .option('--owner <id>', "Tautulli's user id of the server's owner, who is user 1 at Plex")
    .option('--days <n>', 'days to look back by the API', '3650')
    .option(...REJECTED_OPTION)
    .action(act)
}
