import { createHash, randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { Logger } from 'pino'
import type { StatePaths } from '../../config/paths.ts'
import type { Publisher } from '../../events/publisher.ts'
import { createSecretBox } from '../../keys/secret-box.ts'
import { withMediaSessions } from '../../sessions/media-sessions.ts'
import type { SessionView } from '../../sessions/model/session-view.ts'
import type { RedisClient } from '../../sessions/redis/client.ts'
import { createWatchBoard } from '../../sessions/redis/watch-board.ts'
import { createIsHome } from '../../sources/hub/home-networks.ts'
import { createMediaHub, type MediaHub } from '../../sources/hub/hub.ts'
import { createPlayPublisher } from '../../sources/hub/play-events.ts'
import { createResume } from '../../sources/hub/resume.ts'
import { createServerDirectory, type ServerDirectory } from '../../sources/hub/server-directory.ts'
import type { SourcePorts } from '../../sources/model/source-kind.ts'
import { createWebhookSecrets, type WebhookSecrets } from '../../sources/webhooks/secrets.ts'
import type { Store } from '../../store/store.ts'
import type { LiveConfig } from '../base/live-config.ts'

/** The media servers as the rest of the control plane uses them. */
export interface Media {
  readonly hub: MediaHub
  readonly directory: ServerDirectory
  readonly webhooks: WebhookSecrets
  /** Sessions of our edges and of media servers. */
  readonly view: SessionView
  /** What every source is made with. */
  readonly sourcePorts: SourcePorts
  /** Watches what the configuration and SQL name now. */
  reload(): Promise<void>
}

interface MediaParts {
  readonly live: LiveConfig
  readonly paths: StatePaths
  readonly persistence: { readonly store: Store }
  readonly publisher: Pick<Publisher, 'publish'>
  readonly redis: RedisClient
  readonly sessions: { readonly view: SessionView }
  readonly log: Logger
  readonly now: () => number
}

type ServerPorts = Parameters<typeof createServerDirectory>[0]

const CLIENT_KEY = 'installation.id'
const MOST_OPEN = 1000

/** The one name servers know this installation by. */
const clientIdOf = async (store: Store, now: () => number): Promise<string> => {
  const known = await store.settings.get(CLIENT_KEY)
  if (typeof known === 'string') return known
  const made = randomUUID()
  await store.settings.set(CLIENT_KEY, made, now())
  return made
}

/** Creates the hub and starts watching. */
export const createMedia = async (parts: MediaParts): Promise<Media> => {
  const { live, paths, persistence, publisher, redis, sessions, log, now } = parts
  const { store } = persistence
  let isHome = createIsHome(live.config().home_networks)
  const sourcePorts = {
    now,
    isHome: (address: string) => isHome(address),
    clientId: await clientIdOf(store, now),
  }
  const kept = {
    settings: store.settings,
    atomically: async (work: Parameters<ServerPorts['atomically']>[0]) =>
      await store.atomically(async ({ settings }) => await work(settings)),
    box: createSecretBox(paths.secretsKey),
    configured: () => live.config().media_servers,
    now,
  }
  const directory = createServerDirectory({ ...kept, warn: (message) => log.warn(message) })
  const plane = createHash('sha256')
    .update(`${hostname()} ${paths.state}`)
    .digest('hex')
    .slice(0, 16)
  const hub = createMediaHub({
    board: createWatchBoard(redis, plane),
    ...sourcePorts,
    onChange: createPlayPublisher(publisher, now),
    warn: (message) => log.warn(message),
    resumeOf: async (source) => {
      const where = { source, endedAt: null }
      return createResume((await store.history.list({ where, limit: MOST_OPEN })).rows, now())
    },
  })
  const watch = async (): Promise<void> => {
    isHome = createIsHome(live.config().home_networks)
    await hub.configure(await directory.all())
  }
  let last = Promise.resolve()
  // One after the other: two at once would open a new server twice.
  const reload = async (): Promise<void> => {
    last = last.catch(() => undefined).then(watch)
    await last
  }
  live.onReload(reload)
  await reload()
  const view = withMediaSessions(sessions.view, () => hub.sessions())
  return { hub, directory, webhooks: createWebhookSecrets(kept), view, sourcePorts, reload }
}
