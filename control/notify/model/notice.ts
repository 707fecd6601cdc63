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
  /** State when the notice was made; `ended_by_rule` where the rule has just ended it. */
  readonly state: 'playing' | 'ended' | 'ended_by_rule'
}

/** A notice of a finding. */
export interface FindingNotice {
  readonly about: 'finding'
  /** The finding's id in the store. */
  readonly id: string
  readonly rule: string
  readonly finding: Finding
  /** Display name of the account. */
  readonly accountName: string | null
  readonly step: RuleStep
  /** Result of the response; `null` while it is not known. */
  readonly outcome: Outcome | null
  readonly streams: readonly Stream[]
}

/** A notice of an alarm, which concerns no account. */
export interface AlarmNotice {
  readonly about: 'alarm'
  /** Alarms with the same id are sent once. */
  readonly id: string
  readonly event: AlarmEvent
  readonly severity: Severity
  /** Unix milliseconds. */
  readonly at: number
  /** What it is about: a media server's name. */
  readonly subject: string
  /** Error message of the server it concerns. */
  readonly detail: string | null
}

/** A notice to send to destinations. */
export type Notice = FindingNotice | AlarmNotice

/** Name of a notice's event: `finding.<kind>` or an alarm's. */
export const eventOf = (notice: Notice): string =>
  notice.about === 'finding' ? `finding.${notice.finding.kind}` : notice.event

/** Severity of a notice. */
export const severityOf = (notice: Notice): Severity =>
  notice.about === 'finding' ? notice.finding.severity : notice.severity

/** Time of the event (Unix ms). */
export const timeOf = (notice: Notice): number =>
  notice.about === 'finding' ? notice.finding.at : notice.at

/** The account or server of a notice; notices with the same subject are grouped. */
export const subjectOf = (notice: Notice): AccountRef =>
  notice.about === 'finding' ? notice.finding.account : notice.subject

const ORDER: readonly Severity[] = ['low', 'warning', 'high']

/** Whether a severity is at least another one. */
export const isAtLeast = (severity: Severity, least: Severity): boolean =>
  ORDER.indexOf(severity) >= ORDER.indexOf(least)

/** The highest severity among notices; `low` among none. */
export const highestOf = (notices: readonly Notice[]): Severity =>
  notices.map(severityOf).reduce<Severity>((a, b) => (isAtLeast(b, a) ? b : a), 'low')
