import { isChannelId } from '#domain/channels/channel'
import { parseBlocks, type ReadInclude, type Statement } from '../blocks.ts'
import { createNames } from '../names.ts'
import { createReport, type Report, type ReportLine, reportFlaws } from '../report.ts'
import { reportLeftovers } from './leftovers.ts'
import { authLine, createEffectiveLine, hoisted } from './lines.ts'
import { type ImportedBackend, importAuthBackend } from './rules.ts'
import {
  type ImportedLink,
  openToAll,
  readLine,
  type StreamAuth,
  type TargetContext,
} from './targets.ts'

/** A `channels` entry of our configuration. */
export interface ImportedChannelRule {
  readonly match: string
  readonly auth?: string
  readonly limitation: 'hard' | 'soft'
  readonly max_sessions?: number
}

/** The part of Gatehouse's configuration that the source determines. */
export interface FlussonicConfig {
  auth?: string
  auth_backends?: ImportedBackend[]
  channels?: ImportedChannelRule[]
  secure_links?: ImportedLink[]
}

export interface ImportResult<Config> {
  readonly config: Config
  readonly report: readonly ReportLine[]
}

const STARTERS =
  'allow deny backend auth on_play auth_backend template prefix stream ondemand live vod file publish url input include'.split(
    ' ',
  )
/** Blocks that take a viewer's authorization, and whether their name is a prefix of stream names. */
const PUBLISHERS: Readonly<Record<string, boolean>> = {
  stream: false,
  ondemand: false,
  rtmp: true,
  live: true,
  publish: true,
  file: true,
  vod: true,
  rewrite: false,
}

const escapeText = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&')

interface Rule {
  /** Equal for lines that set the same. */
  readonly key: string
  readonly patterns: string[]
  readonly auth: StreamAuth
}

const addRule = (rules: Rule[], pattern: string, auth: StreamAuth): void => {
  const key = JSON.stringify([auth.auth, auth.limitation, auth.max_sessions, auth.link?.name])
  const same = rules.find((rule) => rule.key === key)
  if (same === undefined) rules.push({ key, patterns: [pattern], auth })
  else same.patterns.push(pattern)
}

const isPrefix = ({ name }: Statement): boolean => name === 'template' || PUBLISHERS[name] === true

const OUTER_SLASH = /^\/+|\/+$/g

/** A template with `prefix` publishes every stream below it, as if it were a block of its own. */
const prefixOf = (statement: Statement): string | undefined =>
  statement.block?.find(({ name }) => name === 'prefix')?.args[0]?.text.replaceAll(OUTER_SLASH, '')

/** The name of a block; of a prefix without the slashes around it. */
const nameOf = (statement: Statement): string => {
  if (statement.name === 'template') return prefixOf(statement) ?? ''
  const name = statement.args[0]?.text ?? ''
  return isPrefix(statement) ? name.replaceAll(OUTER_SLASH, '') : name
}

const patternOf = (statement: Statement): string => {
  const name = escapeText(nameOf(statement))
  return isPrefix(statement) ? `${name}(?:/.*)?` : name
}

/** Rules go by the ids of channels, which know no slashes and few letters: one that closes is lost until it names them. */
const reportName = (statement: Statement, { isOpen }: StreamAuth, report: Report): void => {
  const name = nameOf(statement)
  const say = (message: string): void =>
    isOpen ? report.changed(statement, message) : report.notUnderstood(statement, message)
  if (name === '') report.notUnderstood(statement, `\`${statement.name}\` has no name to go by`)
  else if (isPrefix(statement)) say(`\`${name}/…\`: write the ids of its channels into \`match\``)
  else if (!isChannelId(name))
    say(`no channel has the id \`${name}\` here: write its id into \`match\``)
}

const matchOf = (patterns: readonly string[]): string =>
  patterns.length === 1 ? `^${patterns[0]}$` : `^(?:${patterns.join('|')})$`

const channelRule = ({ patterns, auth }: Rule): ImportedChannelRule => ({
  match: matchOf(patterns),
  ...(auth.auth === null ? {} : { auth: auth.auth }),
  limitation: auth.limitation,
  ...(auth.max_sessions === null ? {} : { max_sessions: auth.max_sessions }),
})

const collectBackends = (statements: readonly Statement[], context: TargetContext): void => {
  const { declared, names, report } = context
  for (const statement of statements) {
    if (statement.name !== 'auth_backend') continue
    const original = statement.args[0]?.text ?? ''
    if (declared.has(original)) {
      report.notUnderstood(statement, `auth_backend ${original} stands twice; the first holds`)
      continue
    }
    const backend = importAuthBackend(statement, names, report)
    if (backend === null) continue
    declared.add(original)
    context.backends.push(backend)
  }
}

