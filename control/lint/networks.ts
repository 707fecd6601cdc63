import { formatNetwork, parseNetwork } from '#domain/networks/network'
import type { LintPath, Report } from './finding.ts'

/** Number of valid networks of each IP version. */
export const familiesOf = (texts: readonly string[]): { v4: number; v6: number } => {
  const families = texts.flatMap((text) => {
    const parsed = parseNetwork(text)
    return parsed.ok ? parsed.networks.map(({ base }) => base.family) : []
  })
  const v6 = families.filter((family) => family === 6).length
  return { v4: families.length - v6, v6 }
}

/** Reports a network whose text may mean something else than intended. */
export const lintNetworkText = (text: string, path: LintPath, report: Report): void => {
  const parsed = parseNetwork(text)
  if (!parsed.ok)
    return report(path, {
      severity: 'error',
      check: 'rule-unreadable',
      message: `\`${text}\` matches nothing: ${parsed.reason}`,
      suggestion: 'write an address, a CIDR such as 10.0.0.0/8, or a range a-b',
    })
  for (const warning of parsed.warnings)
    report(path, {
      severity: 'warning',
      check: 'short-network',
      message: warning,
      suggestion: `write ${parsed.networks.map(formatNetwork).join(' ')} where that is meant`,
    })
}
