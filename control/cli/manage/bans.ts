import { Command } from 'commander'
import { CliError, withGlobals } from '../common/context.ts'
import { isRow } from '../common/output.ts'
import {
  asTable,
  asText,
  type Options,
  pathSegment,
  printAnswer,
  queryOf,
  withPaging,
} from '../common/resource.ts'

/** A device may be named by its three parts, as the lists show them. */
const subjectOf = (kind: string, parts: readonly string[]): string => {
  if (kind === 'device' && parts.length === 3) return parts.join('|')
  if (parts.length === 1) return parts[0] ?? ''
  throw new CliError(
    kind === 'device' ? 'name a device by ACCOUNT CHANNEL DEVICE' : 'name one subject only',
  )
}

/** `gatehouse bans`. */
export const bansCommand = (): Command => {
  const command = new Command('bans').description(
    'who is refused: sessions, devices, downloads, accounts, networks',
  )
  withPaging(command.command('list', { isDefault: true }).description('list active bans'))
    .option('--kind <kind>', 'session, device, download, account or network')
    .option('--account <id>', 'of an account and its devices')
    .action(async (options: Options) => {
      const columns = ['kind', 'subject', 'reason', 'by', 'note', 'until']
      const query = queryOf(options, ['kind', 'account', 'limit', 'after', 'sort'])
      await printAnswer(options, { path: `/bans${query}` }, asTable(columns))
    })
  withGlobals(
    command
      .command('add <kind> <subject...>')
      .description('ban, on every edge at once; a device is named ACCOUNT CHANNEL DEVICE'),
  )
    .option('--seconds <n>', 'how long; a year when not given')
    .option('--note <text>', 'why, shown beside the ban')
    .action(async (kind: string, parts: string[], options: Options) => {
      const subject = subjectOf(kind, parts)
      const seconds = options['seconds'] === undefined ? undefined : Number(options['seconds'])
      const body = { kind, subject, seconds, note: options['note'] }
      await printAnswer(options, { method: 'POST', path: '/bans', body }, (row) =>
        isRow(row) ? `banned; ${String(row['ended'])} sessions ended` : '',
      )
    })
  withGlobals(command.command('lift <kind> <subject...>').description('lift a ban')).action(
    async (kind: string, parts: string[], options: Options) => {
      const path = `/bans/${pathSegment(kind)}/${pathSegment(subjectOf(kind, parts))}` as const
      await printAnswer(options, { method: 'DELETE', path }, asText('lifted'))
    },
  )
  return command
}

/** Adds `revoke` and `list` to `gatehouse ticket`. */
export const addDownloadCommands = (command: Command): Command => {
  withGlobals(command.command('list').description('copies of playlists that were used'))
    .option('--account <ref>', 'of an account, e.g. own:1234')
    .action(async (options: Options) => {
      const columns = [
        'id',
        'account',
        'group',
        'issuedAt',
        'firstUsedAt',
        'firstNetwork',
        'revokedAt',
      ]
      await printAnswer(
        options,
        { path: `/downloads${queryOf(options, ['account'])}` },
        asTable(columns),
      )
    })
  withGlobals(
    command
      .command('revoke <download>')
      .description('stop every copy of one download, and nobody else'),
  ).action(async (download: string, options: Options) => {
    const path = `/downloads/${pathSegment(download)}/revoke` as const
    await printAnswer(options, { method: 'POST', path }, (row) =>
      isRow(row) ? `revoked; ${String(row['ended'])} sessions ended` : '',
    )
  })
  return command
}
