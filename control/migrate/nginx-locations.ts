import type { Statement } from './blocks.ts'
import type { Report } from './report.ts'
import type { Token } from './tokens.ts'

/** What a viewer whose variable has a certain value is given. */
export type Served =
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'file'; readonly file: string }
  | { readonly kind: 'status'; readonly status: number }

/** A location that depends on the variable. */
export interface GeoLocation {
  readonly statement: Statement
  /** Nearest `root` around it. */
  readonly root: string | null
}

const uses = (statement: Statement, variable: string): boolean =>
  statement.args.some(({ text }) => mentions(text, variable)) ||
  (statement.block?.some((inner) => uses(inner, variable)) ?? false)

const mentions = (text: string, variable: string): boolean =>
  new RegExp(`\\${variable}(?![A-Za-z0-9_])|\\$\\{${variable.slice(1)}\\}`).test(text)

const rootIn = (block: readonly Statement[]): string | null =>
  block.find(({ name }) => name === 'root')?.args[0]?.text ?? null

/** Every location that uses the variable, wherever it stands. */
export const findGeoLocations = (
  statements: readonly Statement[],
  variable: string,
  root: string | null = null,
): GeoLocation[] => {
  const here = rootIn(statements) ?? root
  return statements.flatMap((statement) => {
    if (statement.block === null || statement.name === 'geo') return []
    const isPlace = statement.name === 'location' && uses(statement, variable)
    return isPlace
      ? [{ statement, root: rootIn(statement.block) ?? here }]
      : findGeoLocations(statement.block, variable, here)
  })
}

interface Serving {
  readonly variable: string
  readonly value: string
  readonly root: string | null
  readonly report: Report | null
}

const filled = (text: string, { variable, value }: Serving): string =>
  text
    .replaceAll(`\${${variable.slice(1)}}`, value)
    .replaceAll(new RegExp(`\\${variable}(?![A-Za-z0-9_])`, 'g'), value)

/** `( $v = x )` as nginx reads it; `null` where it asks about something else. */
const isTrue = (words: readonly Token[], serving: Serving): boolean | null => {
  const text = words.map(({ text: word }) => word).join(' ')
  const inner = text
    .trim()
    .replace(/^\(\s*/, '')
    .replace(/\s*\)$/, '')
  const [left, operator, ...rest] = inner.split(/\s+/)
  if (left !== serving.variable) return null
  if (operator === undefined) return serving.value !== '' && serving.value !== '0'
  const right = rest.join(' ')
  if (operator === '=') return serving.value === right
  if (operator === '!=') return serving.value !== right
  if (!/^!?~\*?$/.test(operator)) return null
  try {
    const isMatch = new RegExp(right, operator.endsWith('*') ? 'i' : '').test(serving.value)
    return operator.startsWith('!') ? !isMatch : isMatch
  } catch {
    return null
  }
}

const fileUnder = (root: string | null, path: string): Served => ({
  kind: 'file',
  file:
    root === null
      ? path.replace(/^\/+/, '')
      : `${root.replace(/\/+$/, '')}/${path.replace(/^\/+/, '')}`,
})

const asServed = (target: string, serving: Serving): Served => {
  if (/^https?:\/\//i.test(target)) return { kind: 'url', url: target }
  const path = target
    .replace(/^\$scheme:\/\/(?:\$host|\$http_host|\$server_name)/, '')
    .split('?')[0]
  return fileUnder(serving.root, path ?? '')
}

const returned = (words: readonly string[]): string | number | null => {
  const [first = '', second] = words
  if (!/^\d{3}$/.test(first)) return first === '' ? null : first
  if (second === undefined) return Number(first)
  return /^30[12378]$/.test(first) ? second : Number(first)
}

/** What one directive serves; `null` where it serves nothing. */
const servedBy = (statement: Statement, serving: Serving): Served | null => {
  const words = statement.args.map(({ text }) => filled(text, serving))
  switch (statement.name) {
    case 'return': {
      const target = returned(words)
      if (target === null) return null
      return typeof target === 'number'
        ? { kind: 'status', status: target }
        : asServed(target, serving)
    }
    case 'rewrite':
      return words[1] === undefined ? null : asServed(words[1], serving)
    case 'alias':
      return words[0] === undefined ? null : { kind: 'file', file: words[0] }
    case 'try_files': {
      const path = words.find((word) => !word.includes('$') && !/^[=@]/.test(word))
      return path === undefined ? null : fileUnder(serving.root, path)
    }
    case 'proxy_pass':
      return words[0] === undefined || words[0].includes('$')
        ? null
        : { kind: 'url', url: words[0] }
    default:
      return null
  }
}

const HARMLESS = new Set([
  'root',
  'add_header',
  'default_type',
  'types',
  'expires',
  'charset',
  'access_log',
])

/** What the block serves for one value, read from the top as nginx does; `null` where nothing is said. */
export const serve = (block: readonly Statement[], serving: Serving): Served | null => {
  for (const statement of block) {
    if (statement.name === 'if') {
      const verdict = isTrue(statement.args, serving)
      if (verdict === null)
        serving.report?.notUnderstood(statement, '`if` asks about more than the variable')
      const inner = verdict ? serve(statement.block ?? [], serving) : null
      if (inner !== null) return inner
      continue
    }
    const served = servedBy(statement, serving)
    if (served !== null) return served
    if (!HARMLESS.has(statement.name))
      serving.report?.notUnderstood(statement, `\`${statement.name}\` within the location`)
  }
  return null
}
