import { parse } from 'yaml'
import type { DetectionRule } from '../../detect/rules/rule-types.ts'
import { parseRules } from '../../detect/rules/rules.ts'
import { CliError } from '../common/context.ts'
import { readTextFile } from '../common/read-text-file.ts'

/** Rules, or every problem with where they came from. */
export const checkedRules = (raw: unknown, from: string): readonly DetectionRule[] => {
  const parsed = parseRules(raw)
  if (parsed.ok) return parsed.rules
  throw new CliError(parsed.problems.map((p) => `${from}: ${p.path}: ${p.message}`).join('\n'))
}

const isSingle = (raw: unknown): boolean =>
  typeof raw === 'object' && raw !== null && !Array.isArray(raw) && 'kind' in raw

/** Rules of a YAML or JSON file: a list, a record with `rules`, or one rule. */
export const readRuleFile = (file: string): readonly DetectionRule[] => {
  const text = readTextFile(file)
  let raw: unknown
  try {
    raw = parse(text)
  } catch (error) {
    const [reason] = (error instanceof Error ? error.message : String(error)).split('\n')
    throw new CliError(`${file}: not YAML: ${reason}`)
  }
  return checkedRules(isSingle(raw) ? [raw] : raw, file)
}
