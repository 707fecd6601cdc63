import type { Fields } from '../model/read-fields.ts'

/** Differences between Jellyfin and Emby. */
export interface Dialect {
  readonly kind: string
  /** The product's name as its makers write it. */
  readonly title: string
  /** What an operator can do where the key is refused. */
  readonly signInAdvice: string
  /** Headers that carry the key. */
  readonly headers: (token: string, clientId: string) => Readonly<Record<string, string>>
  /** What stands before every path of the API. */
  readonly prefix: string
  /** Path and query of the WebSocket. */
  readonly socket: (token: string, clientId: string) => string
  /** Milliseconds after which a subscription that was not answered is sent once more; `null` = it never is lost. */
  readonly subscribeAgainMs: number | null
  /** Whether the server can end this session: its client listens. */
  readonly canEnd: (session: Fields) => boolean
  readonly stop: (sessionId: string) => Command
  readonly message: (sessionId: string, words: string) => Command
  /** The field of a user's policy with the limit, and what it counts. */
  readonly limit: { readonly field: string; readonly counts: 'streams' | 'sign-ins' }
  /** The server's public address in `/System/Info/Public`; missing where it has none. */
  readonly ownAddress: (info: Fields) => unknown
  /** Time of a session's last message by the server's clock, in ISO 8601; missing where the server does not report it. */
  readonly heardOf: (session: Fields) => unknown
}

/** A request that commands a session. */
export interface Command {
  readonly path: string
  readonly query?: Readonly<Record<string, string | number>>
  readonly body?: unknown
}

/** How long a message stays on the screen, in milliseconds: without it some players wait for a key. */
export const MESSAGE_MS = 10_000
/** What stands above a message. */
export const MESSAGE_HEADER = 'Gatehouse'
