import { formatNetwork, parseNetwork } from '#domain/networks/network'
import type { Statement } from '../blocks.ts'
import type { Names } from '../names.ts'
import { createReport, type Report } from '../report.ts'
import type { Token } from '../tokens.ts'

type Lists = { token?: string[]; ip?: string[]; country?: string[]; ua?: string[] }
type Kind = keyof Lists

/** An `auth_backends` entry of our configuration. */
export interface ImportedBackend {
  readonly name: string
  allow: Lists
  deny: Lists
  backends: { url: string; timeout_ms?: number }[]
  allow_default: boolean
}

const KINDS: Readonly<Record<string, Kind>> = {
  token: 'token',
  ip: 'ip',
  country: 'country',
  ua: 'ua',
  useragent: 'ua',
  user_agent: 'ua',
}

type Taken = { readonly value: string; readonly note: string | null } | { readonly why: string }

const takeNetwork = (text: string): Taken => {
  const parsed = parseNetwork(text)
  if (!parsed.ok) return { why: `\`${text}\`: ${parsed.reason}` }
  const only = parsed.networks.length === 1 ? parsed.networks[0] : undefined
  const isPlain = !text.includes('/')
  const value = only === undefined || isPlain ? text : formatNetwork(only)
  const warning = parsed.warnings.join('; ')
  return { value, note: warning === '' ? null : warning }
}

const takeCountry = (text: string): Taken => {
  if (!/^[A-Za-z]{2}$/.test(text)) return { why: `\`${text}\` is no country code of two letters` }
  const value = text.toUpperCase()
  return { value, note: value === text ? null : `country ${text} written as ${value}` }
}

const takeValue = (kind: Kind, token: Token): Taken => {
  if (token.text === '') return { why: `an empty ${kind} matches nothing` }
  if (kind === 'ip') return takeNetwork(token.text)
  if (kind === 'country') return takeCountry(token.text)
  return { value: token.text, note: null }
}

/** Values as a report may show them: never a token. */
const shown = (kind: Kind, values: readonly string[]): string =>
  kind === 'token' ? `${values.length} token(s)` : values.join(' ')

/** Puts the values into the list; what it cannot use is reported. Says what was taken. */
const takeValues = (
  values: readonly Token[],
  { kind, rule, list, known }: { kind: Kind; rule: string; list: string[]; known: Set<string> },
  report: Report,
): readonly string[] => {
  const taken: string[] = []
  for (const value of values) {
    const result = takeValue(kind, value)
    if ('why' in result) {
      report.notUnderstood(value, `${rule}: ${result.why}`)
      continue
    }
    taken.push(result.value)
    if (result.note !== null) report.changed(value, `${rule}: ${result.note}`)
    const name = `${rule} ${result.value}`
    if (!known.has(name)) list.push(result.value)
    known.add(name)
  }
  return taken
}

/** A backend being built, with its rules: lists may hold a hundred thousand tokens. */
interface Draft {
  readonly into: ImportedBackend
  readonly known: Set<string>
}

/** Whether words without quotes are one user agent or several is not known: neither reading lets more in. */
const readAgents = (
  action: 'allow' | 'deny',
  words: readonly Token[],
): { values: readonly Token[]; note: string | null } => {
  if (words.length < 2 || words.some(({ isQuoted }) => isQuoted))
    return { values: words, note: null }
  if (action === 'deny')
    return { values: words, note: 'each word is taken as a user agent of its own' }
  const text = words.map((word) => word.text).join(' ')
  return {
    values: words.slice(0, 1).map((first) => ({ ...first, text })),
    note: 'the words are taken as one user agent',
  }
}

const addRule = (statement: Statement, { into, known }: Draft, report: Report): void => {
  const action = statement.name === 'allow' ? 'allow' : 'deny'
  const [what, ...values] = statement.args
  const kind = KINDS[what?.text ?? '']
  const rule = `${action} ${what?.text ?? ''}`.trim()
  if (kind === undefined) return report.notUnderstood(statement, `\`${rule}\`: no such rule`)
  if (values.length === 0) return report.notUnderstood(statement, `\`${rule}\`: no value`)
  const list = into[action][kind] ?? []
  into[action][kind] = list
  const { values: read, note } = kind === 'ua' ? readAgents(action, values) : { values, note: null }
  const taken = takeValues(read, { kind, rule: `${action} ${kind}`, list, known }, report)
  if (note !== null) report.changed(statement, `${rule}: ${note}`)
  if (taken.length > 0) report.kept(statement, `${rule} ${shown(kind, taken)}`)
}

