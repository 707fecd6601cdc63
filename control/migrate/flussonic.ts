import { parseBlocks, type ReadInclude, type Statement } from './blocks.ts'
import { type ImportedBackend, importAuthBackend } from './flussonic-rules.ts'
import {
  type ImportedLink,
  openToAll,
  readTarget,
  type StreamAuth,
  type TargetContext,
} from './flussonic-targets.ts'
import { createNames } from './names.ts'
import { createReport, type ReportLine, reportFlaws } from './report.ts'

/** A `channels` entry of our configuration. */
export interface ImportedChannelRule {
  readonly match: string
  readonly auth?: string
  readonly limitation: 'hard' | 'soft'
  readonly max_sessions?: number
}

/** The part of our configuration that the source says something of. */
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

const STARTERS = ['allow', 'deny', 'backend', 'auth', 'on_play', 'auth_backend', 'stream', 'url']
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
  readonly patterns: string[]
  readonly auth: StreamAuth
}

const authLine = (block: readonly Statement[] | null): Statement | undefined =>
  block?.find(({ name }) => name === 'on_play') ?? block?.find(({ name }) => name === 'auth')

/** The line that holds for a stream: its own, or that of its template. */
const effectiveLine = (
  statement: Statement,
  templates: ReadonlyMap<string, Statement>,
): Statement | undefined => {
  const own = authLine(statement.block)
  if (own !== undefined) return own
  const template = statement.block?.find(({ name }) => name === 'template')?.args[0]?.text
  return template === undefined ? undefined : authLine(templates.get(template)?.block ?? null)
}

const addRule = (rules: Rule[], pattern: string, auth: StreamAuth): void => {
  const same = rules.find((rule) => JSON.stringify(rule.auth) === JSON.stringify(auth))
  if (same === undefined) rules.push({ patterns: [pattern], auth })
  else same.patterns.push(pattern)
}

const patternOf = (statement: Statement): string => {
  const name = escapeText(statement.args[0]?.text ?? '')
  return PUBLISHERS[statement.name] === true ? `${name}(?:/.*)?` : name
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
  const seen = new Set<string>()
  for (const statement of statements) {
    if (statement.name !== 'auth_backend') continue
    const original = statement.args[0]?.text ?? ''
    if (seen.has(original)) {
      const message = `auth_backend ${original} stands twice; the first holds`
      context.report.notUnderstood(statement, message)
      continue
    }
    const backend = importAuthBackend(statement, context.names, context.report)
    if (backend === null) continue
    seen.add(original)
    context.backends.push(backend)
  }
}

const collectRules = (statements: readonly Statement[], context: TargetContext): Rule[] => {
  const rules: Rule[] = []
  const hasGlobal = (authLine(statements)?.args.length ?? 0) > 0
  const templates = new Map(
    statements
      .filter(({ name }) => name === 'template')
      .map((statement) => [statement.args[0]?.text ?? '', statement]),
  )
  for (const statement of statements) {
    if (PUBLISHERS[statement.name] === undefined) continue
    const line = effectiveLine(statement, templates)
    if (line === undefined) continue
    const auth = readTarget(line.args, context) ?? (hasGlobal ? openToAll(line, context) : null)
    if (auth === null) continue
    addRule(rules, patternOf(statement), auth)
    if (auth.link !== null) {
      const holds = auth.link.match === '' ? [] : [auth.link.match]
      auth.link.match = [...holds, `^${patternOf(statement)}$`].join('|')
    }
  }
  return rules
}

const declaredNames = (statements: readonly Statement[]): ReadonlySet<string> =>
  new Set(
    statements
      .filter(({ name, block }) => name === 'auth_backend' && block !== null)
      .map(({ args }) => args[0]?.text ?? ''),
  )

const LINKS_ONLY = 'links-only'

/** A stream's securetoken stands before the global line: whoever has no good link must not be let in by that. */
const closeLinked = (rules: readonly Rule[], context: TargetContext): readonly Rule[] => {
  if (!rules.some(({ auth }) => auth.link !== null)) return rules
  const name = context.names.of(LINKS_ONLY)
  context.backends.push({ name, allow: {}, deny: {}, backends: [], allow_default: false })
  return rules.map((rule) =>
    rule.auth.link === null ? rule : { ...rule, auth: { ...rule.auth, auth: name } },
  )
}

const globalAuth = (statements: readonly Statement[], context: TargetContext): string | null => {
  const line = authLine(statements)
  if (line === undefined) return null
  const auth = readTarget(line.args, context)
  if (auth?.link) auth.link.match = '.*'
  return auth?.auth ?? null
}

/** Turns a Flussonic configuration into the part of ours that decides who may watch. */
export const importFlussonic = (
  source: string,
  options: { readonly file: string; readonly readInclude?: ReadInclude },
): ImportResult<FlussonicConfig> => {
  const report = createReport()
  const { statements, flaws } = parseBlocks(source, { ...options, starters: STARTERS })
  reportFlaws(flaws, report)
  const context: TargetContext = {
    names: createNames(),
    linkNames: createNames(),
    backends: [],
    links: [],
    declared: declaredNames(statements),
    report,
  }
  collectBackends(statements, context)
  const own = collectRules(statements, context)
  const auth = globalAuth(statements, context)
  const rules = auth === null ? own : closeLinked(own, context)
  const config: FlussonicConfig = {
    ...(auth === null ? {} : { auth }),
    ...(context.backends.length === 0 ? {} : { auth_backends: context.backends }),
    ...(rules.length === 0 ? {} : { channels: rules.map(channelRule) }),
    ...(context.links.length === 0 ? {} : { secure_links: context.links }),
  }
  if (context.backends.length + rules.length === 0)
    report.notUnderstood(
      { file: options.file, line: 1 },
      'no auth_backend, auth or on_play was found in this file',
    )
  return { config, report: report.lines() }
}
