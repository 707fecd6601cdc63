import { Command } from 'commander'
import { callAdmin } from '../common/admin-client.ts'
import { withGlobals } from '../common/context.ts'
import { isRow, print, rowsOf } from '../common/output.ts'
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
import { readSettings, readSettingsFile } from './destination-settings.ts'

const COLUMNS = ['name', 'kind', 'enabled', 'events', 'waiting', 'dead', 'state']
const MESSAGES = ['id', 'destination', 'state', 'createdAt', 'attempts', 'about', 'error']

const FAILED = 1

const listText = (answer: unknown): string => {
  const items = rowsOf(answer).map((row) => ({
    ...row,
    state: row['problem'] ?? row['last_error'] ?? 'ok',
  }))
  return asTable(COLUMNS)(isRow(answer) ? { ...answer, items } : items)
}

const messagesText = (answer: unknown): string => {
  const items = rowsOf(answer).map((row) => ({
    ...row,
    about: rowsOf(row['notices']).map(
      ({ event, subject }) => `${String(event)} ${String(subject)}`,
    ),
  }))
  return asTable(MESSAGES)(isRow(answer) ? { ...answer, items } : items)
}

const settingsOf = (options: Options): Record<string, unknown> => {
  const { set, from } = options
  const file = typeof from === 'string' ? readSettingsFile(from) : {}
  return readSettings(Array.isArray(set) ? set.map(String) : [], file)
}

const more = (value: string, before: readonly string[]): string[] => [...before, value]

const withSettings = (command: Command): Command =>
  withGlobals(command)
    .option(
      '--set <name=value>',
      'a setting; @file for what a file holds; may be repeated',
      more,
      [],
    )
    .option('--from <file>', 'settings of a YAML or JSON file')

const addWriting = (command: Command): void => {
  withSettings(command.command('add <name>').description('add a destination for notices'))
    .option('--kind <kind>', 'discord, ntfy, webhook, telegram, email or gotify')
    .action(async (name: string, options: Options) => {
      const { kind } = options
      const body = { ...settingsOf(options), name, ...(kind === undefined ? {} : { kind }) }
      const words = `added ${name}; try it: gatehouse destinations test ${name}`
      await printAnswer(options, { method: 'POST', path: '/destinations', body }, asText(words))
    })
  withSettings(command.command('change <name>').description('change settings')).action(
    async (name: string, options: Options) => {
      const path = `/destinations/${pathSegment(name)}` as const
      const call = { method: 'PATCH', path, body: settingsOf(options) } as const
      await printAnswer(options, call, asText('changed'))
    },
  )
  addDeletion(command, {
    name: 'remove',
    path: '/destinations',
    done: 'removed',
    description: 'remove a destination added by API',
  })
}

const testIt = async (name: string, options: Options): Promise<void> => {
  const path = `/destinations/${pathSegment(name)}/test` as const
  const answer = await callAdmin(options, { method: 'POST', path })
  const isOk = isRow(answer) && answer['ok']
  const words = isOk ? 'sent' : `not sent: ${String(isRow(answer) ? answer['error'] : '')}`
  print(options.json === true ? JSON.stringify(answer) : words)
  process.exitCode = isOk ? 0 : FAILED
}

const previewText = (answer: unknown): string => {
  const parts: unknown = isRow(answer) ? answer['parts'] : []
  return rowsOf(parts)
    .map(
      ({ title, contentType, body }) =>
        `${String(title)}  (${String(contentType)})\n${String(body)}`,
    )
    .join('\n\n')
}

const addTrials = (command: Command): void => {
  withGlobals(
    command
      .command('test <name>')
      .description("send a test at once; 1 = refused, with the service's own words"),
  ).action(async (name: string, options: Options) => await testIt(name, options))
  withGlobals(command.command('preview <name>').description('show what would be sent'))
    .option('--event <event>', 'event shown', 'finding.simultaneous_places')
    .action(async (name: string, options: Options) => {
      const path =
        `/destinations/${pathSegment(name)}/preview${queryOf(options, ['event'])}` as const
      await printAnswer(options, { path }, previewText)
    })
}

/** `gatehouse destinations`: where notices go, and what became of them. */
export const destinationsCommand = (): Command => {
  const command = new Command('destinations').description('where notices go')
  withPages(command.command('list', { isDefault: true }).description('list destinations')).action(
    async (options: Options) =>
      await printAnswer(options, { path: `/destinations${pageQueryOf(options)}` }, listText),
  )
  addWriting(command)
  addTrials(command)
  withPaging(command.command('messages').description('list messages, the newest first'))
    .option('--only <state>', 'waiting, sent or dead')
    .option('--destination <name>', 'of one destination')
    .action(async (options: Options) => {
      const wish = { ...options, state: options['only'] }
      const query = queryOf(wish, ['state', 'destination', 'limit', 'after', 'sort'])
      await printAnswer(options, { path: `/notifications${query}` }, messagesText)
    })
  withGlobals(
    command.command('retry <id>').description('send a message again that was given up'),
  ).action(async (id: string, options: Options) => {
    const call = { method: 'POST', path: `/notifications/${pathSegment(id)}/retry` } as const
    await printAnswer(options, call, asText('it is tried again'))
  })
  return command
}
