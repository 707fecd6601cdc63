import { Command } from 'commander'
import { withGlobals } from '../common/context.ts'
import { isRow } from '../common/output.ts'
import {
  asTable,
  asText,
  type Options,
  pageQueryOf,
  pathSegment,
  printAnswer,
  withPages,
} from '../common/resource.ts'

type ListPath = '/audit' | '/channels' | '/groups' | '/keys' | '/sources' | '/surge'

const list = (
  command: Command,
  what: { readonly path: ListPath; readonly words: string; readonly columns: readonly string[] },
): void => {
  withPages(command.command('list', { isDefault: true }).description(what.words)).action(
    async (options: Options) => {
      const path = `${what.path}${pageQueryOf(options)}` as const
      await printAnswer(options, { path }, asTable(what.columns))
    },
  )
}

/** `gatehouse surge`: narrow a group to fewer channels at once, and widen it again. */
export const surgeCommand = (): Command => {
  const command = new Command('surge').description('narrow groups to fewer channels at once')
  const columns = ['name', 'group', 'on', 'running', 'since', 'by']
  list(command, { path: '/surge', words: 'list the profiles', columns })
  for (const on of [true, false]) {
    const verb = on ? 'on' : 'off'
    withGlobals(
      command.command(`${verb} <profile>`).description(`switch a profile ${verb}`),
    ).action(async (profile: string, options: Options) => {
      const call = { method: 'PUT', path: `/surge/${pathSegment(profile)}`, body: { on } } as const
      await printAnswer(options, call, (row) =>
        isRow(row) ? `${row['name']} is ${row['on'] ? 'on' : 'off'}` : '',
      )
    })
  }
  return command
}

/** `gatehouse sources`. */
export const sourcesCommand = (): Command => {
  const command = new Command('sources').description('playlists the channels come from')
  const columns = ['name', 'ok', 'channels', 'fetchedAt', 'checkedAt', 'error']
  list(command, { path: '/sources', words: 'list the sources and how they stand', columns })
  withGlobals(command.command('refresh <name>').description('look at a source now')).action(
    async (name: string, options: Options) => {
      const call = { method: 'POST', path: `/sources/${pathSegment(name)}/refresh` } as const
      await printAnswer(options, call, (row) => JSON.stringify(row))
    },
  )
  return command
}

/** `gatehouse keys`. */
export const keysCommand = (): Command => {
  const command = new Command('keys').description('keys that sign tickets and passes')
  const columns = ['kid', 'isCurrent', 'createdAt', 'retiredAt']
  list(command, { path: '/keys', words: 'list the keys', columns })
  withGlobals(
    command.command('rotate').description('sign with a new key; old tickets stay good'),
  ).action(async (options: Options) => {
    await printAnswer(options, { method: 'POST', path: '/keys/rotate' }, asTable(columns))
  })
  withGlobals(
    command.command('retire <kid>').description('refuse everything an old key signed'),
  ).action(async (kid: string, options: Options) => {
    await printAnswer(
      options,
      { method: 'POST', path: `/keys/${pathSegment(kid)}/retire` },
      asTable(columns),
    )
  })
  return command
}

const addForget = (command: Command): void => {
  withGlobals(
    command
      .command('forget <id>')
      .description('let what lists called a channel before close it no more'),
  ).action(async (id: string, options: Options) => {
    const call = { method: 'DELETE', path: `/channels/${pathSegment(id)}/former` } as const
    await printAnswer(options, call, asText('forgotten'))
  })
}

/** `gatehouse groups`, `channels`, `audit`: lists to look at. */
export const listCommands = (): Command[] => {
  const lists = [
    [
      'groups',
      'groups of viewers',
      '/groups',
      ['name', 'channels', 'leftOut', 'networks', 'countries', 'default', 'maxSessions', 'surge'],
    ],
    ['channels', 'channels', '/channels', ['id', 'name', 'titles', 'protocol', 'groups', 'former']],
    ['audit', 'who changed what', '/audit', ['at', 'actor', 'action', 'subject']],
  ] as const
  return lists.map(([name, words, path, columns]) => {
    const command = new Command(name).description(words)
    list(command, { path, words: `list ${words}`, columns })
    if (name === 'channels') addForget(command)
    return command
  })
}

/** `gatehouse reload`. */
export const reloadCommand = (): Command =>
  withGlobals(
    new Command('reload').description('read the configuration again, without dropping a viewer'),
  ).action(async (options: Options) => {
    await printAnswer(options, { method: 'POST', path: '/config/reload' }, asText('reloaded'))
  })
