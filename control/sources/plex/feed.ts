import { readEventStream } from '../http/event-stream.ts'
import { listenToSocket } from '../http/web-socket.ts'
import type { ConnectFeed } from '../live/feed.ts'
import type { FeedHandlers } from '../live/watching.ts'
import type { PlayState } from '../model/live-play.ts'
import { PLEX_TITLE } from './api.ts'
import { notificationsIn, notificationsOf, type PlexNotification } from './notifications.ts'
import { stateOf } from './sessions.ts'

/** What the last look showed of a session key. */
export interface KnownSession {
  readonly key: string
  readonly ratingKey: string
  readonly state: PlayState
}

/** What the feed takes of its source. */
export interface PlexFeedParts {
  readonly base: string
  readonly token: string
  readonly headers: Readonly<Record<string, string>>
  readonly verifyTls: boolean
  /** Sessions by `sessionKey`, as the last look showed them. */
  readonly sessions: () => ReadonlyMap<string, KnownSession>
  readonly connectMs: number
  /** The server pings every ten seconds. */
  readonly silenceMs: number
}

type Handle = (notifications: readonly PlexNotification[]) => void

/**
 * Acts upon notifications: what goes on as it did is only noted; whatever begins, ends or changes is looked at, since
 * a notification names neither user nor address. `buffering` opens nothing, and the end of an unknown session is no news.
 */
const actUpon =
  (parts: PlexFeedParts, { changed, table }: FeedHandlers): Handle =>
  (notifications) => {
    for (const { sessionKey, ratingKey, state } of notifications) {
      const known = parts.sessions().get(sessionKey)
      if (known === undefined) {
        if (state === 'playing' || state === 'paused') changed()
        continue
      }
      const isSame = ratingKey === '' || ratingKey === known.ratingKey
      const goesOn = state === 'buffering' || stateOf(state) === known.state
      if (state !== 'stopped' && state !== 'error' && isSame && goesOn)
        table.touch(known.key, known.state)
      else changed()
    }
  }

const readEvents = async (
  parts: PlexFeedParts,
  handle: Handle,
  [isUp, signal]: Parameters<ConnectFeed>,
): Promise<void> => {
  const query = new URLSearchParams({ filters: 'playing', 'X-Plex-Token': parts.token })
  await readEventStream({
    title: PLEX_TITLE,
    url: `${parts.base}/:/eventsource/notifications?${query.toString()}`,
    headers: parts.headers,
    verifyTls: parts.verifyTls,
    connectMs: parts.connectMs,
    silenceMs: parts.silenceMs,
    onOpen: isUp,
    onEvent: ({ name, data }) => {
      if (name !== 'ping') handle(notificationsIn(data))
    },
    signal,
  })
}

type Read = typeof readEvents

const readSocketAt =
  (path: string): Read =>
  async (parts, handle, [isUp, signal]) => {
    const query = new URLSearchParams({ 'X-Plex-Token': parts.token })
    await listenToSocket({
      title: PLEX_TITLE,
      url: `${parts.base.replace(/^http/, 'ws')}${path}?${query.toString()}`,
      headers: parts.headers,
      verifyTls: parts.verifyTls,
      silenceMs: parts.silenceMs,
      onOpen: isUp,
      onMessage: (message) => handle(notificationsOf(message)),
      signal,
    })
  }

/** In the order they are tried: the socket's path is written in two ways, by clients and by the published specification. */
const WAYS: readonly Read[] = [
  readEvents,
  readSocketAt('/:/websockets/notifications'),
  readSocketAt('/:/websocket/notifications'),
]

/** Plex's events: the event stream, and the WebSocket where that one does not come up; the one that came up last is tried first. */
export const createPlexFeed =
  (parts: PlexFeedParts) =>
  (handlers: FeedHandlers): ConnectFeed => {
    const handle = actUpon(parts, handlers)
    let way = 0
    return async (isUp, signal) => {
      let wasUp = false
      const up = (): void => {
        wasUp = true
        isUp()
      }
      try {
        await (WAYS[way] ?? readEvents)(parts, handle, [up, signal])
      } finally {
        if (!wasUp) way = (way + 1) % WAYS.length
      }
    }
  }
