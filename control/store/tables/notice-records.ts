import type { Json } from './records.ts'

/** A destination added by API; secrets in `settings` are encrypted. */
export interface StoredDestination {
  readonly name: string
  readonly kind: string
  readonly settings: Json
  readonly createdAt: number
  readonly updatedAt: number
}

/** An event that destinations are notified of. Times are Unix milliseconds. */
export interface StoredNotice {
  readonly id: string
  readonly event: string
  readonly severity: string
  readonly subject: string
  readonly at: number
  /** Held back until then, so that the outcome of its action is in it. */
  readonly readyAt: number
  readonly state: 'new' | 'routed' | 'dropped'
  readonly body: Json
}

/** A notice on its way to one destination. */
export interface StoredDelivery {
  readonly id: string
  readonly notice: string
  readonly destination: string
  readonly subject: string
  /** Equal for notices that say the same to a person. */
  readonly dedupKey: string
  readonly severity: string
  readonly createdAt: number
  readonly dueAt: number
  readonly state: 'pending' | 'packed' | 'duplicate' | 'dropped'
  /** Id of the message it is in. */
  readonly message: string | null
}

/** One message to one destination: its attempts and their result. */
export interface StoredMessage {
  readonly id: string
  readonly destination: string
  readonly kind: 'notices' | 'closing'
  readonly severity: string
  readonly createdAt: number
  readonly until: number | null
  /** The notices in it. */
  readonly body: Json
  readonly state: 'waiting' | 'sent' | 'dead'
  readonly attempts: number
  readonly nextAt: number
  /** The control plane that sends it now, and until when no other may. */
  readonly claimedBy: string | null
  readonly claimedUntil: number
  /** Parts already taken. */
  readonly progress: Json
  /** HTTP status or SMTP reply of the last refusal. */
  readonly status: number | null
  readonly error: string | null
  readonly sentAt: number | null
}
