import type { Command } from 'commander'
import type { PlayRecord } from '#domain/types'
import { serverAccount } from '../../sources/model/origin.ts'
import type { PlaySource } from '../../sources/model/play-source.ts'
import { SourceError } from '../../sources/model/source-error.ts'
import { SettingsError } from '../../sources/model/source-kind.ts'
import { PAST_SOURCES } from '../../sources/registry.ts'
import { CliError, type GlobalOptions, withGlobals } from '../common/context.ts'
import { readTextFile } from '../common/read-text-file.ts'
import { importLines } from './import-history.ts'

interface TautulliOptions extends GlobalOptions {
  readonly host: string
  readonly apiKeyFile: string
  readonly server?: string
  readonly owner?: string
  readonly days: string
}

const DAY_MS = 86_400_000

const open = ({ host, apiKeyFile }: TautulliOptions): PlaySource => {
  const token = readTextFile(apiKeyFile).trim()
  try {
    return PAST_SOURCES.tautulli.create({ name: null, url: host, token }, { now: () => Date.now() })
  } catch (error) {
    if (error instanceof SettingsError) throw new CliError(`${error.setting} ${error.message}`)
    throw error
  }
}

/** At a Plex server its owner is user 1, at Tautulli a user of plex.tv; everybody else has one id at both. */
const userAtServer = (account: string, owner: string | undefined): string => {
  const user = account.slice(account.lastIndexOf(':') + 1)
  return user === owner ? '1' : user
}

const placed = (play: PlayRecord, { server, owner }: TautulliOptions): PlayRecord =>
  server === undefined
    ? play
    : {
        ...play,
        source: `tautulli:${server}`,
        account: serverAccount(server, userAtServer(play.account, owner)),
      }

/** Past plays of everybody, removed users too, one a line; what still runs is left to those who watch it. */
async function* linesOf(source: PlaySource, options: TautulliOptions): AsyncGenerator<string> {
  const since = Date.now() - Number(options.days) * DAY_MS
  try {
    for await (const page of source.history?.plays({ user: null, since }) ?? [])
      for (const play of page)
        if (play.endedAt !== null) yield JSON.stringify(placed(play, options))
  } catch (error) {
    if (error instanceof SourceError)
      throw new CliError(`${error.message}${error.advice === null ? '' : ` ${error.advice}`}`)
    throw error
  }
}

const act = async (options: TautulliOptions): Promise<void> => {
  if (!(Number(options.days) > 0)) throw new CliError('--days is a number above 0')
  const source = open(options)
  try {
    await importLines(linesOf(source, options), options)
  } finally {
    await source.stop()
  }
}

/** Adds `import tautulli`: the plays a Tautulli has seen, ungrouped and page by page, as often as one likes. */
export const addTautulliImport = (command: Command): void => {
  withGlobals(
    command
      .command('tautulli')
      .description("the history of a Tautulli into ours, removed users' plays too"),
  )
    .requiredOption('--host <url>', 'Tautulli: URL, host or host:port')
    .requiredOption('--api-key-file <file>', 'file with its API key')
    .option('--server <name>', 'the media server it watches: accounts are those of its live plays')
    .option('--owner <id>', "Tautulli's user id of the server's owner, who is user 1 at Plex")
    .option('--days <n>', 'days to look back', '3650')
    .action(act)
}
