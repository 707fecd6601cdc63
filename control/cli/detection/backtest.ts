import { Command } from 'commander'
import type { BacktestResult } from '../../detect/judge/backtest.ts'
import { type BacktestHistory, backtestHistory } from '../../detect/judge/backtest-run.ts'
import { lintRules } from '../../detect/rules/rule-lint.ts'
import { callAdmin } from '../common/admin-client.ts'
import { CliError, type GlobalOptions, pathsOf, withGlobals } from '../common/context.ts'
import { print, warn } from '../common/output.ts'
import { backtestText } from './backtest-text.ts'
import { checkedRules, readRuleFile } from './rule-files.ts'
import { isControlRunning } from './running-history.ts'

/** The store a backtest reads when no control plane runs. */
export interface OpenedHistory extends BacktestHistory {
  /** The rules in force, as stored. */
  presentRules(): Promise<unknown>
  close(): Promise<void>
}

/** What the command needs from the program. */
export interface BacktestParts {
  readonly openHistory: (where: GlobalOptions) => Promise<OpenedHistory>
  readonly now?: () => number
}

interface Options extends GlobalOptions {
  readonly rules: string
  readonly present?: string
  readonly days: string
  readonly limit: string
}

const FOUND = 1
const DAYS_AT_MOST = 3650

const wholeNumber = (text: string, name: string, most: number): number => {
  const value = Number(text)
  if (Number.isInteger(value) && value >= 1 && value <= most) return value
  throw new CliError(`--${name} must be a whole number from 1 to ${most}`)
}

/** One file's rules and the days, checked before anything is opened. */
const readQuestion = (options: Options) => {
  const rules = readRuleFile(options.rules)
  for (const { rule, message } of lintRules(rules)) warn(`Warning: rule ${rule}: ${message}`)
  return {
    rules,
    present: options.present === undefined ? null : readRuleFile(options.present),
    days: wholeNumber(options.days, 'days', DAYS_AT_MOST),
    limit: wholeNumber(options.limit, 'limit', 100_000),
  }
}

type Question = ReturnType<typeof readQuestion>

const isResult = (value: unknown): value is BacktestResult =>
  typeof value === 'object' && value !== null && 'found' in value && 'comparison' in value

const askRunning = async (options: Options, asked: Question): Promise<BacktestResult> => {
  const { rules, present, days } = asked
  const body = { rules, days, ...(present === null ? {} : { present }) }
  const answer = await callAdmin(options, { method: 'POST', path: '/backtest', body })
  if (isResult(answer)) return answer
  throw new CliError('the control plane answered with something that is no backtest')
}

const askStore = async (
  options: Options,
  asked: Question,
  parts: BacktestParts,
): Promise<BacktestResult> => {
  const history = await parts.openHistory(options)
  try {
    const present = asked.present ?? checkedRules(await history.presentRules(), 'rules in force')
    const now = (parts.now ?? Date.now)()
    return await backtestHistory(history, { rules: asked.rules, present, now, days: asked.days })
  } finally {
    await history.close()
  }
}

const act = async (options: Options, parts: BacktestParts): Promise<void> => {
  const asked = readQuestion(options)
  const isRunning = await isControlRunning(pathsOf(options).adminSocket)
  const result = isRunning
    ? await askRunning(options, asked)
    : await askStore(options, asked, parts)
  print(options.json === true ? JSON.stringify(result) : backtestText(result, asked.limit))
  process.exitCode = result.found.length > 0 ? FOUND : 0
}

/** `gatehouse backtest`: what a draft of rules would have found. Exit 0 nothing, 1 something, 2 failure. */
export const backtestCommand = (parts: BacktestParts): Command =>
  withGlobals(
    new Command('backtest').description('what a draft of detection rules would have found'),
  )
    .requiredOption('--rules <file>', 'YAML or JSON with the draft')
    .option('--present <file>', 'compare with these rules; those in force when left out')
    .option('--days <n>', 'days to look back', '30')
    .option('--limit <n>', 'accounts to show; --json shows all', '20')
    .action((options: Options) => act(options, parts))
