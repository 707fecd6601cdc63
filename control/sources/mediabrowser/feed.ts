import { jsonError } from '../http/json-client.ts'
import { listenToSocket } from '../http/web-socket.ts'
import type { ConnectFeed } from '../live/feed.ts'
import { type Fields, fieldsOf, isFields, textOf } from '../model/read-fields.ts'
import type { Dialect } from './dialect.ts'

/** What the WebSocket takes of its source. */
export interface SocketFeedParts {
  readonly dialect: Dialect
  readonly base: string
  readonly token: string
  readonly clientId: string
  readonly verifyTls: boolean
  readonly silenceMs: number
  /** How long the server may take to answer the subscription. */
  readonly answerMs: number
  /** Told of everything that plays and idles. */
  readonly onSessions: (sessions: readonly Fields[]) => void
}

/** First answer at once, then every ten seconds; starts, stops, pauses and seeks are reported when they happen. */
const SUBSCRIPTION = { MessageType: 'SessionsStart', Data: '0,10000' }
/** The server asks for a word each so many seconds (`ForceKeepAlive`); half of it is in time. */
const KEEP_ALIVE = { MessageType: 'KeepAlive' }

/**
 * The WebSocket of both servers, subscribed to `Sessions`. It counts as up with the first list: Jellyfin before 12 takes
 * a connection by key and never sends one, and Emby sometimes loses the first subscription.
 */
export const createSocketFeed =
  (parts: SocketFeedParts): ConnectFeed =>
  async (isUp, signal) => {
    const { dialect, answerMs } = parts
    const command = 'SessionsStart'
    const silent = new AbortController()
    const timers: NodeJS.Timeout[] = []
    let isAnswered = false
    let keepAlive: NodeJS.Timeout | undefined
    const onMessage = (message: unknown, send: (message: unknown) => void): void => {
      const { MessageType: type, Data: data } = fieldsOf(message)
      if (type === 'ForceKeepAlive') {
        clearInterval(keepAlive)
        const everyMs = Math.max(1, Number(textOf(data)) || 60) * 500
        keepAlive = setInterval(() => send(KEEP_ALIVE), everyMs)
        send(KEEP_ALIVE)
      }
      if (type !== 'Sessions' || !Array.isArray(data)) return
      parts.onSessions(data.filter(isFields))
      if (!isAnswered) isUp()
      isAnswered = true
    }
    try {
      await listenToSocket({
        title: dialect.title,
        url: `${parts.base.replace(/^http/, 'ws')}${dialect.socket(parts.token, parts.clientId)}`,
        verifyTls: parts.verifyTls,
        silenceMs: parts.silenceMs,
        onOpen: (send) => {
          send(SUBSCRIPTION)
          if (dialect.subscribeAgainMs !== null)
            timers.push(
              setTimeout(() => isAnswered || send(SUBSCRIPTION), dialect.subscribeAgainMs),
            )
          timers.push(setTimeout(() => isAnswered || silent.abort(), answerMs))
        },
        onMessage,
        signal: AbortSignal.any([signal, silent.signal]),
      })
    } finally {
      clearInterval(keepAlive)
      for (const timer of timers) clearTimeout(timer)
    }
    if (!isAnswered && !signal.aborted) {
      const detail = 'it tells this key of no sessions'
      throw jsonError(dialect.title, { kind: 'malformed', command, detail })
    }
  }
