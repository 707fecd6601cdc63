/**
 * Severity of a finding: `error` = viewers are decided about wrongly, `warning` = may be
 * unintended, `note` = information.
 */
export type Severity = 'error' | 'warning' | 'note'

export type LintPath = readonly (string | number)[]

/** A valid setting that may not do what was intended. */
export interface LintFinding {
  readonly line: number
  readonly severity: Severity
  /** Id of the check. */
  readonly check: string
  readonly message: string
  /** The corrected setting. */
  readonly suggestion: string
}

/** Reports a finding about the setting at a path. */
export type Report = (path: LintPath, finding: Omit<LintFinding, 'line'>) => void

/** Lists of an auth backend. */
export interface LintLists {
  readonly token: readonly string[]
  readonly ip: readonly string[]
  readonly country: readonly string[]
  readonly ua: readonly string[]
}

export interface LintBackend {
  readonly name: string
  readonly allow: LintLists
  readonly deny: LintLists
  readonly backends: readonly { readonly url: string; readonly timeout_ms: number }[]
  readonly allow_default: boolean
}

export interface LintGroup {
  readonly name: string
  readonly networks: readonly string[]
  readonly countries: readonly string[]
  readonly default: boolean
  readonly auth: string | null
}

/** A rule or link key for channels by pattern. */
export interface LintMatch {
  readonly match: string
}

export interface LintSecureLink extends LintMatch {
  readonly format: 'flussonic' | 'nginx'
  readonly expression?: string
  readonly check_ip: boolean
}

export interface LintChannelRule extends LintMatch {
  readonly auth: string | null
}

export interface LintEdge {
  readonly public_url: string | null
  readonly certificate_file: string | null
  readonly certificates: readonly unknown[]
  readonly plain: 'redirect' | 'serve'
  readonly trusted_proxies: readonly string[]
}

/** Lists that choose channels. */
interface LintSelection {
  readonly titles: readonly string[]
  readonly ids: readonly string[]
  readonly names: readonly string[]
  readonly patterns: readonly string[]
  readonly exclude: readonly string[]
  readonly sources: readonly string[]
}

export interface LintSurge {
  readonly name: string
  readonly group: string
  readonly channels: LintSelection
}

/** The part of a configuration the linter reads. */
export interface LintConfig {
  readonly auth: string | null
  readonly edge: LintEdge
  readonly admin: { readonly trusted_proxies: readonly string[] }
  readonly origins: readonly { readonly redirects: readonly string[] }[]
  readonly surge: readonly LintSurge[]
  readonly auth_backends: readonly LintBackend[]
  readonly groups: readonly LintGroup[]
  readonly channels: readonly LintChannelRule[]
  readonly secure_links: readonly LintSecureLink[]
}
