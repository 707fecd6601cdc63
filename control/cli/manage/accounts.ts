import { Command } from 'commander'
import { newToken } from '../../accounts/secrets.ts'
import { callAdmin } from '../common/admin-client.ts'
import { CliError, withGlobals } from '../common/context.ts'
import { isRow, print, table } from '../common/output.ts'
import {
  addDeletion,
  asTable,
  asText,
  type Options,
  pageQueryOf,
  pathSegment,
  printAnswer,
  queryOf,
  withPages,
  withPaging,
} from '../common/resource.ts'
import { addShowAndEnd } from './live-lists.ts'

/** `undefined` leaves it as it is, `null` takes it away. */
const countOf = (options: Options, name: string, flag: string): number | null | undefined => {
  const text = options[name]
  if (typeof text !== 'string') return undefined
  if (text === 'none') return null
  if (!/^\d{1,6}$/.test(text)) throw new CliError(`${flag} takes a number or 'none', not '${text}'`)
  return Number(text)
}

const expiryOf = (options: Options): number | null | undefined => {
  const text = options['expires']
  if (typeof text !== 'string') return undefined
  if (text === 'none') return null
  const at = Date.parse(text)
  if (Number.isNaN(at))
    throw new CliError(`--expires takes a date such as 2030-12-31, or 'none', not '${text}'`)
  return at
}

const accountFields = (options: Options): Record<string, unknown> => {
  return {
    maxSessions: countOf(options, 'maxSessions', '--max-sessions'),
    maxNetworks: countOf(options, 'maxNetworks', '--max-networks'),
    plan: options['plan'],
    group: options['group'],
    note: options['note'],
    expiresAt: expiryOf(options),
  }
}

const withAccountFields = (command: Command): Command =>
  withGlobals(command)
    .option('--max-sessions <n>', 'streams at once; none = as the plan or group says')
    .option('--max-networks <n>', 'networks at once; none = as the plan or group says')
    .option('--plan <name>', 'plan')
    .option('--group <name>', 'group wherever the account is')
    .option('--note <text>', 'note')
    .option('--expires <date>', 'ISO date after which the account may not watch; none = never')

const loginText = (made: { username: string; password: string; playlist: string }): string =>
  `username ${made.username}\npassword ${made.password} (shown this once)\nplaylist ${made.playlist}`

const addTokenCommands = (command: Command): void => {
  withGlobals(command.command('token <account>').description('issue a token'))
    .option('--label <text>', 'what it is for')
    .action(async (account: string, options: Options) => {
      const body = { label: options['label'] ?? null }
      const call = {
        method: 'POST',
        path: `/accounts/${pathSegment(account)}/tokens`,
        body,
      } as const
      await printAnswer(options, call, (token) =>
        isRow(token) ? `${token['token']}\n${token['playlist']}` : '',
      )
    })
  withGlobals(
    command
      .command('login <account>')
      .description('make a password for Xtream players, and print it')
      .requiredOption('--username <name>', 'user name'),
  ).action(async (account: string, options: Options) => {
    const login = { username: String(options['username']), password: newToken().slice(0, 16) }
    const path = `/accounts/${pathSegment(account)}/password` as const
    await callAdmin(options, { method: 'PUT', path, body: login })
    const query = new URLSearchParams({ ...login, type: 'm3u_plus' }).toString()
    const made = { ...login, playlist: `/get.php?${query}` }
    print(options.json === true ? JSON.stringify(made) : loginText(made))
  })
  withPages(command.command('tokens <account>').description("list an account's tokens")).action(
    async (account: string, options: Options) => {
      const names = ['id', 'kind', 'username', 'label', 'createdAt', 'lastUsedAt', 'revokedAt']
      await printAnswer(
        options,
        { path: `/accounts/${pathSegment(account)}/tokens${pageQueryOf(options)}` },
        asTable(names),
      )
    },
  )
  addDeletion(command, {
    name: 'revoke-token',
    path: '/tokens',
    done: 'revoked',
    description: 'revoke one token',
  })
}

const addDevicesCommand = (command: Command): void => {
  withPages(
    command.command('devices <account>').description('what an account has lately watched on'),
  ).action(async (account: string, options: Options) => {
    const names = ['device', 'client', 'ip', 'country', 'plays', 'playing', 'channel']
    const columns = [...names, 'first_seen_at', 'last_seen_at']
    await printAnswer(
      options,
      { path: `/accounts/${pathSegment(account)}/devices${pageQueryOf(options)}` },
      asTable(columns),
    )
  })
}

/** `gatehouse accounts`. */
export const accountsCommand = (): Command => {
  const command = new Command('accounts').description('accounts, their tokens and passwords')
  const columns = ['id', 'name', 'enabled', 'maxSessions', 'plan', 'group', 'expiresAt']
  withPaging(
    command
      .command('list', { isDefault: true })
      .description('list accounts')
      .option('--name <part>', 'part of the name'),
  ).action(async (options: Options) => {
    const query = queryOf(options, ['name', 'limit', 'after', 'sort'])
    await printAnswer(options, { path: `/accounts${query}` }, asTable(columns))
  })
  withAccountFields(
    command.command('add <name>').description('add an account and print its token'),
  ).action(async (name: string, options: Options) => {
    const body = { name, ...accountFields(options) }
    const account = await callAdmin(options, { method: 'POST', path: '/accounts', body })
    const accountId = isRow(account) ? account['id'] : ''
    const path = `/accounts/${pathSegment(accountId)}/tokens` as const
    const token = await callAdmin(options, { method: 'POST', path, body: {} })
    const told = `account ${accountId}\ntoken    ${token.token} (shown this once)\nplaylist ${token.playlist}`
    print(options.json === true ? JSON.stringify({ account: accountId, ...token }) : told)
  })
  withAccountFields(command.command('set <account>').description('change an account'))
    .option('--enable', 'let it watch')
    .option('--disable', 'do not let it watch')
    .action(async (account: string, options: Options) => {
      const enabled =
        options['enable'] === true ? true : options['disable'] === true ? false : undefined
      const body = { ...accountFields(options), enabled }
      const call = { method: 'PATCH', path: `/accounts/${pathSegment(account)}`, body } as const
      await printAnswer(options, call, (row) => table(isRow(row) ? [row] : [], columns))
    })
  withGlobals(
    command.command('remove <account>').description('remove an account and its tokens'),
  ).action(async (account: string, options: Options) => {
    const call = { method: 'DELETE', path: `/accounts/${pathSegment(account)}` } as const
    await printAnswer(options, call, asText('removed'))
  })
  addShowAndEnd(command, 'accounts')
  addTokenCommands(command)
  addDevicesCommand(command)
  return command
}
