import { Command } from 'commander'
import { callAdmin } from '../common/admin-client.ts'
import { CliError, withGlobals } from '../common/context.ts'
import { isRow, type Row, rowsOf, table } from '../common/output.ts'
import { plainText } from '../common/plain-text.ts'
import { type Options, pathSegment, printAnswer, queryOf } from '../common/resource.ts'

const listOf = (row: Row, name: string): Row[] => {
  const list = row[name]
  return Array.isArray(list) ? list.filter(isRow) : []
}

const accountText = (row: Row): string =>
  `${String(row['account'])}${row['removedAt'] === null ? '' : ' (removed)'}`

const personRow = (row: Row): Row => ({
  id: row['id'],
  name: plainText(row['name']),
  accounts: listOf(row, 'accounts').map(accountText).join(' '),
})

const people = (result: unknown): string =>
  table((Array.isArray(result) ? result.filter(isRow) : rowsOf(result)).map(personRow), [
    'id',
    'name',
    'accounts',
  ])

const suggestions = (result: unknown): string =>
  table(
    rowsOf(result).map((row) => ({
      by: row['by'],
      value: plainText(row['value']),
      accounts: Array.isArray(row['accounts']) ? row['accounts'].join(' ') : '',
    })),
    ['by', 'value', 'accounts'],
  )

/** The person with this id, account or name; an account of our own by its name or id. */
const personId = async (options: Options, text: string): Promise<string> => {
  const path = `/people${queryOf({ q: text, limit: '1000' }, ['q', 'limit'])}` as const
  const found = rowsOf(await callAdmin(options, { path }))
  const isAccount = (row: Row): boolean =>
    row['id'] === text || listOf(row, 'accounts').some(({ account }) => account === text)
  const exact = found.find(isAccount)
  if (exact !== undefined) return String(exact['id'])
  const isName = (row: Row): boolean =>
    [row['name'], ...listOf(row, 'accounts').map(({ name }) => name)].includes(text)
  const [named, another] = found.filter(isName)
  if (another !== undefined)
    throw new CliError(
      `several people are called '${text}': name one by its id, from 'gatehouse people'`,
    )
  if (named !== undefined) return String(named['id'])
  const accounts = `/accounts${queryOf({ name: text, limit: '1000' }, ['name', 'limit'])}` as const
  const own = rowsOf(await callAdmin(options, { path: accounts })).find(
    (row) => row['name'] === text,
  )
  return own === undefined ? text : `own:${String(own['id'])}`
}

const collected = (value: string, before: readonly string[] = []): string[] => [...before, value]

const addHomes = (command: Command): void => {
  withGlobals(
    command
      .command('homes <person>')
      .description(
        'networks that are home to a person (id, name or account): nothing there is held against anybody',
      ),
  )
    .option('--add <network>', 'an address, CIDR or range; again for more', collected)
    .option('--remove <network>', 'one of the list; again for more', collected)
    .action(async (person: string, options: Options) => {
      const { add, remove } = options
      const path = `/people/${pathSegment(await personId(options, person))}/homes` as const
      const isChange = add !== undefined || remove !== undefined
      const say = (row: unknown): string =>
        isRow(row) && Array.isArray(row['homes']) ? row['homes'].join('\n') : ''
      if (isChange)
        await printAnswer(options, { method: 'PATCH', path, body: { add, remove } }, say)
      else await printAnswer(options, { path }, say)
    })
}

/** `gatehouse people`: accounts of several servers that are one person's. */
export const peopleCommand = (): Command => {
  const command = new Command('people').description('people and their accounts on several servers')
  withGlobals(
    command.command('list', { isDefault: true }).description('list people and their accounts'),
  )
    .option('--merged', 'only people with several accounts')
    .option('--removed', 'only people a server has no more')
    .option('--q <text>', 'part of a name, e-mail address or account')
    .action(async (options: Options) => {
      const { merged, removed, q } = options
      const query = {
        ...(merged === true ? { merged: 'true' } : {}),
        ...(removed === true ? { removed: 'true' } : {}),
        q,
      }
      const path = `/people${queryOf(query, ['merged', 'removed', 'q'])}` as const
      await printAnswer(options, { path }, people)
    })
  withGlobals(
    command.command('suggest').description('list accounts that look like one person’s'),
  ).action(async (options: Options) => {
    await printAnswer(options, { path: '/people/suggestions' }, suggestions)
  })
  withGlobals(
    command
      .command('merge <account...>')
      .description('make one person of accounts: judged together from then on'),
  )
    .option('--name <name>', 'name of the person')
    .action(async (accounts: string[], options: Options) => {
      const body = { accounts, name: options['name'] ?? null }
      await printAnswer(options, { method: 'POST', path: '/people/merge', body }, (row) =>
        people(isRow(row) ? [row] : []),
      )
    })
  withGlobals(
    command
      .command('split <id> [account...]')
      .description('take accounts away from a person; all where none is named'),
  ).action(async (id: string, accounts: string[], options: Options) => {
    const body = accounts.length === 0 ? {} : { accounts }
    const path = `/people/${pathSegment(id)}/split` as const
    await printAnswer(options, { method: 'POST', path, body }, people)
  })
  addHomes(command)
  return command
}
