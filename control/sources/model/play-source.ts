import type { GroupedHistory } from './grouped-history.ts'
import type { LivePlay } from './live-play.ts'
import type { PlayHistory } from './play-history.ts'

/** Health of a source. */
export interface SourceHealth {
  /** `connecting` until the first good answer, `failing` since the last one failed. */
  readonly state: 'stopped' | 'connecting' | 'watching' | 'failing'
  /** Whether the server accepts the key or token; `unknown` before it answered. */
  readonly signIn: 'unknown' | 'accepted' | 'refused'
  /** Unix milliseconds of the last readable answer; `null` before the first. */
  readonly lastEventAt: number | null
  /** By how much `plays()` may be behind the server, in milliseconds; `null` before the first answer and once stopped. */
  readonly lagMs: number | null
  /** The last failure in a sentence for an operator; `null` while all is well. Never holds a key or token. */
  readonly problem: string | null
}

/** What a source can do; what it cannot is refused, never tried. */
export interface Capabilities {
  /** Whether the server pushes plays or has to be polled. */
  readonly watch: 'events' | 'polling'
  /** Whether a running play can be ended; a single play may still have no handle (`LivePlay.canEnd`). */
  readonly end: boolean
  /** Whether the viewer is shown the reason of an end. */
  readonly showsReason: boolean
  /** Whether words can be shown on a viewer's screen: `message` is not null. */
  readonly message: boolean
  /** Whether a device can be signed out: `signOut` is not null. */
  readonly signOut: boolean
  /** What of a user the server itself limits: real streams, sign-ins, or nothing (`limits` is null). */
  readonly limit: 'streams' | 'sign-ins' | 'none'
  /** Whether past plays can be read: `history` is not null. */
  readonly history: boolean
  /** Whether the server knows where addresses are: `history.locate` is not null. */
  readonly places: boolean
}

/** Why a play was not ended. */
export type EndRefusal =
  /** The source has no way to end plays, or the server gave no handle of this one. */
  | 'not_supported'
  /** No such play runs, looked at again just before. */
  | 'not_playing'
  /** The server knows the play and does not allow it: a missing subscription or permission. */
  | 'not_permitted'
  /** The server did not answer, or not readably. */
  | 'unreachable'
  /** The source is not started. */
  | 'stopped'

/** Result of a request to end a play. */
export type EndAnswer =
  /** The server took the request, and the play still runs: it may linger, or its player may ignore it. */
  | { readonly state: 'asked' }
  /** The play was seen to be gone afterwards. */
  | { readonly state: 'confirmed' }
  | { readonly state: 'refused'; readonly why: EndRefusal; readonly detail: string }

/** What came of a request that shows no effect of its own: taken by the server, or not. */
export type RequestAnswer = { readonly state: 'asked' } | Extract<EndAnswer, { state: 'refused' }>

/** How many streams or sign-ins the server itself allows a user at once; everything else of his settings stays as it is. */
export interface UserLimits {
  /** Sets the limit, `0` for none; answers what held before. Throws a `SourceError`. */
  set(user: string, most: number): Promise<number>
}

/** A user as people are matched by. */
export interface ServerUser {
  /** The server's own id, as in the account `server:<name>:<id>`. */
  readonly id: string
  readonly name: string
  readonly email: string | null
}

/** A media server, or what watches one: where plays come from besides our own edges. */
export interface PlaySource {
  /** `<kind>:<name>`, or the kind alone where the source has no name: `PlayRecord.source` of its plays. */
  readonly id: string
  /** What an operator knows it by, with its address and without credentials: `Tautulli (http://nas:8181)`. */
  readonly label: string
  readonly capabilities: Capabilities
  /**
   * Starts watching; resolves after the first poll, also where it failed (see `health()`). A second
   * call changes nothing. Never throws.
   */
  start(): Promise<void>
  /**
   * Stops watching and closes every connection and timer, those of `history` too. A second call
   * changes nothing. Never throws.
   */
  stop(): Promise<void>
  health(): SourceHealth
  /** The server said elsewhere that something changed: it is looked at at once. Never throws. */
  nudge(): void
  /**
   * Running plays, one entry a key. While the server does not answer readably these are the last
   * plays known.
   */
  plays(): readonly LivePlay[]
  /** Asks the server to end a play after a new look that it still runs, and waits a little for it to vanish. Never throws. */
  end(key: string, reason: string): Promise<EndAnswer>
  /** Shows words on the screen of a play, where the player can show any. Never throws. `null` where the server has no such thing. */
  readonly message: ((key: string, words: string) => Promise<RequestAnswer>) | null
  /** Takes the sign-in of a play's device away, so that it has to sign in anew. Never throws. `null` where the server cannot, or its owner has not allowed it. */
  readonly signOut: ((key: string) => Promise<RequestAnswer>) | null
  readonly limits: UserLimits | null
  /** Who has an account there. Throws a `SourceError`; `null` where the server does not tell. */
  readonly users: (() => Promise<readonly ServerUser[]>) | null
  /** The past, where the server keeps it. It may be read without `start()`. */
  readonly history: PlayHistory | null
  /** The past as the compat report's formula reads it; `null` for all but Tautulli. */
  readonly groupedHistory: GroupedHistory | null
}
