import type { AccountRef, Delivery } from '#domain/types'

/** Lease key of a session: 16 characters. */
export type LeaseKey = string

/** Fields for display only, never used in decisions. Must hold no token, ticket or pass. */
export interface SessionInfo {
  readonly accountName: string | null
  readonly address: string
  /** The whole User-Agent. */
  readonly agent: string
  /** Family of the player, by its agent and its headers. */
  readonly family?: string
  /** `X-Playback-Session-Id`, where the player sends one. */
  readonly playback?: string | null
  readonly country: string | null
  /** Edge that opened it. */
  readonly edge: string
  readonly group: string
  /**
   * `hls`, `dash` or `mpegts` at edges; for a hook, the asking server's name (`rtmp`, `webrtc`); `http` for a media server.
   */
  readonly protocol: string
  /** Fingerprint of the token, for logs. */
  readonly tokenPrint: string | null
}

/** State of a session; the last three are of media servers: `ending` once its end was requested. */
export type SessionState = 'reserved' | 'playing' | 'superseded' | 'paused' | 'buffering' | 'ending'

export interface LiveSession extends SessionInfo {
  readonly account: AccountRef
  /** The lease key: what `show` and `end` take. */
  readonly id: LeaseKey
  readonly sid: string
  readonly channel: string
  readonly device: string
  readonly network: string
  readonly download: string | null
  readonly state: SessionState
  readonly openedAt: number
  /** 0 while only reserved. */
  readonly startedAt: number
  readonly lastSeenAt: number
  readonly bytes: number
  readonly requests: number
  /** Edge that last reported it. */
  readonly seenBy: string
  /** Media server it plays at, `plex:home`; missing for sessions of edges. */
  readonly source?: string
  /** How that server delivers it; missing at edges. */
  readonly delivery?: Delivery | null
}
