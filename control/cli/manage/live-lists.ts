import { Command } from 'commander'
import { withGlobals } from '../common/context.ts'
import { isRow } from '../common/output.ts'
import {
  asTable,
  type Options,
  pathSegment,
  printAnswer,
  queryOf,
  withPaging,
} from '../common/resource.ts'

/** A noun whose sessions can be listed, shown and ended. */
interface Noun {
  /** As the API's path has it. */
  readonly path: 'accounts' | 'devices' | 'downloads' | 'networks'
  readonly description: string
  readonly columns: readonly string[]
  readonly filters: readonly (readonly [name: string, value: string, description: string])[]
}

const USE = ['ip', 'country', 'sessions', 'bytes', 'opened_at', 'updated_at', 'banned_until']
const LIVE_FILTERS: Noun['filters'] = [
  ['user_id', '<account>', 'of an account'],
  ['name', '<channel>', 'of a channel'],
  ['group', '<name>', 'of a group'],
  ['network', '<key>', 'of a network'],
  ['banned', '<true|false>', 'only what is banned, or only what is not'],
]

const NOUNS: readonly Noun[] = [
  {
    path: 'devices',
    description: 'devices that play or are banned',
    columns: ['id', 'user_id', 'user_agent', ...USE],
    filters: LIVE_FILTERS,
  },
  {
    path: 'networks',
    description: 'networks somebody plays from or that are banned',
    columns: ['id', 'users', 'devices', ...USE],
    filters: LIVE_FILTERS,
  },
  {
    path: 'downloads',
    description: 'copies of playlists that were used',
    columns: ['id', 'account', 'group', 'issuedAt', 'firstUsedAt', 'firstNetwork', 'revokedAt'],
    filters: [
      ['account', '<ref>', 'of an account, e.g. own:1234'],
      ['group', '<name>', 'of a group'],
    ],
  },
]

/** Adds `show` and `end`. */
export const addShowAndEnd = (command: Command, path: Noun['path']): void => {
  const one = path.slice(0, -1)
  withGlobals(command.command('show <id>').description(`show one ${one}`)).action(
    async (subject: string, options: Options) => {
      await printAnswer(options, { path: `/${path}/${pathSegment(subject)}` }, (row) =>
        JSON.stringify(row, null, 2),
      )
    },
  )
  withGlobals(command.command('end <id>').description(`end all that plays of one ${one}`))
    .option('--seconds <n>', 'how long what ended is refused; 60 when not given')
    .option('--note <text>', 'why, for the audit log')
    .action(async (subject: string, options: Options) => {
      const query = queryOf(options, ['seconds', 'note'])
      const call = {
        method: 'DELETE',
        path: `/${path}/${pathSegment(subject)}/sessions${query}`,
      } as const
      await printAnswer(options, call, (row) =>
        isRow(row) ? `${String(row['ended'])} sessions ended` : '',
      )
    })
}

const commandOf = ({ path, description, columns, filters }: Noun): Command => {
  const command = new Command(path).description(description)
  const list = withPaging(
    command.command('list', { isDefault: true }).description(`list ${description}`),
  )
  for (const [name, value, about] of filters) list.option(`--${name} ${value}`, about)
  const names = [...filters.map(([name]) => name), 'limit', 'after', 'sort']
  list.action(async (options: Options) => {
    await printAnswer(options, { path: `/${path}${queryOf(options, names)}` }, asTable(columns))
  })
  addShowAndEnd(command, path)
  return command
}

/** `gatehouse devices`, `networks` and `downloads`. */
export const liveListCommands = (): Command[] => NOUNS.map(commandOf)
