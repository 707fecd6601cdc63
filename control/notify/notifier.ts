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

/** Tells somebody about findings. */
export interface Notifier {
  /** Settled once the channel has taken the notice as one message; rejects with a sentence for an operator when it does not. */
  notify(notice: Notice): Promise<void>
  /** Lets go of connections, after what is being sent. A second call changes nothing. */
  close(): Promise<void>
}

/** Where a notifier writes lines of its own. */
export interface NoticeLog {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
}

/** What a notifier takes from its surroundings. */
export interface NotifierPorts {
  readonly log: NoticeLog
}

/** One destination as the configuration names it; each kind reads its own settings and says which are wrong. */
export interface Destination {
  readonly name: string
  readonly kind: string
  readonly [setting: string]: unknown
}

/** A kind of notifier in the registry. */
export interface NotifierKind {
  /** Makes a notifier; nothing is sent yet. Throws an `Error` that names the setting which cannot work. */
  create(destination: Destination, ports: NotifierPorts): Notifier
}
