import { Command } from 'commander'
import { isTimeZone } from '../../detect/local-days.ts'
import { CliError, type GlobalOptions, loadedConfig, withGlobals } from '../common/context.ts'
import { isRow, periodText, rowsOf, table } from '../common/output.ts'
import {
  asTable,
  type Options,
  pageQueryOf,
  pathSegment,
  printAnswer,
  queryOf,
  withPages,
  withPaging,
} from '../common/resource.ts'

const AMOUNTS = ['plays', 'refusals', 'playedMs', 'bytes']
const PLAYS = [
  'startedAt',
  'endedAt',
  'account',
  'channel',
  'proto',
  'network',
  'country',
  'client',
  'reason',
]
const SPAN = ['days', 'limit', 'after']

const withDays = (command: Command): Command =>
  command.option('--days <n>', 'days to look back', '30')

/** A time zone as given; said here, since it is wrong also where no control plane runs. */
const timeZone = (text: string): string => {
  if (isTimeZone(text)) return text
  throw new CliError(`--tz: there is no time zone '${text}'; name one like Europe/Lisbon`)
}

/** The zone of an answer's periods: as asked, else that of the configuration, else UTC. */
const zoneOf = (options: Options & GlobalOptions): string => {
  if (typeof options['tz'] === 'string') return options['tz']
  try {
    return loadedConfig(options).config.store.time_zone ?? 'UTC'
  } catch {
    return 'UTC'
  }
}

const spanned = (command: Command): Command => withDays(withGlobals(command))

type Counted = 'accounts' | 'channels' | 'countries' | 'titles' | 'devices' | 'edges' | 'deliveries'

const addTop = (command: Command): void => {
  const top = (name: string, what: Counted, words: string): void => {
    withDays(withPages(command.command(name).description(words), '20')).action(
      async (options: Options) => {
        await printAnswer(
          options,
          { path: `/history/${what}${queryOf(options, SPAN)}` },
          asTable(['key', ...(what === 'accounts' ? ['accountName'] : []), ...AMOUNTS]),
        )
      },
    )
  }
  top('top', 'channels', 'channels, the most played first')
  top('accounts', 'accounts', 'accounts, the most plays first')
  top('countries', 'countries', 'countries, the most plays first')
  top('titles', 'titles', 'titles that are no live television, the most plays first')
  top('devices', 'devices', 'platforms and players, the most plays first')
  top('edges', 'edges', 'edges and media servers, the most plays first')
  top('deliveries', 'deliveries', 'ways media servers delivered plays, the most plays first')
}

const addPeriods = (command: Command): void => {
  const periods = (name: 'days' | 'hours', start: string, words: string): void => {
    withDays(withPages(command.command(name).description(words)))
      .option('--tz <zone>', 'time zone of the periods; store.time_zone, else UTC', timeZone)
      .action(async (options: Options) => {
        const path = `/history/${name}${queryOf(options, [...SPAN, 'tz'])}` as const
        await printAnswer(options, { path }, ({ items, next }) => {
          const zone = zoneOf(options)
          return asTable([start, 'viewers', ...AMOUNTS])({
            items: rowsOf(items).map((row) => ({
              ...row,
              [start]: periodText(row[start], zone, name),
            })),
            next,
          })
        })
      })
  }
  periods('days', 'day', 'plays and viewers per day')
  periods('hours', 'hour', 'plays and viewers per hour, at most 35 days back')
}

const addDays = (command: Command): void => {
  addPeriods(command)
  spanned(command.command('peak').description('the most plays at once, and when')).action(
    async (options: Options) => {
      const path = `/history/peak${queryOf(options, ['days'])}` as const
      await printAnswer(options, { path }, (row) => table([row].filter(isRow), ['streams', 'at']))
    },
  )
  spanned(command.command('viewers').description('distinct accounts that played')).action(
    async (options: Options) => {
      await printAnswer(
        options,
        { path: `/history/viewers${queryOf(options, ['days'])}` },
        (row) => (isRow(row) ? String(row['viewers']) : ''),
      )
    },
  )
}

/** `gatehouse history`: who watched what, from where, when. */
export const historyCommand = (): Command => {
  const command = new Command('history').description('who watched what, from where, when')
  addTop(command)
  addDays(command)
  withPages(command.command('now').description('plays that run now'), '500').action(
    async (options: Options) => {
      await printAnswer(options, { path: `/history/now${pageQueryOf(options)}` }, asTable(PLAYS))
    },
  )
  withPaging(command.command('plays').description('plays, newest first'))
    .option('--account <ref>', 'of an account')
    .option('--channel <id>', 'of a channel')
    .option('--network <key>', 'from a network')
    .option('--country <code>', 'from a country')
    .action(async (options: Options) => {
      const names = ['account', 'channel', 'network', 'country', 'limit', 'after', 'sort']
      await printAnswer(
        options,
        { path: `/history/plays${queryOf(options, names)}` },
        asTable(PLAYS),
      )
    })
  spanned(command.command('user <account>').description("an account's days")).action(
    async (account: string, options: Options) => {
      const path = `/history/accounts/${pathSegment(account)}${queryOf(options, ['days'])}` as const
      await printAnswer(options, { path }, (row) => JSON.stringify(row, null, 2))
    },
  )
  return command
}
