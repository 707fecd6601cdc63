import { Command } from 'commander'
import { stringify } from 'yaml'
import { lintRules } from '../../detect/rules/rule-lint.ts'
import type { DetectionRule } from '../../detect/rules/rule-types.ts'
import { everyRow } from '../common/admin-client.ts'
import { withGlobals } from '../common/context.ts'
import { isRow, print, type Row, rowsOf } from '../common/output.ts'
import {
  addDeletion,
  asTable,
  type Options,
  pageQueryOf,
  pathSegment,
  printAnswer,
  withPages,
} from '../common/resource.ts'
import { checkedRules, readRuleFile } from './rule-files.ts'

const FOUND = 1
const COLUMNS = ['id', 'kind', 'enabled', 'dry run', 'severity', 'scope', 'steps']

const actionsOf = (rule: Row): string => {
  const steps = rule['actions']
  const named = Array.isArray(steps) ? steps.filter(isRow) : []
  return named.map((s) => `${String(s['do'])} from ${String(s['from_finding'])}`).join(', ')
}

const scopeOf = ({ scope }: Row): string => {
  if (!isRow(scope)) return '-'
  return ['type', 'group', 'account']
    .map((name) => scope[name])
    .filter((part) => typeof part === 'string')
    .join(' ')
}

const ruleTable = (result: unknown): string => {
  const items = rowsOf(result).map((rule) => ({
    ...rule,
    'dry run': rule['dry_run'],
    scope: scopeOf(rule),
    steps: actionsOf(rule),
  }))
  return asTable(COLUMNS)(isRow(result) ? { ...result, items } : items)
}

const warningsOf = (result: unknown): Row[] => {
  const list: unknown = isRow(result) ? result['warnings'] : []
  return Array.isArray(list) ? list.filter(isRow) : []
}

const warningText = (warnings: readonly Row[]): string =>
  warnings.map(({ rule, message }) => `rule ${String(rule)}: ${String(message)}`).join('\n')

const lint = async (options: Options, file: string | undefined): Promise<void> => {
  const rules: readonly DetectionRule[] =
    file === undefined
      ? checkedRules(await everyRow(options, '/rules'), 'rules in force')
      : readRuleFile(file)
  const warnings = lintRules(rules).map((warning) => ({ ...warning }))
  const text =
    warnings.length === 0 ? `${rules.length} rules, nothing to say` : warningText(warnings)
  print(options.json === true ? JSON.stringify({ warnings }) : text)
  process.exitCode = warnings.length > 0 ? FOUND : 0
}

const addWriting = (command: Command): void => {
  withGlobals(
    command.command('put <file>').description('add or replace the rules of a YAML or JSON file'),
  ).action(async (file: string, options: Options) => {
    const rules = readRuleFile(file)
    const call = { method: 'PUT', path: '/rules', body: { rules } } as const
    await printAnswer(options, call, (result) =>
      [`put ${rules.map((rule) => rule.id).join(', ')}`, warningText(warningsOf(result))]
        .join('\n')
        .trim(),
    )
  })
  addDeletion(command, {
    name: 'delete',
    path: '/rules',
    done: 'deleted',
    description: 'delete a rule',
  })
  withGlobals(
    command
      .command('lint [file]')
      .description('warn of what is probably not meant, in a file or in force; 1 = warned'),
  ).action(async (file: string | undefined, options: Options) => await lint(options, file))
}

/** `gatehouse rules`. */
export const rulesCommand = (): Command => {
  const command = new Command('rules').description('rules of detection')
  withPages(command.command('list', { isDefault: true }).description('list the rules')).action(
    async (options: Options) => {
      await printAnswer(options, { path: `/rules${pageQueryOf(options)}` }, ruleTable)
    },
  )
  withGlobals(command.command('show <id>').description('show a rule as YAML')).action(
    async (rule: string, options: Options) => {
      await printAnswer(options, { path: `/rules/${pathSegment(rule)}` }, (result) =>
        [
          stringify(isRow(result) ? result['rule'] : null).trimEnd(),
          ...warningsOf(result).map(({ message }) => `# ${String(message)}`),
        ].join('\n'),
      )
    },
  )
  addWriting(command)
  return command
}
