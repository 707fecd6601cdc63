import { Command } from 'commander'
import { SCOPE_PATTERN } from '../../schemas/api-access.ts'
import { callAdmin } from '../common/admin-client.ts'
import { CliError, type GlobalOptions, withGlobals } from '../common/context.ts'
import { isRow, print } from '../common/output.ts'
import { addDeletion, asTable, printAnswer } from '../common/resource.ts'

interface AddOptions extends GlobalOptions {
  readonly scope: readonly string[]
  readonly days?: string
}

const DAY_MS = 86_400_000
const COLUMNS = ['id', 'name', 'scopes', 'createdBy', 'expiresAt', 'lastUsedAt']

const SCOPE = new RegExp(SCOPE_PATTERN)

const collect = (value: string, before: readonly string[]): readonly string[] => {
  if (!SCOPE.test(value))
    throw new CliError(
      `--scope takes a permission such as sessions:read, bans:write or accounts:*, not '${value}'`,
    )
  return [...before, value]
}

/** When a token of so many days ends, Unix milliseconds; `null` = never. Throws {@link CliError}. */
const endOf = (days: string | undefined): number | null => {
  if (days === undefined) return null
  const number = Number(days)
  if (!Number.isFinite(number) || number <= 0) throw new CliError(`--days takes a number above 0`)
  return Date.now() + Math.round(number * DAY_MS)
}

/** `gatehouse api-tokens`: tokens of the admin API with scopes. */
export const apiTokensCommand = (): Command => {
  const command = new Command('api-tokens').description('tokens of the admin API, for programs')
  withGlobals(command.command('list', { isDefault: true }).description('list the tokens')).action(
    async (options: GlobalOptions) => {
      await printAnswer(options, { path: '/api-tokens' }, asTable(COLUMNS))
    },
  )
  withGlobals(command.command('add <name>').description('make a token; it is printed once'))
    .requiredOption(
      '--scope <scope>',
      'what it may do, such as sessions:read; repeat it',
      collect,
      [],
    )
    .option('--days <n>', 'days it is good for; without it, until it is removed')
    .action(async (name: string, options: AddOptions) => {
      const body = { name, scopes: options.scope, expiresAt: endOf(options.days) }
      const answer = await callAdmin(options, { method: 'POST', path: '/api-tokens', body })
      const token = isRow(answer) ? answer['token'] : ''
      print(options.json === true ? JSON.stringify(answer) : token)
    })
  addDeletion(command, {
    name: 'remove',
    path: '/api-tokens',
    done: 'The token is good for nothing now.',
    description: 'end a token',
  })
  return command
}
