import type { BacktestResult, RuleBacktest } from '../../detect/judge/backtest.ts'
import { table } from '../common/output.ts'

const actionsText = (rule: RuleBacktest): string => {
  const reached = Object.entries(rule.actions).map(([action, count]) => `${action} ${count}`)
  return reached.length === 0 ? '-' : reached.join(', ')
}

const ruleTable = (result: BacktestResult): string =>
  table(
    result.rules.map((rule) => ({
      rule: rule.rule,
      findings: rule.findings,
      accounts: rule.accounts,
      'per day': rule.perDay.toFixed(2),
      'accounts per step': actionsText(rule),
    })),
    ['rule', 'findings', 'accounts', 'per day', 'accounts per step'],
  )

const day = (at: number): string => new Date(at).toISOString().slice(0, 10)

// So many findings show what kind of account it is.
const SHOWN_PER_ACCOUNT = 3

const accountLines = (result: BacktestResult, limit: number): string[] => {
  const shown = result.found.slice(0, limit)
  const lines = shown.flatMap(({ account, name, findings }) => [
    '',
    `${name ?? account}${name === null ? '' : ` (${account})`}: ${findings.length} findings`,
    ...findings
      .toReversed()
      .slice(0, SHOWN_PER_ACCOUNT)
      .map(({ rule, finding }) => `  ${day(finding.at)}  ${rule}: ${finding.summary}`),
  ])
  const left = result.found.length - shown.length
  return left > 0 ? [...lines, '', `and ${left} more accounts (--limit, --json)`] : lines
}

// Names and places come from players and servers; control characters are removed.
const CONTROL = /\p{Cc}/gu

/** A backtest as text. */
export const backtestText = (result: BacktestResult, limit: number): string => {
  const { onlyDraft, onlyPresent, both, presentFindings } = result.comparison
  return [
    `${result.plays} plays of ${result.accounts} accounts, ${result.days} days`,
    '',
    ruleTable(result),
    ...accountLines(result, limit),
    '',
    `the rules in force found ${presentFindings} times; accounts in both ${both.length}, only in the draft ${onlyDraft.length}, only in force ${onlyPresent.length}`,
  ]
    .map((line) =>
      line
        .split('\n')
        .map((part) => part.replace(CONTROL, ''))
        .join('\n'),
    )
    .join('\n')
}
