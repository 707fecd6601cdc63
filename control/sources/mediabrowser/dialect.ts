import type { Fields } from '../model/read-fields.ts'

/** Where Jellyfin and Emby differ. */
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
  /** The field of a user's policy that limits him, and what it counts. */
  readonly limit: { readonly field: string; readonly counts: 'streams' | 'sign-ins' }
  /** The server's own public address in `/System/Info/Public`, where it tells it. */
  readonly ownAddress: (info: Fields) => unknown
  /** When the server last heard of a session, by its own clock, in ISO 8601; missing where it does not say. */
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
