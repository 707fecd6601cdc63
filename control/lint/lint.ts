import { parse } from 'yaml'
import { lintAuthBackends } from './auth-backends.ts'
import { type LintChannel, lintChannelRules, lintMatches } from './channels.ts'
import type { LintConfig, LintFinding, LintPath, Report, Severity } from './finding.ts'
import { lintGroups, lintSurges } from './groups.ts'
import { lintHosts } from './hosts.ts'
import { lintHttps } from './https.ts'
import { lintSecureLinks } from './secure-links.ts'

/** Positions of settings in the configuration file. */
export interface LintSource {
  readonly lineOf: (path: LintPath) => number
  /** Whether the file itself sets the path; without it defaults count as set. */
  readonly isSet?: (path: LintPath) => boolean
  /** Channels of the sources; missing where they were not read. */
  readonly channels?: readonly LintChannel[]
}

const RANK: Readonly<Record<Severity, number>> = { error: 0, warning: 1, note: 2 }

/** Checks a valid configuration; returns findings by severity, the worst first, and by line. */
export const lint = (
  config: LintConfig,
  { lineOf, isSet, channels }: LintSource,
): readonly LintFinding[] => {
  const findings: LintFinding[] = []
  const report: Report = (path, finding) => findings.push({ line: lineOf(path), ...finding })
  lintAuthBackends(config, { report, isSet: isSet ?? (() => true) })
  lintHttps(config.edge, report)
  lintHosts(config, report)
  lintGroups(config.groups, report)
  lintSurges(config.surge, report)
  lintChannelRules(config.channels, report)
  lintSecureLinks(config.secure_links, report)
  lintMatches(config, channels ?? [], report)
  return findings.sort((a, b) => a.line - b.line || RANK[a.severity] - RANK[b.severity])
}

/** Returns a function that says whether a YAML text itself sets a path. */
export const createIsSet = (text: string): ((path: LintPath) => boolean) => {
  const document: unknown = parse(text)
  return (path) => {
    let here = document
    for (const part of path) {
      if (typeof here !== 'object' || here === null || !Object.hasOwn(here, part)) return false
      here = new Map<unknown, unknown>(Object.entries(here)).get(String(part))
    }
    return true
  }
}

/** One finding as a line of text. */
export const formatFinding = (file: string, finding: LintFinding): string =>
  `${file}:${finding.line}: ${finding.severity}: ${finding.message} (${finding.check}); ${finding.suggestion}`
