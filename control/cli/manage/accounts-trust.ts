import { Command } from 'commander'
import { withGlobals } from '../common/context.ts'
import { isRow, type Row, rowsOf, table } from '../common/output.ts'
import { plainText } from '../common/plain-text.ts'
import {
  addDeletion,
  asTable,
  type Options,
  pageQueryOf,
  pathSegment,
  printAnswer,
  queryOf,
  withPages,
  withPaging,
} from '../common/resource.ts'

const SHARING = ['account', 'name', 'confidence', 'flagged', 'plays', 'at']
const FEEDBACK = ['id', 'kind', 'value', 'verdict', 'at', 'by']

const listOf = (row: Row, name: string): Row[] => {
  const list = row[name]
  return Array.isArray(list) ? list.filter(isRow) : []
}

const rounded = (value: unknown): unknown =>
  typeof value === 'number' ? Math.round(value * 10) / 10 : value

const radiusOf = (km: unknown): string => (typeof km === 'number' ? `± ${Math.round(km)} km` : '')

const tidy = (row: Row): Row => ({
  ...row,
  name: plainText(row['name']),
  confidence: rounded(row['confidence']),
})

const sharingList = (result: unknown): string => {
  const next = isRow(result) ? result['next'] : null
  const more = typeof next === 'string' ? `\nmore: --after ${next}` : ''
  return table(rowsOf(result).map(tidy), SHARING) + more
}

const explanation = (result: unknown): string => {
  if (!isRow(result)) return 'not judged yet: too little has been played'
  return [
    table([tidy(result)], SHARING),
    '',
    ...listOf(result, 'contributions').map((c) => plainText(c['explanation'])),
    '',
    table(
      listOf(result, 'households').map((home) => ({
        ...home,
        label: plainText(home['label']),
        radius: radiusOf(home['accuracyKm']),
        hoursPlayed: rounded(home['hoursPlayed']),
      })),
      ['label', 'radius', 'daysActive', 'hoursPlayed', 'televisions'],
    ),
    '',
    ...listOf(result, 'findings').map((f) => plainText(f['summary'])),
  ]
    .join('\n')
    .trimEnd()
}

/** `gatehouse sharing`: how likely accounts are shared, and why. */
export const sharingCommand = (): Command => {
  const command = new Command('sharing').description('how likely accounts are shared, and why')
  withPaging(
    command.command('list', { isDefault: true }).description('accounts, the likeliest first'),
  )
    .option('--min_confidence <n>', 'from this confidence on')
    .action(async (options: Options) => {
      const query = queryOf(options, ['min_confidence', 'limit', 'after', 'sort'])
      await printAnswer(options, { path: `/sharing${query}` }, sharingList)
    })
  withGlobals(command.command('show <account>').description("explain one account's confidence"))
    .option('--now', 'assess it now')
    .action(async (account: string, options: Options) => {
      const path = `/accounts/${pathSegment(account)}/sharing` as const
      if (options['now'] === true) await printAnswer(options, { method: 'POST', path }, explanation)
      else await printAnswer(options, { path }, explanation)
    })
  withGlobals(command.command('assess').description('assess those who played lately, now')).action(
    async (options: Options) => {
      const call = { method: 'POST', path: '/sharing/assess', body: {} } as const
      await printAnswer(options, call, (row) =>
        isRow(row) ? `${String(row['assessed'])} assessed, ${String(row['left'])} left` : '',
      )
    },
  )
  withGlobals(
    command.command('trust <account>').description("an account's trust and ledger"),
  ).action(async (account: string, options: Options) => {
    await printAnswer(options, { path: `/accounts/${pathSegment(account)}/trust` }, (row) =>
      isRow(row)
        ? `${String(row['value'])} (${row['level']})\n${table(listOf(row, 'ledger'), ['at', 'delta', 'value', 'reason', 'findingId'])}`
        : '',
    )
  })
  return command
}

/** `gatehouse feedback`: an operator's "this is fine". */
export const feedbackCommand = (): Command => {
  const command = new Command('feedback').description('say what is fine about an account')
  withGlobals(
    command
      .command('add <account> <kind> [value]')
      .description(
        'kind: network, home (an address, CIDR or range), device, city, or account for all of it',
      ),
  ).action(async (account: string, kind: string, value: string | undefined, options: Options) => {
    const body = { kind, value }
    const path = `/accounts/${pathSegment(account)}/feedback` as const
    await printAnswer(options, { method: 'POST', path, body }, (row) =>
      isRow(row) ? `remembered as ${row['id']}` : '',
    )
  })
  withPages(command.command('list <account>').description('what was said of an account')).action(
    async (account: string, options: Options) => {
      const path = `/accounts/${pathSegment(account)}/feedback${pageQueryOf(options)}` as const
      await printAnswer(options, { path }, asTable(FEEDBACK))
    },
  )
  addDeletion(command, {
    name: 'remove',
    path: '/feedback',
    done: 'removed',
    description: 'take a word back',
  })
  return command
}
