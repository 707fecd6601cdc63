import type { ReasonId } from '#domain/reasons'
import type { RuleHit } from '#domain/rules/rules'
import type { AccountRef } from '#domain/types'

export type Verdict = 'allow' | 'deny' | 'redirect'

/** What one HTTP backend made of the request. */
export type AnswerClass = 'allow' | 'redirect' | 'deny' | 'down'

/** One step on the way to a decision, for `explain` and the log; holds no secrets. */
export interface TraceStep {
  readonly step: 'rules' | 'backend' | 'cache' | 'default' | 'previous'
  /** Address of the backend without credentials and query, or the rule's text. */
  readonly subject: string | null
  readonly result: string
  readonly detail: string | null
}

/** One authorization request, as rules and backends see it. */
export interface AuthRequest {
  /** Name of the auth backend to ask; see `chooseAuthBackend`. */
  readonly authBackend: string
  readonly channel: string
  /** The viewer's group, by which the auth backend is chosen anew when the configuration changes. */
  readonly group?: string
  /** `hls`, `dash`, `mpegts`, `rtmp`, … */
  readonly proto: string
  /** The viewer's address, as the edge saw it. */
  readonly address: string
  /** ISO 3166-1 alpha-2; `null` = unknown, which no country rule matches. */
  readonly country: string | null
  readonly token: string | null
  readonly sessionId: string
  readonly userAgent: string | null
  readonly referer: string | null
  readonly host: string | null
  /** The player's query string, without `?`. */
  readonly qs: string | null
  readonly streamClients: number
  readonly totalClients: number
}

/** What a running session had when it asks again. */
export interface PreviousAnswer {
  readonly decision: Decision
  /** How often this session asked before: 1 at its first update. */
  readonly requestNumber: number
  readonly durationSec: number
  readonly bytes: number
}

/** The result of authorization; outages are decisions too, never exceptions. */
export interface Decision {
  readonly verdict: Verdict
  readonly reason: ReasonId
  /** The rule that decided; `null` when none did. */
  readonly rule: RuleHit | null
  /** Address of the deciding HTTP backend, without credentials and query. */
  readonly backend: string | null
  /** `backend:<name>:<X-UserId>`; `null` where no backend named a user. */
  readonly account: AccountRef | null
  /** Streams this account may play at once; `null` = the backend set no cap. */
  readonly maxSessions: number | null
  readonly unique: boolean
  /** When to ask again, from now. 0 = at each opening and sync. */
  readonly authDurationSec: number
  /** How long a refusal is remembered. 0 when it is none. */
  readonly denySec: number
  /** Where a redirected player goes. */
  readonly location: string | null
  readonly trace: readonly TraceStep[]
  /** The session id sent to the backends; openings that use the cached decision continue under it. */
  readonly askedAs?: string
}

/** Decides an opening, or with `previous` the update of a running session. Never throws. */
export type Authorize = (request: AuthRequest, previous?: PreviousAnswer) => Promise<Decision>
