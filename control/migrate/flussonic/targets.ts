import type { Statement } from '../blocks.ts'
import type { Names } from '../names.ts'
import type { Report } from '../report.ts'
import type { Place, Token } from '../tokens.ts'
import type { ImportedBackend } from './rules.ts'
import { httpAddress, isLua, LUA_ADVICE } from './rules.ts'

/** A `secure_links` entry of our configuration. */
export interface ImportedLink {
  readonly name: string
  readonly format: 'flussonic'
  readonly key: string
  readonly check_ip: boolean
  match: string
}

/** What an `auth` or `on_play` line sets for a stream. */
export interface StreamAuth {
  readonly auth: string | null
  readonly limitation: 'hard' | 'soft'
  readonly max_sessions: number | null
  readonly link: ImportedLink | null
  /** Whether it lets everyone in. */
  readonly isOpen: boolean
}

/** Context of a target: the names it may refer to, and the lists it adds to. */
export interface TargetContext {
  readonly names: Names
  readonly linkNames: Names
  readonly backends: ImportedBackend[]
  readonly links: ImportedLink[]
  /** Original names of the `auth_backend` blocks that were read. */
  readonly declared: Set<string>
  readonly report: Report
}

interface Options {
  limitation: 'hard' | 'soft'
  max_sessions: number | null
}

const ADVICE: Readonly<Record<string, string>> = {
  session_keys: 'sessions are told apart by device here; there is nothing to set',
  domains: 'write a domain lock into your HTTP backend, which gets `referer`',
  allowed_countries: 'write the countries of a group, or `deny country` in the auth backend',
  disallowed_countries: 'write `deny country` in the auth backend',
  extra: 'add the parameters to the address of the HTTP backend',
}

const readOption = (option: Token, into: Options, report: Report): void => {
  const [key = '', ...rest] = option.text.split('=')
  const value = rest.join('=')
  if (key === 'soft_limitation' && /^(true|false)$/.test(value)) {
    into.limitation = value === 'true' ? 'soft' : 'hard'
    return report.kept(option, option.text)
  }
  if (key === 'max_sessions' && /^\d{1,6}$/.test(value)) {
    into.max_sessions = Number(value)
    return report.kept(option, option.text)
  }
  const advice = ADVICE[key]
  report.notUnderstood(option, `option \`${key}\`${advice === undefined ? '' : `: ${advice}`}`)
}

/** The auth backend that asks one address alone; made once per address. */
const backendOf = (url: string, at: Place, context: TargetContext): string => {
  const known = context.backends.find(
    ({ allow, deny, backends }) =>
      backends.length === 1 &&
      backends[0]?.url === url &&
      Object.keys(allow).length + Object.keys(deny).length === 0,
  )
  if (known !== undefined && !known.allow_default) {
    context.report.kept(at, `the address is auth backend ${known.name}`)
    return known.name
  }
  const name = context.names.of(`\0address ${new URL(url).hostname} ${context.backends.length + 1}`)
  context.backends.push({ name, allow: {}, deny: {}, backends: [{ url }], allow_default: false })
  context.report.changed(at, `the address became auth backend ${name}`)
  return name
}

const linkOf = (target: string, at: Place, context: TargetContext): ImportedLink => {
  const [key = '', query = ''] = target.slice('securetoken://'.length).split('?')
  const check_ip = !/(^|&)no_check_ip=true(&|$)/.test(query)
  const known = context.links.find((link) => link.key === key && link.check_ip === check_ip)
  if (known !== undefined) {
    context.report.kept(at, `securetoken is secure link ${known.name}`)
    return known
  }
  const name = context.linkNames.of(`link-${context.links.length + 1}`)
  const link: ImportedLink = { name, format: 'flussonic', key, check_ip, match: '' }
  context.links.push(link)
  context.report.changed(
    at,
    `securetoken became secure link ${name}, and nobody is let in without one: for tickets of lists too, change its auth backend`,
  )
  return link
}

const named = (original: string, target: Token, context: TargetContext): string | null => {
  if (context.declared.has(original)) {
    context.report.kept(target, `auth://${original}`)
    return context.names.of(original)
  }
  context.report.notUnderstood(target, `auth://${original}: there is no such auth_backend`)
  return null
}

const authOf = (
  target: Token,
  context: TargetContext,
): Pick<StreamAuth, 'auth' | 'link'> | null => {
  const { text } = target
  if (text.startsWith('auth://')) {
    const auth = named(text.slice('auth://'.length), target, context)
    return auth === null ? null : { auth, link: null }
  }
  const address = httpAddress(text)
  if (address !== null) return { auth: backendOf(address, target, context), link: null }
  if (/^securetoken:\/\/[^?]+/.test(text))
    return { auth: null, link: linkOf(text, target, context) }
  const isIptv = text.startsWith('iptv://')
  const other = isIptv
    ? 'iptv:// is Flussonic’s own subscriber list: export it and add the accounts with `gatehouse accounts`'
    : `target \`${text}\``
  context.report.notUnderstood(target, isLua(text) ? LUA_ADVICE : other)
  return null
}

/** Names of our own making begin as no name of the source can. */
const CLOSED = '\0not-converted'
const OPEN = '\0open'

/**
 * What cannot be asked must not let everyone in: an auth backend that refuses all until an operator
 * completes it.
 */
const closed = (at: Place, context: TargetContext): Pick<StreamAuth, 'auth' | 'link'> => {
  const name = context.names.of(CLOSED)
  if (!context.backends.some((backend) => backend.name === name))
    context.backends.push({ name, allow: {}, deny: {}, backends: [], allow_default: false })
  context.report.changed(at, `auth backend ${name} refuses everyone here until you fill it`)
  return { auth: name, link: null }
}

/** A line without a target admits everyone, also where the global line would not. */
export const openToAll = (at: Place, context: TargetContext): StreamAuth => {
  const name = context.names.of(OPEN)
  if (!context.backends.some((backend) => backend.name === name))
    context.backends.push({ name, allow: {}, deny: {}, backends: [], allow_default: true })
  context.report.changed(at, `nothing is named, which lets everyone in: auth backend ${name}`)
  return { auth: name, link: null, limitation: 'hard', max_sessions: null, isOpen: true }
}

/** Reads an `auth` or `on_play`; `null` where it names nothing, which lets everyone in. What stands in a block of its own is not read. */
export const readLine = (
  { args, block, ...at }: Statement,
  context: TargetContext,
): StreamAuth | null => {
  const [target, ...rest] = args
  const options: Options = { limitation: 'hard', max_sessions: null }
  const isOpen = false
  for (const option of rest) readOption(option, options, context.report)
  if (target !== undefined)
    return { ...(authOf(target, context) ?? closed(target, context)), ...options, isOpen }
  return block === null ? null : { ...closed(at, context), ...options, isOpen }
}
