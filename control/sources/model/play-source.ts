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

/** What a source supports; other requests are refused without asking the server. */
export interface Capabilities {
  /** Whether the server pushes plays or has to be polled. */
  readonly watch: 'events' | 'polling'
  /** Whether a running play can be ended; a single play may still have no handle (`LivePlay.canEnd`). */
  readonly end: boolean
  /** Whether the viewer is shown the reason of an end. */
  readonly showsReason: boolean
  /** Whether messages can be shown on a viewer's screen: `message` is not null. */
  readonly message: boolean
  /** Whether a device can be signed out: `signOut` is not null. */
  readonly signOut: boolean
  /** What the server can limit for a user: streams, sign-ins, or nothing (`limits` is null). */
  readonly limit: 'streams' | 'sign-ins' | 'none'
  /** Whether past plays can be read: `history` is not null. */
  readonly history: boolean
  /** Whether the server looks up places of addresses: `history.locate` is not null. */
  readonly places: boolean
}

/** Why a play was not ended. */
export type EndRefusal =
  /** The source has no way to end plays, or the server gave no handle of this one. */
  | 'not_supported'
  /** No such play runs, by a poll just before. */
  | 'not_playing'
  /** The server knows the play and does not allow it: a missing subscription or permission. */
  | 'not_permitted'
  /** The server did not answer, or not readably. */
  | 'unreachable'
  /** The source is not started. */
  | 'stopped'

/** Result of a request to end a play. */
export type EndAnswer =
  /** The server accepted the request, but the play still runs: its player may be slow or ignore it. */
  | { readonly state: 'asked' }
  /** A later poll no longer has the play. */
  | { readonly state: 'confirmed' }
  | { readonly state: 'refused'; readonly why: EndRefusal; readonly detail: string }

/** Result of a request without a visible effect: accepted by the server, or not. */
export type RequestAnswer = { readonly state: 'asked' } | Extract<EndAnswer, { state: 'refused' }>

/** The server's own limit of a user's concurrent streams or sign-ins; no other setting of the user is changed. */
export interface UserLimits {
  /** Sets the limit, `0` for none; returns the former one. Throws a `SourceError`. */
  set(user: string, most: number): Promise<number>
}

/** A user of a media server. */
export interface ServerUser {
  /** The server's own id, as in the account `server:<name>:<id>`. */
  readonly id: string
  readonly name: string
  readonly email: string | null
}

/** A source of plays besides edges: a media server, or a monitor such as Tautulli. */
export interface PlaySource {
  /** `<kind>:<name>`, or the kind alone where the source has no name: `PlayRecord.source` of its plays. */
  readonly id: string
  /** Name and address for operators, without credentials: `Tautulli (http://nas:8181)`. */
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
  /** Polls the server at once, as after a webhook. Never throws. */
  nudge(): void
  /**
   * Running plays, one entry a key. While the server does not answer readably these are the last
   * plays known.
   */
  plays(): readonly LivePlay[]
  /** Polls, asks the server to end the play if it still runs, and waits a little for its end. Never throws. */
  end(key: string, reason: string): Promise<EndAnswer>
  /** Shows a message on the screen of a play, where the player supports it. Never throws. `null` where the server does not. */
  readonly message: ((key: string, words: string) => Promise<RequestAnswer>) | null
  /** Signs out a play's device. Never throws. `null` where the server does not support it, or its owner does not allow it. */
  readonly signOut: ((key: string) => Promise<RequestAnswer>) | null
  readonly limits: UserLimits | null
  /** The server's users. Throws a `SourceError`; `null` where the server does not list them. */
  readonly users: (() => Promise<readonly ServerUser[]>) | null
  /** Past plays, if the server has them; can be read without `start()`. */
  readonly history: PlayHistory | null
  /** Grouped history for the compat report; `null` for all but Tautulli. */
  readonly groupedHistory: GroupedHistory | null
}
