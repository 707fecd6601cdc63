import type { Follower } from './follow.ts'

/** What a server of `hooks.servers` speaks. */
export type HookServerKind = 'mediamtx' | 'srs' | 'ovenmediaengine' | 'astra'

/** A server of `hooks.servers`, as its requests are answered. */
export interface HookServer {
  readonly name: string
  readonly kind: HookServerKind
  /** Key of the signature of OvenMediaEngine; `null` for others. */
  readonly signingKey: string | null
  /** Seconds a permission holds at a server that cannot be asked what plays. */
  readonly lifetimeSec: number
  /** Seconds after which a playback that shows no sign of life counts as ended. */
  readonly quietSec: number
  /** Whether an address may publish, read recordings and use the server's interface without a token. */
  readonly isInside: (address: string) => boolean
  /** `null` where the server cannot be asked what plays. */
  readonly follower: Follower | null
}
