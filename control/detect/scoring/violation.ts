import type { DetectionRule } from '../rules/rule-types.ts'
import type { FindingKind } from '../types.ts'

/** What a person calls a violation, whoever does it. */
const VIOLATIONS: ReadonlySet<FindingKind> = new Set([
  'second_household',
  'restreaming',
  'leaked_copy',
  'geo_restriction',
])

/**
 * Whether a rule's finding is a violation: by a rule in force it is, since its operator says so; by a dry run, where the account is
 * called shared too. A family has many screens, travels and uses VPNs.
 */
export const isViolation = (
  { kind, dry_run: isDryRun }: Pick<DetectionRule, 'kind' | 'dry_run'>,
  isShared: () => boolean,
): boolean => {
  if (!isDryRun || VIOLATIONS.has(kind)) return true
  return kind !== 'hosting_network' && isShared()
}
