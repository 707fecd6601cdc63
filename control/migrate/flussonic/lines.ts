import type { Statement } from '../blocks.ts'
import type { Report } from '../report.ts'

const LINES = ['on_play', 'auth']
/** Blocks of the top level; one that stands in an `auth_backend` follows a `}` that is missing. */
const TOP = new Set(['stream', 'template', 'auth_backend', 'ondemand', 'vod', 'live', 'publish'])

/** Statements with those put back to the top level that a missing `}` has put into an `auth_backend`. */
export const hoisted = (statements: readonly Statement[]): readonly Statement[] =>
  statements.flatMap((statement) =>
    statement.name === 'auth_backend'
      ? [
          statement,
          ...hoisted(
            statement.block?.filter(({ name, block }) => block !== null && TOP.has(name)) ?? [],
          ),
        ]
      : [statement],
  )

/** The line of a block that says who may watch; further lines are reported as having no effect. */
export const authLine = (
  block: readonly Statement[] | null,
  report: Report | null,
): Statement | undefined => {
  const all = LINES.flatMap((word) => block?.filter(({ name }) => name === word) ?? [])
  const [line, ...others] = all
  for (const other of others) {
    const message = `\`${other.name}\` is left out: line ${line?.line} holds`
    // Which of two equal lines Flussonic takes is not known.
    if (other.name === line?.name) report?.notUnderstood(other, message)
    else report?.changed(other, message)
  }
  return line
}

/** Finds the line that holds for a stream: its own, or that of its template and of the template's template. */
export const createEffectiveLine = (statements: readonly Statement[], report: Report) => {
  const templates = new Map(
    statements
      .filter(({ name }) => name === 'template')
      .map((statement) => [statement.args[0]?.text ?? '', statement]),
  )
  const lines = new Map([...templates].map(([name, { block }]) => [name, authLine(block, report)]))

  const inherited = (of: Statement, passed: ReadonlySet<string>): Statement | undefined => {
    const named = of.block?.find(({ name }) => name === 'template')
    const name = named?.args[0]?.text
    if (named === undefined || name === undefined) return undefined
    const template = templates.get(name)
    if (template === undefined || passed.has(name)) {
      report.notUnderstood(named, `there is no template \`${name}\` here`)
      return undefined
    }
    return lines.get(name) ?? inherited(template, new Set([...passed, name]))
  }

  return (statement: Statement): Statement | undefined =>
    authLine(statement.block, report) ?? inherited(statement, new Set())
}
