import { parseDocument } from 'yaml'
import { lintAuthBackends } from './auth-backends.ts'
import type { LintConfig, LintFinding, LintPath, Severity, Tell } from './finding.ts'
import { lintGroups } from './groups.ts'

/** Where a configuration stands in its file. */
export interface LintSource {
  readonly lineOf: (path: LintPath) => number
  /** Whether the file itself sets the path; without it defaults count as set. */
  readonly isSet?: (path: LintPath) => boolean
}

const RANK: Readonly<Record<Severity, number>> = { error: 0, warning: 1, note: 2 }

/** What is worth a second look in a valid configuration, by line and the worst first. */
export const lint = (config: LintConfig, { lineOf, isSet }: LintSource): readonly LintFinding[] => {
  const findings: LintFinding[] = []
  const tell: Tell = (path, finding) => findings.push({ line: lineOf(path), ...finding })
  lintAuthBackends(config, { tell, isSet: isSet ?? (() => true) })
  lintGroups(config.groups, tell)
  return findings.sort((a, b) => a.line - b.line || RANK[a.severity] - RANK[b.severity])
}

/** Tells what a YAML text says itself from what a default fills in. */
export const createIsSet = (text: string): ((path: LintPath) => boolean) => {
  const document = parseDocument(text)
  return (path) => document.hasIn(path)
}

/** One finding as a line of text. */
export const formatFinding = (file: string, finding: LintFinding): string =>
  `${file}:${finding.line}: ${finding.severity}: ${finding.message} (${finding.check}); ${finding.suggestion}`
