import { compileRules } from '#domain/rules/rules'
import { say } from '../../sentences/sentences.ts'
import { type LineOf, showPath } from '../problems/line-map.ts'
import { type ConfigProblem } from '../problems/problems.ts'
import { certificatesOf } from '../schema/https.ts'
import { type Config } from '../schema/schema.ts'
import { checkAddresses } from './address-checks.ts'
import { destinationProblems } from './destination-checks.ts'
import { checkHookServers } from './hook-server-checks.ts'
import { checkNetworks } from './network-checks.ts'

type Report = (path: (string | number)[], message: string) => void

const checkUnique = (items: readonly { name: string }[], list: string, report: Report): void => {
  const seen = new Set<string>()
  items.forEach(({ name }, index) => {
    if (seen.has(name)) report([list, index, 'name'], say('value.twice', { name }))
    seen.add(name)
  })
}

const checkPattern = (pattern: string, path: (string | number)[], report: Report): void => {
  try {
    RegExp(pattern, 'u')
  } catch {
    report(path, say('value.no_pattern', { pattern }))
  }
}

const checkReferences = (config: Config, report: Report): void => {
  const backends = new Set(config.auth_backends.map(({ name }) => name))
  const groups = new Set(config.groups.map(({ name }) => name))
  const missing = (name: string): string => say('value.no_backend', { name })
  if (config.auth !== null && !backends.has(config.auth)) report(['auth'], missing(config.auth))
  config.groups.forEach(({ auth }, index) => {
    if (auth !== null && !backends.has(auth)) report(['groups', index, 'auth'], missing(auth))
  })
  config.channels.forEach(({ auth }, index) => {
    if (auth !== null && !backends.has(auth)) report(['channels', index, 'auth'], missing(auth))
  })
  config.surge.forEach(({ group }, index) => {
    if (!groups.has(group))
      report(['surge', index, 'group'], say('value.no_group', { name: group }))
  })
}

const checkGroups = (config: Config, report: Report): void => {
  const defaults = config.groups.filter((group) => group.default)
  if (defaults.length > 1) {
    report(['groups'], say('value.one_default', { names: defaults.map((g) => g.name).join(', ') }))
  }
}

/** Reports patterns that do not compile: of rules, of links, and of what is selected. */
const checkPatterns = (config: Config, report: Report): void => {
  for (const list of ['channels', 'secure_links'] as const)
    for (const [index, { match }] of config[list].entries())
      checkPattern(match, [list, index, 'match'], report)
  for (const list of ['groups', 'surge'] as const)
    for (const [index, { channels }] of config[list].entries())
      for (const [at, pattern] of channels.patterns.entries())
        checkPattern(pattern, [list, index, 'channels', 'patterns', at], report)
}

const isZone = (zone: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

const checkSources = (config: Config, report: Report): void => {
  config.sources.forEach(({ file, url }, index) => {
    if ((file === undefined) === (url === undefined)) {
      report(['sources', index], say('value.file_or_url'))
    }
  })
  config.guide.sources.forEach(({ file, url, time_zone: zone }, index) => {
    const path = ['guide', 'sources', index]
    if ((file === undefined) === (url === undefined)) report(path, say('value.file_or_url'))
    if (zone !== null && !isZone(zone)) report([...path, 'time_zone'], `there is no zone '${zone}'`)
  })
  config.secure_links.forEach(({ key, key_file }, index) => {
    if ((key === undefined) === (key_file === undefined)) {
      report(['secure_links', index], say('value.key_or_file'))
    }
  })
}

/**
 * Reports rules that cannot be parsed: they match nothing, so that a misspelt `deny` would admit
 * every viewer.
 */
const checkRules = (config: Config, report: Report): void => {
  config.auth_backends.forEach((backend, at) => {
    const { problems } = compileRules(backend, (text) => text)
    for (const { action, kind, index, message } of problems)
      report(['auth_backends', at, action, kind, index], message)
  })
}

/** Reports a time zone that does not exist. */
const checkTimeZone = ({ store }: Config, report: Report): void => {
  const { time_zone: zone } = store
  if (zone === null) return
  try {
    void new Intl.DateTimeFormat('en-US', { timeZone: zone })
  } catch {
    report(['store', 'time_zone'], say('value.no_zone', { name: zone }))
  }
}

const checkDestinations = (config: Config, report: Report): void => {
  config.destinations.forEach((destination, index) => {
    for (const { path, message } of destinationProblems(destination))
      report(['destinations', index, ...path], message)
  })
}

const checkHttps = (config: Config, report: Report): void => {
  const { control, edge } = config
  const hasPair = control.certificate_file !== null && control.key_file !== null
  // An edge whose control planes are on other machines has no listener for edges.
  if (control.listen !== null && control.urls.length === 0 && !hasPair)
    report(['control', 'listen'], say('value.needs_pair'))
  const [certificate, key] = [edge.certificate_file !== null, edge.key_file !== null]
  if (certificate !== key) {
    const [lacking, other] = certificate
      ? ['key_file', 'certificate_file']
      : ['certificate_file', 'key_file']
    report(['edge', other ?? ''], say('value.needs_too', { name: lacking }))
  }
  const hasAny = certificatesOf(config).length > 0
  if (edge.tls_listen !== null && !hasAny && certificate === key)
    report(['edge', 'tls_listen'], say('value.needs_pair'))
  if (hasAny && edge.nginx !== 'bundled')
    report(
      ['edge', edge.certificate_file === null ? 'certificates' : 'certificate_file'],
      say('value.bundled_only', { nginx: edge.nginx }),
    )
}

/** Problems beyond the schema: names that are not unique, references to nothing, patterns that do not compile. */
export const crossProblems = (config: Config, lineOf: LineOf): ConfigProblem[] => {
  const problems: ConfigProblem[] = []
  const report: Report = (path, message) =>
    problems.push({ path: showPath(path), line: lineOf(path), message })
  checkUnique(config.groups, 'groups', report)
  checkUnique(config.sources, 'sources', report)
  checkUnique(config.origins, 'origins', report)
  checkUnique(config.plans, 'plans', report)
  checkUnique(config.media_servers, 'media_servers', report)
  checkUnique(config.surge, 'surge', report)
  checkUnique(config.auth_backends, 'auth_backends', report)
  checkUnique(config.destinations, 'destinations', report)
  checkReferences(config, report)
  checkDestinations(config, report)
  checkGroups(config, report)
  checkPatterns(config, report)
  checkSources(config, report)
  checkRules(config, report)
  checkTimeZone(config, report)
  checkHookServers(config, report)
  checkAddresses(config, report)
  checkHttps(config, report)
  checkNetworks(config, report)
  return problems
}
