import { setTimeout as sleep } from 'node:timers/promises'
import { Command } from 'commander'
import { callAdmin } from '../common/admin-client.ts'
import { withGlobals } from '../common/context.ts'
import { drawFrame, isRow, print, rowsOf, table } from '../common/output.ts'
import {
  asTable,
  type Options,
  pathSegment,
  printAnswer,
  queryOf,
  withPaging,
} from '../common/resource.ts'

const COLUMNS = [
  'id',
  'user_id',
  'name',
  'ip',
  'country',
  'proto',
  'state',
  'source',
  'bytes',
  'opened_at',
  'updated_at',
]
const FILTERS = [
  'user_id',
  'name',
  'group',
  'network',
  'edge',
  'device',
  'download',
  'limit',
  'after',
  'sort',
]
const WATCH_MS = 1000

const watch = async (
  options: Options,
  path: '/sessions' | `/sessions?${string}`,
): Promise<void> => {
  for (;;) {
    const page = await callAdmin(options, { path })
    const shown = rowsOf(page)
    const total = isRow(page) && typeof page['total'] === 'number' ? page['total'] : shown.length
    const time = new Date().toISOString().slice(11, 19)
    const head = `${total} live sessions, ${time} UTC; Ctrl-C ends`
    if (options.json === true) print(JSON.stringify(page))
    else print(drawFrame(`${head}\n\n${table(shown, COLUMNS)}`, process.stdout))
    await sleep(WATCH_MS)
  }
}

/** `gatehouse sessions`. */
export const sessionsCommand = (): Command => {
  const command = new Command('sessions').description('live sessions')
  withPaging(command.command('list', { isDefault: true }).description('list live sessions'))
    .option('--user_id <account>', 'of an account')
    .option('--name <channel>', 'of a channel')
    .option('--group <name>', 'of a group')
    .option('--network <key>', 'of a network')
    .option('--edge <id>', 'of an edge')
    .option('--device <id>', 'of a device')
    .option('--download <id>', 'of one copy of a playlist')
    .option('--watch', 'a table that renews itself every second')
    .action(async (options: Options) => {
      const path = `/sessions${queryOf(options, FILTERS)}` as const
      if (options['watch'] === true) await watch(options, path)
      else await printAnswer(options, { path }, asTable(COLUMNS))
    })
  withGlobals(command.command('show <id>').description('show one session')).action(
    async (session: string, options: Options) => {
      await printAnswer(options, { path: `/sessions/${pathSegment(session)}` }, (row) =>
        JSON.stringify(row, null, 2),
      )
    },
  )
  withGlobals(command.command('end <id>').description('end a session and refuse it for a minute'))
    .option('--seconds <n>', 'refuse it longer or shorter')
    .option('--note <text>', 'why, for the audit log')
    .option('--message <text>', 'shown to the viewer of a media server')
    .action(async (session: string, options: Options) => {
      const query = queryOf(options, ['seconds', 'note', 'message'])
      const path = `/sessions/${pathSegment(session)}${query}` as const
      // A media server answers whether the stream is over or only asked to end.
      const say = (row: unknown) => (isRow(row) ? String(row['detail']) : 'ended')
      await printAnswer(options, { method: 'DELETE', path }, say)
    })
  withGlobals(command.command('reauth').description('ask the auth backends again now'))
    .option('--name <channel>', 'one channel only')
    .action(async (options: Options) => {
      const path = `/sessions/reauth${queryOf(options, ['name'])}` as const
      await printAnswer(options, { method: 'POST', path }, (row) =>
        isRow(row) ? `${String(row['asked'])} sessions are asked about` : '',
      )
    })
  return command
}
