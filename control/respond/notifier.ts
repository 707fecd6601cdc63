import type { RuleStep } from '../detect/rules/rule-types.ts'
import type { Finding } from '../detect/types.ts'
import type { Outcome } from './outcome.ts'

/** What a channel is told about a finding. */
export interface Notice {
  /** The finding's id in the store. */
  readonly id: string
  readonly rule: string
  readonly finding: Finding
  /** What the rule has come to. */
  readonly step: RuleStep
  /** What came of it; `dry_run` when nothing was done. */
  readonly outcome: Outcome
}

/** Tells somebody about a finding. */
export interface Notifier {
  notify(notice: Notice): Promise<void>
}

/** Where notices are written while there is no other channel. */
export interface NoticeLog {
  info(fields: object, message: string): void
}

/** A notifier that writes a line to the log. */
export const createLogNotifier = (log: NoticeLog): Notifier => ({
  notify: ({ id, rule, finding, step, outcome }) => {
    const { account, kind, severity, confidence, summary } = finding
    const fields = { finding: id, rule, account, kind, severity, confidence }
    log.info({ ...fields, action: step.do, outcome }, summary)
    return Promise.resolve()
  },
})