const collectRules = (statements: readonly Statement[], context: TargetContext): Rule[] => {
  const rules: Rule[] = []
  const hasGlobal = (authLine(statements, null)?.args.length ?? 0) > 0
  const lineOf = createEffectiveLine(statements, context.report)
  const published = statements.filter(({ name }) => PUBLISHERS[name] !== undefined)
  // Streams of their own come before prefixes, as in Flussonic.
  const prefixed = statements.filter(
    (one) => one.name === 'template' && (prefixOf(one) ?? '') !== '',
  )
  for (const statement of [...published, ...prefixed]) {
    const line = lineOf(statement)
    if (line === undefined) {
      if (statement.block !== null)
        context.report.ignored(
          statement,
          `\`${statement.name}\` has no line that says who may watch`,
        )
      continue
    }
    const auth = readLine(line, context) ?? (hasGlobal ? openToAll(line, context) : null)
    if (auth === null) {
      context.report.kept(line, 'nothing is named, which lets everyone in')
      continue
    }
    reportName(statement, auth, context.report)
    addRule(rules, patternOf(statement), auth)
    if (auth.link !== null) {
      const holds = auth.link.match === '' ? [] : [auth.link.match]
      auth.link.match = [...holds, `^${patternOf(statement)}$`].join('|')
    }
  }
  return rules
}

const LINKS_ONLY = '\0links-only'

/** The auth backend that admits nobody: where viewers need a valid link, whatever else they present. */
const linksOnly = (context: TargetContext): string => {
  const name = context.names.of(LINKS_ONLY)
  if (!context.backends.some((backend) => backend.name === name))
    context.backends.push({ name, allow: {}, deny: {}, backends: [], allow_default: false })
  return name
}

/** What a securetoken guards admits nobody without a valid link. */
const closeLinked = (auth: StreamAuth, context: TargetContext): StreamAuth =>
  auth.link === null ? auth : { ...auth, auth: linksOnly(context) }

/** A stream with a line of its own is not opened by the links of the global one. */
const elsewhere = (link: ImportedLink, rules: readonly Rule[]): string => {
  const others = rules.filter(({ auth }) => auth.link !== link).flatMap(({ patterns }) => patterns)
  return others.length === 0 ? '.*' : `^(?!(?:${others.join('|')})$)`
}

const readGlobal = (
  statements: readonly Statement[],
  rules: readonly Rule[],
  context: TargetContext,
): StreamAuth | null => {
  const line = authLine(statements, context.report)
  const auth = line === undefined ? null : readLine(line, context)
  if (auth?.link) auth.link.match = elsewhere(auth.link, rules)
  return auth
}

/** The global line's caps, for every stream without a line of its own. */
const globalRule = ({ limitation, max_sessions }: StreamAuth): ImportedChannelRule => ({
  match: '.*',
  limitation,
  ...(max_sessions === null ? {} : { max_sessions }),
})

/** Turns a Flussonic configuration into the part of ours that decides who may watch. */
export const importFlussonic = (
  source: string,
  options: { readonly file: string; readonly readInclude?: ReadInclude },
): ImportResult<FlussonicConfig> => {
  const report = createReport()
  const parsed = parseBlocks(source, { ...options, starters: STARTERS })
  const statements = hoisted(parsed.statements)
  reportFlaws(parsed.flaws, report)
  const context: TargetContext = {
    names: createNames(),
    linkNames: createNames(),
    backends: [],
    links: [],
    declared: new Set(),
    report,
  }
  collectBackends(statements, context)
  const own = collectRules(statements, context)
  reportLeftovers(statements, (name) => PUBLISHERS[name] !== undefined, report)
  const all = readGlobal(statements, own, context)
  const auth = all === null ? null : closeLinked(all, context).auth
  const rules = [
    ...own.map((rule) => channelRule({ ...rule, auth: closeLinked(rule.auth, context) })),
    ...(all === null ? [] : [globalRule(all)]),
  ]
  const config: FlussonicConfig = {
    ...(auth === null ? {} : { auth }),
    ...(context.backends.length === 0 ? {} : { auth_backends: context.backends }),
    ...(rules.length === 0 ? {} : { channels: rules }),
    ...(context.links.length === 0 ? {} : { secure_links: context.links }),
  }
  if (context.backends.length + rules.length === 0)
    report.notUnderstood(
      { file: options.file, line: 1 },
      'no auth_backend, auth or on_play was found in this file',
    )
  return { config, report: report.lines() }
}
