import type { AccountRef } from '#domain/types'
import type { AlarmEvent } from '../../config/schema/events.ts'
import type { RuleStep } from '../../detect/rules/rule-types.ts'
import type { Finding, Severity } from '../../detect/types.ts'
import type { Outcome } from './outcome.ts'

/** One stream an alarm is about. Times are Unix milliseconds; what is not known is `null`. */
export interface Stream {
  /** The account's name, or the account. */
  readonly who: string
  /** Title, or the channel. */
  readonly what: string | null
  /** City and country. */
  readonly where: string | null
  readonly device: string | null
  readonly address: string | null
  readonly source: string | null
  readonly startedAt: number
  readonly endedAt: number | null
  /** As the notice is made; `ended_by_rule` where the rule has just ended it. */
  readonly state: 'playing' | 'ended' | 'ended_by_rule'
}

/** What is told about a finding. */
export interface FindingNotice {
  readonly about: 'finding'
  /** The finding's id in the store. */
  readonly id: string
  readonly rule: string
  readonly finding: Finding
  /** Name an operator knows the account by. */
  readonly accountName: string | null
  readonly step: RuleStep
  /** What came of the step; `null` where nothing is known of it yet. */
  readonly outcome: Outcome | null
  readonly streams: readonly Stream[]
}

/** What is told about something else than an account. */
export interface AlarmNotice {
  readonly about: 'alarm'
  /** The same id is told once. */
  readonly id: string
  readonly event: AlarmEvent
  readonly severity: Severity
  /** Unix milliseconds. */
  readonly at: number
  /** What it is about: a media server's name. */
  readonly subject: string
  /** The other side's own words. */
  readonly detail: string | null
}

/** What a destination is told. */
export type Notice = FindingNotice | AlarmNotice

/** Name of a notice's event: `finding.<kind>` or an alarm's. */
export const eventOf = (notice: Notice): string =>
  notice.about === 'finding' ? `finding.${notice.finding.kind}` : notice.event

/** How much a notice matters. */
export const severityOf = (notice: Notice): Severity =>
  notice.about === 'finding' ? notice.finding.severity : notice.severity

/** When it happened, Unix milliseconds. */
export const timeOf = (notice: Notice): number =>
  notice.about === 'finding' ? notice.finding.at : notice.at

/** Whom or what it is about; notices with one subject are grouped. */
export const subjectOf = (notice: Notice): AccountRef =>
  notice.about === 'finding' ? notice.finding.account : notice.subject

const ORDER: readonly Severity[] = ['low', 'warning', 'high']

/** Whether a severity is at least another one. */
export const isAtLeast = (severity: Severity, least: Severity): boolean =>
  ORDER.indexOf(severity) >= ORDER.indexOf(least)

/** The highest severity among notices; `low` among none. */
export const highestOf = (notices: readonly Notice[]): Severity =>
  notices.map(severityOf).reduce<Severity>((a, b) => (isAtLeast(b, a) ? b : a), 'low')
