import type { Flaw, Place } from './tokens.ts'

/** What became of a line of the source. */
export interface ReportLine extends Place {
  readonly kind: 'kept' | 'changed' | 'not_understood' | 'ignored'
  readonly message: string
}

/** Collects what became of each line. */
export interface Report {
  kept(at: Place, message: string): void
  changed(at: Place, message: string): void
  notUnderstood(at: Place, message: string): void
  /** Has no counterpart here and restricts no access. */
  ignored(at: Place, message: string): void
  /** Takes over what another report found. */
  add(lines: readonly ReportLine[]): void
  lines(): readonly ReportLine[]
}

/** An empty report. */
export const createReport = (): Report => {
  const found: ReportLine[] = []
  const add = (kind: ReportLine['kind']) => (at: Place, message: string) => {
    found.push({ file: at.file, line: at.line, kind, message })
  }
  return {
    kept: add('kept'),
    changed: add('changed'),
    notUnderstood: add('not_understood'),
    ignored: add('ignored'),
    add: (lines) => {
      found.push(...lines)
    },
    lines: () => found,
  }
}

/** Adds what the parser could not read: a guessed `;` is a change, the rest is lost. */
export const reportFlaws = (flaws: readonly Flaw[], report: Report, mayBeEmpty = false): void => {
  for (const flaw of flaws) {
    const isMended = flaw.message.startsWith('a `;` is missing')
    // Folders such as `conf.d` are empty in many an nginx.
    if (flaw.isEmptyInclude && mayBeEmpty) report.ignored(flaw, flaw.message)
    else if (isMended) report.changed(flaw, `${flaw.message}; read as if it were there`)
    else report.notUnderstood(flaw, flaw.message)
  }
}

const TITLES = {
  not_understood: 'Not understood',
  changed: 'Changed',
  ignored: 'Not converted',
  kept: 'Kept',
} as const

/** The report as text, entries that need a decision first. */
export const formatReport = (lines: readonly ReportLine[]): string => {
  const sections = (['not_understood', 'changed', 'ignored', 'kept'] as const).flatMap((kind) => {
    const chosen = lines.filter((line) => line.kind === kind)
    if (chosen.length === 0) return []
    const rows = chosen.map(({ file, line, message }) => `  ${file}:${line}: ${message}`)
    return [`${TITLES[kind]} (${chosen.length})`, ...rows]
  })
  return sections.join('\n')
}
