import { Command } from 'commander'
import { withGlobals } from '../common/context.ts'
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
  return command
}
