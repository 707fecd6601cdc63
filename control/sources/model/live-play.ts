import type { PlayRecord } from '#domain/types'

/** State of a player. */
export type PlayState = 'playing' | 'paused' | 'buffering'

/** A play that runs at a server now. */
export interface LivePlay {
  /** `playKey(user, device, item)`: stays the same while a server restarts or replaces its session ids. */
  readonly key: string
  readonly state: PlayState
  /** As history will keep it: `endedAt` is null while it runs, `lastSeenAt` is the last look that showed it. */
  readonly record: PlayRecord
  /** Whether the server gave a handle by which this play can be ended. */
  readonly canEnd: boolean
  /** Unix milliseconds at which its end was requested; `null` if it was not. */
  readonly endAskedAt: number | null
  /** Whether the same play was ended through us a few minutes ago and has come back. */
  readonly isReturned: boolean
}

/** What happened to a play; `closed` carries the record with its `endedAt`. */
export interface PlayChange {
  readonly type: 'opened' | 'updated' | 'closed'
  readonly play: LivePlay
}

/** What identifies a play at its server. */
export interface PlayIdentity {
  readonly user: string
  /** Empty where the server does not name the device. */
  readonly device: string
  /** The film, episode or channel. */
  readonly item: string
}

/** The key of a play: the same user, device and item have the same key; it is fit for a path segment. */
export const playKey = ({ user, device, item }: PlayIdentity): string =>
  [user, device, item].map(encodeURIComponent).join(':')