/** Replacement of a Lua backend: it cannot run here, but its results can be expressed over HTTP. */
export const LUA_ADVICE =
  'Lua backends cannot be converted. Serve the same decision over HTTP: answer 200 for `true` or 403 for `false`; ' +
  '`user_id` becomes the header X-UserId, `max_sessions` X-Max-Sessions, `auth_time` X-AuthDuration ' +
  '(in seconds; before Flussonic 4.5.15 it was milliseconds, so divide by 1000)'

/** Whether an address names a Lua file. */
export const isLua = (target: string): boolean => /\.lua$/i.test(target)

/** An address of http or https as our configuration takes it; `null` where it is none. */
export const httpAddress = (text: string): string | null =>
  /^https?:\/\//i.test(text) && URL.canParse(text)
    ? text.replace(/^https?/i, (scheme) => scheme.toLowerCase())
    : null

const readTimeout = (options: readonly Token[], report: Report): number | undefined => {
  let timeoutMs: number | undefined
  for (const option of options) {
    const found = /^timeout=(\d+)$/.exec(option.text)
    if (found === null) report.notUnderstood(option, `backend option \`${option.text}\``)
    else timeoutMs = Number(found[1]) * 1000
  }
  return timeoutMs === 0 ? undefined : timeoutMs
}

const addBackend = (statement: Statement, into: ImportedBackend, report: Report): void => {
  const [target, ...options] = statement.args
  if (target === undefined) return report.notUnderstood(statement, '`backend` without an address')
  if (isLua(target.text)) return report.notUnderstood(statement, LUA_ADVICE)
  const address = httpAddress(target.text)
  if (address === null)
    return report.notUnderstood(statement, '`backend`: not an http or https address')
  const timeoutMs = readTimeout(options, report)
  if (into.backends.some(({ url }) => url === address))
    return report.changed(statement, '`backend` stands twice; it is asked once')
  into.backends.push({
    url: address,
    ...(timeoutMs === undefined ? {} : { timeout_ms: timeoutMs }),
  })
  report.kept(statement, `backend ${new URL(address).host}`)
}

const addStatement = (statement: Statement, draft: Draft, report: Report): void => {
  const { into } = draft
  if (statement.block !== null)
    return report.notUnderstood(statement, `block \`${statement.name}\` within auth_backend`)
  if (statement.name === 'backend') return addBackend(statement, into, report)
  if (statement.name !== 'allow' && statement.name !== 'deny')
    return report.notUnderstood(statement, `\`${statement.name}\` within auth_backend`)
  const [what, ...rest] = statement.args
  if (statement.name === 'allow' && what?.text === 'default' && rest.length === 0) {
    into.allow_default = true
    return report.kept(statement, 'allow default')
  }
  return addRule(statement, draft, report)
}

/** Whether a statement was lost that may have refused viewers, whom `allow default` would then let in. */
const mayRefuse = ({ name }: Statement, report: Report): boolean => {
  const kinds = report.lines().map(({ kind }) => kind)
  if (name === 'allow' || !kinds.includes('not_understood')) return false
  // Of a backend that is asked, no more than an option was lost.
  return name !== 'backend' || !kinds.includes('kept')
}

/** Reads one `auth_backend NAME { … }`; `null` where it has no name or no block. */
export const importAuthBackend = (
  statement: Statement,
  names: Names,
  report: Report,
): ImportedBackend | null => {
  const original = statement.args[0]?.text ?? ''
  if (original === '' || statement.args.length > 1 || statement.block === null) {
    report.notUnderstood(statement, '`auth_backend` needs one name and a block')
    return null
  }
  const name = names.of(original)
  if (name !== original) report.changed(statement, `auth_backend ${original} is named ${name}`)
  const into: ImportedBackend = { name, allow: {}, deny: {}, backends: [], allow_default: false }
  const draft: Draft = { into, known: new Set() }
  let lost: Statement | null = null
  for (const inner of statement.block) {
    const found = createReport()
    addStatement(inner, draft, found)
    report.add(found.lines())
    if (mayRefuse(inner, found)) lost ??= inner
  }
  if (into.allow_default && lost !== null) {
    into.allow_default = false
    report.changed(
      statement,
      `\`allow default\` of ${original} is left out: line ${lost.line} might have refused. Write it by hand, and then allow_default: true`,
    )
  }
  return into
}
