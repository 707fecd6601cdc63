import { Command } from 'commander'
import { callAdmin } from '../common/admin-client.ts'
import { CliError, withGlobals } from '../common/context.ts'
import { isRow, print } from '../common/output.ts'
import { readTextFile } from '../common/read-text-file.ts'
import {
  addDeletion,
  asTable,
  type Options,
  pageQueryOf,
  pathSegment,
  printAnswer,
  withPages,
} from '../common/resource.ts'

const COLUMNS = [
  'name',
  'kind',
  'url',
  'from',
  'state',
  'signIn',
  'plays',
  'lastEventAt',
  'problem',
]

const textOption = (options: Options, name: string): string => {
  const value = options[name]
  if (typeof value === 'string' && value !== '') return value
  throw new CliError(`--${name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)} is needed`)
}

const tested = (row: unknown): string => {
  if (!isRow(row)) return ''
  if (row['ok'] !== true) return `it does not work: ${String(row['problem'])}`
  const users =
    typeof row['users'] === 'number' ? `${row['users']} accounts` : 'its accounts may not be read'
  return `it works: ${String(row['plays'])} streams play, ${users}`
}

const added = (row: unknown): string => {
  if (!isRow(row)) return ''
  const { name, state, problem } = row
  return `${String(name)} is ${String(state)}${typeof problem === 'string' ? `: ${problem}` : ''}`
}

const addCommand = (command: Command): void => {
  withGlobals(command.command('add <name>').description('watch a media server from now on'))
    .requiredOption('--kind <kind>', 'plex, jellyfin or emby')
    .requiredOption('--url <url>', 'where it is: http://192.168.1.5:32400')
    .requiredOption('--token-file <file>', 'file with its token or API key')
    .option('--insecure', 'do not check its certificate')
    .option('--sign-out', 'allow devices to be signed out')
    .action(async (name: string, options: Options) => {
      const body = {
        name,
        kind: options['kind'],
        url: options['url'],
        token: readTextFile(textOption(options, 'tokenFile')).trim(),
        tls_verify: options['insecure'] !== true,
        sign_out: options['signOut'] === true,
      }
      await printAnswer(options, { method: 'POST', path: '/media-servers', body }, added)
    })
}

const webhookMade = (row: unknown): string => {
  if (!isRow(row)) return ''
  const listeners = Array.isArray(row['listeners']) ? row['listeners'].map(String) : []
  const addresses = listeners.map((listener) => `  http://${listener}${String(row['path'])}`)
  return ['its webhooks go to one of these; the secret is not shown again:', ...addresses].join(
    '\n',
  )
}

const webhookCommand = (command: Command): void => {
  withGlobals(
    command
      .command('webhook <name>')
      .description('take webhooks of a server: makes a new secret and shows it once'),
  )
    .option('--off', 'take none any more')
    .action(async (name: string, options: Options) => {
      const path = `/media-servers/${pathSegment(name)}/webhook` as const
      if (options['off'] === true)
        await printAnswer(options, { method: 'DELETE', path }, () => 'no webhooks of it are taken')
      else await printAnswer(options, { method: 'POST', path }, webhookMade)
    })
}

/** `gatehouse servers`: the media servers that are watched. */
export const serversCommand = (): Command => {
  const command = new Command('servers').description('media servers: Plex, Jellyfin, Emby')
  withPages(
    command.command('list', { isDefault: true }).description('list media servers and how they are'),
  ).action(async (options: Options) => {
    await printAnswer(options, { path: `/media-servers${pageQueryOf(options)}` }, asTable(COLUMNS))
  })
  addCommand(command)
  webhookCommand(command)
  addDeletion(command, {
    name: 'remove',
    path: '/media-servers',
    done: 'removed; its history stays',
    description: 'watch a server no more that was added at run time',
  })
  withGlobals(command.command('test <name>').description('look at a server once')).action(
    async (name: string, options: Options) => {
      const path = `/media-servers/${pathSegment(name)}/test` as const
      const result = await callAdmin(options, { method: 'POST', path })
      print(options.json === true ? JSON.stringify(result) : tested(result))
      if (isRow(result) && !result['ok']) process.exitCode = 1
    },
  )
  return command
}
