import { Command, Option } from 'commander'
import { ROLES } from '../../operators/roles.ts'
import { callAdmin } from '../common/admin-client.ts'
import { CliError, type GlobalOptions, withGlobals } from '../common/context.ts'
import { isRow, print, rowsOf, table } from '../common/output.ts'
import { readTextFile } from '../common/read-text-file.ts'

interface UserOptions extends GlobalOptions {
  readonly role?: string
  readonly passwordFile?: string
}

const idOf = async (options: GlobalOptions, name: string): Promise<string> => {
  const rows = rowsOf(await callAdmin(options, { path: '/users' }))
  const found = rows.find((row) => row['name'] === name.toLowerCase())
  if (found === undefined) throw new CliError(`nobody is called '${name}'`)
  return String(found['id'])
}

const passwordOf = (options: UserOptions): string => {
  if (options.passwordFile === undefined) throw new CliError('name a file with --password-file')
  return readTextFile(options.passwordFile).trim()
}

const say = (options: GlobalOptions, answer: unknown, words: string): void =>
  print(options.json === true ? JSON.stringify(answer) : words)

/** `gatehouse users`: who may sign in to the dashboard. */
export const usersCommand = (): Command => {
  const command = new Command('users').description('people who may sign in to the dashboard')
  const role = () => new Option('--role <role>', 'what they may do').choices([...ROLES])
  const password = [
    '--password-file <file>',
    'file with the password; - reads it from stdin',
  ] as const
  withGlobals(command.command('list').description('who may sign in')).action(
    async (options: UserOptions) => {
      const answer = await callAdmin(options, { path: '/users' })
      say(options, answer, table(rowsOf(answer), ['name', 'role', 'hasPassword', 'updatedAt']))
    },
  )
  withGlobals(command.command('add <name>').description('let somebody in'))
    .addOption(role().default('viewer'))
    .option(...password)
    .action(async (name: string, options: UserOptions) => {
      const body = { name, role: options.role, password: passwordOf(options) }
      const answer = await callAdmin(options, { method: 'POST', path: '/users', body })
      say(options, answer, `'${name}' may sign in as ${options.role ?? ''}.`)
    })
  withGlobals(command.command('set <name>').description('change role or password'))
    .addOption(role())
    .option(...password)
    .action(async (name: string, options: UserOptions) => {
      const secret = options.passwordFile === undefined ? {} : { password: passwordOf(options) }
      const body = { ...(options.role === undefined ? {} : { role: options.role }), ...secret }
      const path = `/users/${await idOf(options, name)}` as const
      const answer = await callAdmin(options, { method: 'PATCH', path, body })
      say(options, answer, `'${name}' was changed.`)
    })
  withGlobals(command.command('remove <name>').description('let somebody in no more')).action(
    async (name: string, options: UserOptions) => {
      await callAdmin(options, { method: 'DELETE', path: `/users/${await idOf(options, name)}` })
      say(options, {}, `'${name}' was removed and is signed out.`)
    },
  )
  return command
}

/** `gatehouse sign-in-link`: a link that signs in once. */
export const signInLinkCommand = (): Command =>
  withGlobals(
    new Command('sign-in-link').description('a link that opens the dashboard once, for 15 minutes'),
  )
    .option('--user <name>', 'who is signed in by it; not needed for the first owner')
    .action(async (options: GlobalOptions & { readonly user?: string }) => {
      const body = options.user === undefined ? {} : { user: options.user }
      const answer = await callAdmin(options, { method: 'POST', path: '/sign-in-links', body })
      say(options, answer, isRow(answer) ? answer['url'] : '')
    })
