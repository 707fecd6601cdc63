import { stringify } from 'yaml'
import { formatReport, type ReportLine } from './report.ts'

const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  value === false ||
  (typeof value === 'object' && value !== null && Object.keys(value).length === 0)

/** Leaves out what says no more than the default does. */
const bare = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(bare)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, inner]) => [key, key === 'check_ip' ? inner : bare(inner)] as const)
      .filter(([key, inner]) => key === 'check_ip' || !isEmpty(inner)),
  )
}

const comment = (text: string): string =>
  text
    .split('\n')
    // A name from the source may hold anything; it must not end the comment.
    .map((line) => `# ${line.replaceAll(/\p{Cc}/gu, '?')}`.trimEnd())
    .join('\n')

/** The imported part of a configuration as YAML, headed by what a person has to look at. */
export const writeImportYaml = (config: object, report: readonly ReportLine[]): string => {
  const open = report.filter(({ kind }) => kind !== 'kept' && kind !== 'ignored')
  const head = open.length === 0 ? '' : `${comment(formatReport(open))}\n`
  return `${head}${stringify(bare(config), { lineWidth: 0 })}`
}
