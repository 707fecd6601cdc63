import { Command } from 'commander'
import { withGlobals } from '../common/context.ts'
import { isRow, type Row, rowsOf, table } from '../common/output.ts'
import { plainText } from '../common/plain-text.ts'
import { type Options, pathSegment, printAnswer, queryOf, withPaging } from '../common/resource.ts'

const FILTERS = ['account', 'rule', 'kind', 'severity', 'state', 'limit', 'after', 'sort']
const COLUMNS = ['id', 'at', 'account', 'rule', 'severity', 'state', 'acted', 'summary']

const listText = (result: unknown): string => {
  const rows = rowsOf(result).map((row) => ({ ...row, summary: plainText(row['summary']) }))
  const next = isRow(result) ? result['next'] : null
  return table(rows, COLUMNS) + (typeof next === 'string' ? `\nmore: --after ${next}` : '')
}

const SESSION_COLUMNS = ['playId', 'deviceName', 'network', 'place', 'startedAt', 'endedAt']

const shownSession = (session: Row): Row => ({
  ...session,
  deviceName: plainText(session['deviceName']),
  place: plainText(session['place']),
})

const showText = (result: unknown): string => {
  if (!isRow(result)) return ''
  const evidence = isRow(result['evidence']) ? result['evidence'] : {}
  const { sessions, summary: _summary, event: _event, ...measures } = evidence
  const rows = Array.isArray(sessions) ? sessions.filter(isRow).map(shownSession) : []
  return [
    plainText(result['summary']),
    '',
    table([result], COLUMNS.slice(0, -1)),
    '',
    table(rows, SESSION_COLUMNS),
    ...Object.entries(measures).map(([name, value]) => `${name}: ${JSON.stringify(value)}`),
  ].join('\n')
}

/** `gatehouse findings`. */
export const findingsCommand = (): Command => {
  const command = new Command('findings').description('what the detectors found')
  withPaging(
    command.command('list', { isDefault: true }).description('list findings, newest first'),
  )
    .option('--account <ref>', 'of an account')
    .option('--rule <id>', 'of a rule')
    .option('--kind <kind>', 'of a kind, e.g. simultaneous_places')
    .option('--severity <severity>', 'low, warning or high')
    .option('--judged <state>', 'open, dismissed, confirmed or withdrawn')
    .action(async (options: Options) => {
      await printAnswer(
        options,
        { path: `/findings${queryOf({ ...options, state: options['judged'] }, FILTERS)}` },
        listText,
      )
    })
  withGlobals(command.command('show <id>').description('show a finding and its evidence')).action(
    async (finding: string, options: Options) => {
      await printAnswer(options, { path: `/findings/${pathSegment(finding)}` }, showText)
    },
  )
  const judge = (name: string, state: string, words: string): void => {
    withGlobals(command.command(`${name} <id>`).description(words)).action(
      async (finding: string, options: Options) => {
        const path = `/findings/${pathSegment(finding)}` as const
        const call = { method: 'PATCH', path, body: { state } } as const
        await printAnswer(options, call, (row) => (isRow(row) ? row['state'] : ''))
      },
    )
  }
  judge('dismiss', 'dismissed', 'it was none: gives the trust back that it took')
  judge('confirm', 'confirmed', 'it was right: takes the trust that it costs')
  judge('reopen', 'open', 'not judged yet')
  return command
}
