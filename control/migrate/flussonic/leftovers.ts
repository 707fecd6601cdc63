import type { Statement } from '../blocks.ts'
import type { Report } from '../report.ts'
import { isHarmless, restricts } from './words.ts'

/** Statements that are read, by the block they stand in; `''` is the top level. */
const READ: Readonly<Record<string, ReadonlySet<string>>> = {
  '': new Set(['auth_backend', 'auth', 'on_play']),
  template: new Set(['auth', 'on_play', 'template', 'prefix']),
  publisher: new Set(['auth', 'on_play', 'template']),
}

/** Words that begin a line: what they say may be a statement, behind one whose `;` is missing. */
const nameRunOn = (statement: Statement, report: Report): void => {
  let { line } = statement
  for (const word of statement.args) {
    if (word.line > line && !word.isQuoted && restricts({ name: word.text, args: [] }))
      report.notUnderstood(word, `\`${word.text}\` may restrict: a \`;\` is missing before it`)
    line = word.line
  }
}

/** Names a statement that has no form here, and everything in its block. */
const name = (statement: Statement, within: string, report: Report): void => {
  const place = within === '' ? '' : ` within \`${within}\``
  nameRunOn(statement, report)
  if (/^include$/i.test(statement.name))
    report.notUnderstood(statement, `\`${statement.name}\`${place} names no single file: not read`)
  else if (restricts(statement, within))
    report.notUnderstood(statement, `\`${statement.name}\`${place} restricts, and is not converted`)
  else if (isHarmless(statement, within))
    report.ignored(statement, `\`${statement.name}\`${place} is not converted`)
  else
    report.notUnderstood(
      statement,
      `\`${statement.name}\`${place} is not known here, and may restrict: look what it does`,
    )
  for (const inner of statement.block ?? []) name(inner, statement.name, report)
}

const isLine = ({ name: word }: Statement): boolean => word === 'auth' || word === 'on_play'

/** Templates whose line is taken up: by streams and templates that have none of their own. */
const templatesTaken = (
  statements: readonly Statement[],
  isPublisher: (name: string) => boolean,
): string[] =>
  statements.flatMap(({ name: kind, block }) => {
    const isRead = kind === 'template' || isPublisher(kind)
    if (!isRead || block?.some(isLine) === true) return []
    const named = block?.find((inner) => inner.name === 'template')
    return named === undefined ? [] : [named.args[0]?.text ?? '']
  })

const lookAtPrefix = (prefix: Statement | undefined, report: Report): void => {
  if (prefix === undefined) return
  if (prefix.args.length === 1) report.kept(prefix, `prefix ${prefix.args[0]?.text}`)
  else report.notUnderstood(prefix, '`prefix` needs one name')
}

/** A template's line is lost where nothing takes it up; of several prefixes the first alone is read. */
const lookAtTemplate = (
  { args, block }: Statement,
  used: ReadonlySet<string>,
  report: Report,
): void => {
  const inside = block ?? []
  const [prefix, ...more] = inside.filter((inner) => inner.name === 'prefix')
  const isTaken = [args[0], prefix?.args[0]].some(
    (word, at) => word !== undefined && (at === 1 || used.has(word.text)),
  )
  const lost = inside.filter(isLine)
  for (const inner of isTaken ? [] : lost)
    report.notUnderstood(
      inner,
      `\`${inner.name}\` of a template, which no stream here takes from it`,
    )
  const taken = lost.length > 0 ? lost : inside.filter((inner) => inner.name === 'template')
  if (/^\/*$/.test(prefix?.args[0]?.text ?? 'none'))
    for (const inner of taken)
      report.notUnderstood(
        inner,
        `\`${inner.name}\` of a template for every stream: write \`auth\``,
      )
  for (const inner of more) report.notUnderstood(inner, 'a further `prefix` is not converted')
  lookAtPrefix(prefix, report)
}

/** A stream has one template, and further words of its line may restrict. */
const lookAtPublisher = (statement: Statement, report: Report): void => {
  const { args, block } = statement
  if (block === null) report.ignored(statement, `\`${statement.name}\` is not converted`)
  const [first, ...templates] = (block ?? []).filter((inner) => inner.name === 'template')
  for (const inner of [...(first?.args.slice(1) ?? []), ...templates])
    report.notUnderstood(inner, 'a further `template` is not read')
  for (const word of args.slice(1)) {
    const [option = ''] = word.text.split('=', 1)
    const isKnown = option === word.text || isHarmless({ name: option, args: [] }, '')
    if (!isKnown || restricts({ name: word.text.split(/[=:]/, 1)[0] ?? '', args: [word] }))
      report.notUnderstood(word, `\`${option}\` is not converted`)
    else if (block !== null) report.ignored(word, `\`${option}\` is not converted`)
  }
}

/** Whether a statement at the top is read; the block of a line there is not. */
const isReadAtTop = (statement: Statement, report: Report): boolean => {
  if (READ['']?.has(statement.name) !== true) return false
  const within = isLine(statement) ? (statement.block ?? []) : []
  for (const inner of within) name(inner, statement.name, report)
  return true
}

const isNamed = (statement: Statement, isPublisher: (name: string) => boolean): boolean =>
  statement.name === 'template' || isPublisher(statement.name)

/** Which of two blocks of one name Flussonic takes is not known: each may close what the other opens. */
const lookAtDoubles = (
  statements: readonly Statement[],
  isPublisher: (name: string) => boolean,
  report: Report,
): void => {
  const first = new Map<string, Statement>()
  for (const statement of statements) {
    if (statement.args[0] === undefined || !isNamed(statement, isPublisher)) continue
    const title = `${statement.name} ${statement.args[0].text}`
    const before = first.get(title)
    if (before === undefined) first.set(title, statement)
    else
      report.notUnderstood(
        statement,
        `\`${title}\` stands twice, first in line ${before.line} of ${before.file}: leave one`,
      )
  }
}

/** Reports every statement, at any depth, that neither became part of the configuration nor was reported. */
export const reportLeftovers = (
  statements: readonly Statement[],
  isPublisher: (name: string) => boolean,
  report: Report,
): void => {
  lookAtDoubles(statements, isPublisher, report)
  const used = new Set(templatesTaken(statements, isPublisher))
  for (const statement of statements) {
    if (isReadAtTop(statement, report)) continue
    const kind = isPublisher(statement.name) ? 'publisher' : statement.name
    const inside = kind === 'template' || kind === 'publisher' ? READ[kind] : undefined
    if (statement.name === 'template') lookAtTemplate(statement, used, report)
    if (inside !== undefined) lookAtPublisher(statement, report)
    if (inside === undefined) name(statement, '', report)
    else
      for (const inner of statement.block ?? [])
        if (!inside.has(inner.name) || inner.block !== null) name(inner, statement.name, report)
  }
}
