import type { ReasonId } from '#domain/reasons'
import type { Rules } from '#domain/rules/rules'
import type { Limitation } from '#domain/types'
import type { HttpBackend } from '../access/authorize/backend-client.ts'
import type { AuthRequest, Decision } from '../access/authorize/decision.ts'

/** A viewer to explain. */
export interface ExplainInput {
  readonly channel: string
  readonly address: string
  readonly token: string | null
  readonly userAgent: string | null
  readonly referer: string | null
  /** `null` = as the geo files say. */
  readonly country: string | null
}

/** A viewer to explain; without a channel, the playlist is explained. */
export interface ExplainQuestion extends Omit<ExplainInput, 'channel'> {
  readonly channel: string | null
  /** Id of an account of ours, in place of a token; missing or `null` = none. */
  readonly account?: string | null
  /** Whether auth backends are sent a real request. */
  readonly isLive: boolean
}

/** Parameters of the API and the command line; all but the address are optional. */
export interface ExplainParameters {
  readonly ip: string
  readonly channel?: string | undefined
  readonly token?: string | undefined
  /** Id of an account of ours, with or without `own:`. */
  readonly account?: string | undefined
  readonly ua?: string | undefined
  readonly referer?: string | undefined
  readonly country?: string | undefined
  readonly live?: boolean | undefined
}

/** The question of parameters: missing ones are unknown, backends are asked only with `live`. */
export const explainQuestion = (said: ExplainParameters): ExplainQuestion => ({
  address: said.ip,
  channel: said.channel ?? null,
  token: said.token ?? null,
  account: said.account?.replace(/^own:/, '') ?? null,
  userAgent: said.ua ?? null,
  referer: said.referer ?? null,
  country: said.country ?? null,
  isLive: said.live === true,
})

/** A step of an explanation: whether it matched, and whether it decided. */
export interface ExplainStep {
  readonly stage: 'group' | 'channel' | 'rule' | 'backend' | 'default'
  /** The rule, backend or setting, without secrets. */
  readonly subject: string
  readonly result: string
  readonly isDeciding: boolean
}

/** Why a viewer would be admitted or refused. */
export interface Explanation {
  readonly channel: string
  readonly address: string
  readonly country: string | null
  readonly group: string | null
  /** The criterion that assigned the group. */
  readonly wonBy: string | null
  readonly authBackend: string | null
  /** `depends`: backends decide, and they were not asked. */
  readonly verdict: 'allow' | 'deny' | 'redirect' | 'depends'
  readonly reason: ReasonId | null
  /** The deciding step as a sentence. */
  readonly decidedBy: string
  readonly steps: readonly ExplainStep[]
  /** Backends' answers; `null` each where they were not asked. */
  readonly backends: readonly { readonly url: string; readonly answer: string | null }[]
  readonly account: string | null
  readonly cap: ExplainCap | null
}

/** The cap that would apply to the session. */
export interface ExplainCap {
  /** 0 = no cap. */
  readonly maxStreams: number
  readonly maxNetworks: number
  readonly limitation: Limitation
}

/** A compiled auth backend. */
export interface ExplainBackend {
  readonly rules: Rules
  readonly backends: readonly HttpBackend[]
  readonly allowDefault: boolean
}

export interface ExplainPorts {
  readonly countryOf: (address: string) => string | null
  readonly classify: (
    address: string,
    country: string | null,
  ) => { readonly group: string; readonly wonBy: string; readonly rule: string } | null
  readonly standing: (group: string, channel: string) => 'in' | 'out' | 'surge' | 'unknown'
  /** Name of the auth backend for a channel and group; `null` = none. */
  readonly backendFor: (channel: string, group: string) => string | null
  readonly backend: (name: string) => ExplainBackend | null
  readonly capOf: (channel: string, group: string, decision: Decision | null) => ExplainCap | null
  /** Sends the backends a real request; `null` = they are not asked. */
  readonly ask: ((request: AuthRequest) => Promise<Decision>) | null
}
