import type { HookPlay } from '../admission/hook-play.ts'

/** The interface of another media server: what plays there, and the end of a playback. */
export interface ServerApi {
  /** Every playback of the server, over all pages of its answers. Throws a `SourceError`. */
  list(): Promise<readonly HookPlay[]>
  /** Ends a playback; false where the server does not know it (any more). Throws a `SourceError`. */
  kick(playback: string): Promise<boolean>
  close(): Promise<void>
}

/** Address and credentials of a server's interface. */
export interface ServerAccess {
  /** `mediamtx-studio`: the server's name in sessions. */
  readonly server: string
  readonly base: string
  readonly user: string
  /** `null`: the interface wants no password. */
  readonly password: string | null
  /** Seconds after which a playback that is not listed counts as ended. */
  readonly quietSec: number
  readonly now: () => number
}
