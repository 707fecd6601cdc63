import { ApiError } from '../data/api.ts'
import type { YamlFault } from '../data/draft.ts'
import { said } from './said.ts'
import { language, t, words } from './text.ts'

type Invalid = ApiError['errors'][number]

/** One invalid value: its rule in words where it has one, else as the control plane said it. */
const invalidText = ({ path, message, rule = '', limit = '' }: Invalid): string => {
  const known = words('invalid', rule, { limit, n: limit })
  return `${path} ${known === rule ? said(message) : known}`.trim()
}

/** A refusal may carry the sentence of another part as `why`. */
const withWhy = (values: Readonly<Record<string, string>>): Readonly<Record<string, string>> => {
  const { why } = values
  return why === undefined ? values : { ...values, why: said(why) }
}

const detailText = ({ detailId, values, errors, detail }: ApiError): string => {
  if (detailId !== null) return words('detail', detailId, withWhy(values))
  if (errors.length > 0) return errors.map(invalidText).join('; ')
  return said(detail)
}

/** What went wrong, in words of the page's language; what carries no id stays as the control plane said it. */
export const messageOf = (failure: unknown): string => {
  if (!(failure instanceof ApiError)) return failure instanceof Error ? failure.message : 'internal'
  if (failure.code === 'offline') return t('app.no_answer')
  if (language === 'en') return failure.message
  return [words('problem', failure.code), detailText(failure)]
    .filter((text) => text !== '')
    .join('. ')
}

interface RefusedRow {
  readonly problem: string | null
  readonly detailId?: string
  readonly values?: Readonly<Record<string, string>>
}

/** Why one row of many was refused, in words. */
export const refusedText = ({ problem, detailId, values = {} }: RefusedRow): string =>
  detailId === undefined ? said(problem ?? '') : words('detail', detailId, withWhy(values))

/** What is wrong with YAML: its line, and in English the library's own words. */
export const yamlFaultText = ({ what, line }: YamlFault): string =>
  [t('rules.yaml', { line: String(line) }), language === 'en' ? what : '']
    .filter((text) => text !== '')
    .join(' ')

interface Warning {
  readonly code: string
  readonly values: Readonly<Record<string, string>>
}

/** What is odd about a rule, in words. */
export const lintText = ({ code, values }: Warning): string => {
  const { kind } = values
  const named = kind === undefined ? values : { ...values, kind: words('finding', kind) }
  return words('lint', code, named)
}
