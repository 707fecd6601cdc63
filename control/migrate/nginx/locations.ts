import type { Statement } from '../blocks.ts'
import type { Report } from '../report.ts'
import type { Token } from '../tokens.ts'

/** What a viewer whose variable has a certain value is given. */
export type Served =
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'file'; readonly file: string }
  | { readonly kind: 'status'; readonly status: number }

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

/** `( $v = x )` as nginx reads it; `null` for a condition on something else. */
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

const wordsOf = (statement: Statement, serving: Serving): string[] =>
  statement.args.map(({ text }) => filled(text, serving))

/** Result of the rewrite phase, and whether nginx continues after it. */
interface Rewritten {
  readonly served: Served | null
  readonly isFinal: boolean
}

const returns = (statement: Statement, serving: Serving): Rewritten => {
  const target = returned(wordsOf(statement, serving))
  if (target === null) return { served: null, isFinal: false }
  const served: Served =
    typeof target === 'number' ? { kind: 'status', status: target } : asServed(target, serving)
  return { served, isFinal: true }
}

const rewrites = (statement: Statement, serving: Serving): Rewritten => {
  const [, target, flag] = wordsOf(statement, serving)
  if (target === undefined) return { served: null, isFinal: false }
  const served = asServed(target, serving)
  // Without a flag nginx goes on with the new path, and a later `return` still counts.
  return { served, isFinal: flag !== undefined || served.kind === 'url' }
}

/** What one directive makes the content; `null` where it makes none. */
const contentBy = (statement: Statement, serving: Serving): Served | null => {
  const words = wordsOf(statement, serving)
  switch (statement.name) {
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

const KNOWN = new Set([
  'return',
  'rewrite',
  'alias',
  'try_files',
  'proxy_pass',
  'break',
  'root',
  'add_header',
  'default_type',
  'types',
  'expires',
  'charset',
  'access_log',
])

const REWRITES: Readonly<Record<string, (one: Statement, serving: Serving) => Rewritten>> = {
  return: returns,
  rewrite: rewrites,
  if: (statement, serving) => {
    const verdict = isTrue(statement.args, serving)
    if (verdict === null)
      serving.report?.notUnderstood(statement, '`if` asks about more than the variable')
    return verdict ? rewritten(statement.block ?? [], serving) : { served: null, isFinal: false }
  },
}

const rewritten = (block: readonly Statement[], serving: Serving): Rewritten => {
  let served: Served | null = null
  for (const statement of block) {
    if (statement.name === 'break') return { served, isFinal: true }
    const one = REWRITES[statement.name]?.(statement, serving)
    if (one?.isFinal === true) return one
    served = one?.served ?? served
  }
  return { served, isFinal: false }
}

/** The last `if` that holds and says what the content is, else the block itself. */
const contentOf = (block: readonly Statement[], serving: Serving): Served | null => {
  let own: Served | null = null
  let inner: Served | null = null
  for (const statement of block) {
    if (statement.name === 'if') {
      const quiet = { ...serving, report: null }
      if (isTrue(statement.args, quiet)) inner = contentOf(statement.block ?? [], quiet) ?? inner
      continue
    }
    own ??= contentBy(statement, serving)
    if (!KNOWN.has(statement.name))
      serving.report?.notUnderstood(statement, `\`${statement.name}\` within the location`)
  }
  return inner ?? own
}

/** What the block serves for one value: nginx rewrites and returns first, wherever they stand; `null` where nothing is said. */
export const serve = (block: readonly Statement[], serving: Serving): Served | null => {
  const content = contentOf(block, serving)
  return rewritten(block, serving).served ?? content
}
