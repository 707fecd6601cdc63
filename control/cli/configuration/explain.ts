import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { Command } from 'commander'
import { parseAddress } from '#domain/networks/address'
import type { Offline } from '../../compose/explain/offline.ts'
import { explainText } from '../../explain/explain-text.ts'
import { type Explanation, explainQuestion } from '../../explain/explanation.ts'
import { type DraftDecision, type ReplayResult, replayAccessLog } from '../../explain/replay.ts'
import { callAdmin } from '../common/admin-client.ts'
import {
  CliError,
  type GlobalOptions,
  loadedConfig,
  pathsOf,
  withGlobals,
} from '../common/context.ts'
import { isRow, print, type Row, table, warn } from '../common/output.ts'
import { logLines } from './log-lines.ts'

interface Options extends GlobalOptions {
  readonly ip?: string
  readonly token?: string
  readonly account?: string
  readonly ua?: string
  readonly referer?: string
  readonly channel?: string
  readonly country?: string
  readonly live?: boolean
  readonly accessLog?: string
  readonly exitCode?: boolean
}

const playlistText = (row: Row): string => {
  const text = (name: string): string => {
    const value = row[name]
    return value === null || value === undefined
      ? 'unknown'
      : JSON.stringify(value).replaceAll('"', '')
  }
  const first = Array.isArray(row['first']) ? row['first'].join(', ') : ''
  const lines = [`viewer    ${text('address')}, country ${text('country')}`]
  if (row['account'] !== null) lines.push(`account   ${text('account')}`)
  if (row['group'] === null) return [...lines, `refused   ${text('reason')}`].join('\n')
  lines.push(`group     ${text('group')}, won by ${text('rule')}`)
  if (row['reason'] !== 'ok') return [...lines, `refused   ${text('reason')}`].join('\n')
  lines.push(
    first === ''
      ? 'playlist  no channels; the sources have none, or none that the group names'
      : `playlist  ${text('channels')} channels: ${first}${Number(row['channels']) > 5 ? ', …' : ''}`,
  )
  if (row['leftOut'] !== 0) lines.push(`surge     ${text('leftOut')} channels are left out for now`)
  return lines.join('\n')
}

const isExplanation = (value: unknown): value is Explanation => isRow(value) && 'steps' in value

const say = (answer: unknown): string => {
  if (isExplanation(answer)) return explainText(answer)
  return isRow(answer) ? playlistText(answer) : ''
}

const isRefused = (answer: unknown): boolean =>
  isExplanation(answer) ? answer.verdict === 'deny' : isRow(answer) && answer['reason'] !== 'ok'

const offline = async <T>(options: Options, work: (open: Offline) => Promise<T>): Promise<T> => {
  const loaded = loadedConfig(options)
  const { openOffline } = await import('../../compose/explain/offline.ts')
  const open = await openOffline(loaded)
  try {
    if (open.problems.length > 0) throw new CliError(open.problems.join('\n'))
    for (const warning of open.warnings) warn(`Warning: ${warning}`)
    return await work(open)
  } finally {
    await open.close()
  }
}

const ask = async (options: Options, ip: string): Promise<unknown> => {
  if (options.country !== undefined && !/^[A-Za-z]{2}$/.test(options.country))
    throw new CliError(`'${options.country}' is no country code of two letters.`)
  const { channel, token, account, ua, referer, country, live } = options
  if (existsSync(pathsOf(options).adminSocket)) {
    const query = new URLSearchParams({ ip })
    for (const [name, value] of Object.entries({ channel, token, account, ua, referer, country })) {
      if (value !== undefined) query.set(name, value)
    }
    if (live === true) query.set('live', 'true')
    return await callAdmin(options, { path: `/explain?${query.toString()}` })
  }
  return await offline(
    options,
    async ({ explain }) => await explain(explainQuestion({ ...options, ip })),
  )
}

const isByRule = (reason: string | null): boolean => reason?.startsWith('rule.deny_') === true

const draft =
  ({ explain, lineup, isLinked }: Offline): DraftDecision =>
  async (request, { channel, token, isCredentialHidden }) => {
    if (!lineup.catalog.channel(channel)) return { verdict: 'depends', reason: 'channel.unknown' }
    const { address, userAgent, referer } = request
    const question = { address, channel, token, userAgent, referer, country: null, isLive: false }
    const answer = await explain(question)
    if (!('verdict' in answer)) return { verdict: 'deny', reason: answer.reason }
    // A link of then has expired by now, and a redacted token cannot be checked: their result is
    // unknown.
    const isUnknown = isCredentialHidden || isLinked(channel)
    if (isUnknown && answer.verdict === 'deny' && !isByRule(answer.reason))
      return { verdict: 'depends', reason: 'a signed link or a token that is not shown' }
    return { verdict: answer.verdict, reason: answer.reason ?? answer.decidedBy }
  }

const replayText = (result: ReplayResult): string => {
  const columns = ['address', 'token', 'requests', 'reason', 'channels', 'userAgent']
  const rows = (list: ReplayResult['newlyRefused']): string =>
    table(
      list.slice(0, 50).map((viewer) => ({ ...viewer })),
      columns,
    )
  return [
    `${result.lines} lines, ${result.openings} openings by ${result.viewers} viewers (${result.unreadable} lines unreadable)`,
    `${result.newlyRefused.length} viewers would newly be refused:`,
    rows(result.newlyRefused),
    `${result.newlyAdmitted.length} viewers would newly be admitted:`,
    rows(result.newlyAdmitted),
    `${result.undecided} viewers are left to auth backends, signed links, tokens not shown or unknown channels`,
  ].join('\n')
}

const replay = async (options: Options, file: string): Promise<ReplayResult> => {
  const lines = logLines(file)
  return await offline(
    options,
    async (open) =>
      await replayAccessLog(lines, {
        decide: draft(open),
        fingerprint: (token) => createHash('sha256').update(token).digest('hex').slice(0, 8),
      }),
  )
}

/** `gatehouse explain`: why a viewer is let in or kept out, or what a draft would change for yesterday's. */
export const explainCommand = (): Command =>
  withGlobals(new Command('explain').description('why a viewer is let in or kept out'))
    .option('--ip <address>', "the viewer's address")
    .option('--channel <id>', 'channel; without it, the playlist is explained')
    .option('--token <token>', 'token he presents')
    .option('--account <id>', 'account of ours, in place of a token')
    .option('--ua <text>', 'user agent')
    .option('--referer <url>', 'referer')
    .option('--country <code>', 'country, instead of what the geo files say')
    .option('--live', 'ask the auth backends for real')
    .option(
      '--access-log <file>',
      'run the configuration over an nginx access log instead, packed or not; - = stdin',
    )
    .option('--exit-code', 'exit with 1 where the viewer, or anyone newly, is refused')
    .action(async (options: Options) => {
      if (options.accessLog !== undefined) {
        const result = await replay(options, options.accessLog)
        print(options.json === true ? JSON.stringify(result) : replayText(result))
        if (options.exitCode === true && result.newlyRefused.length > 0) process.exitCode = 1
        return
      }
      if (options.ip === undefined) throw new CliError('name the viewer with --ip ADDRESS')
      if (parseAddress(options.ip) === null) throw new CliError(`'${options.ip}' is no address.`)
      const answer = await ask(options, options.ip)
      print(options.json === true ? JSON.stringify(answer) : say(answer))
      if (options.exitCode === true && isRefused(answer)) process.exitCode = 1
    })
