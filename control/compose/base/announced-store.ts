import type { Logger } from 'pino'
import type { StatePaths } from '../../config/paths.ts'
import { type Announce, createAnnouncer } from '../../events/feed/announcer.ts'
import { createLiveFeed, type LiveFeed } from '../../events/feed/live-feed.ts'
import type { StreamClient } from '../../events/stream-client.ts'
import type { Store } from '../../store/store.ts'
import type { LiveConfig } from './live-config.ts'
import { openPersistence, type Persistence } from './persistence.ts'

/** `account` of `account.change`, `rule` of `rules.put`. */
const kindOf = (action: string): string => (action.split('.', 1)[0] ?? action).replace(/s$/, '')

/** A store that says what was written, once it is: history, each kind of thing the audit log has a change of, and how accounts were judged. */
const announcedStore = (store: Store, announce: Announce): Store => {
  const after = async <T>(work: Promise<T>, ...kinds: readonly string[]): Promise<T> => {
    const done = await work
    for (const kind of kinds) announce(kind)
    return done
  }
  const { history, audit, findings, assessments } = store
  return {
    ...store,
    history: {
      ...history,
      upsertPlays: async (plays) => await after(history.upsertPlays(plays), 'history'),
      closeSilent: async (seenBefore) => await after(history.closeSilent(seenBefore), 'history'),
    },
    downloads: {
      ...store.downloads,
      recordUses: async (uses) => await after(store.downloads.recordUses(uses), 'history'),
    },
    audit: {
      ...audit,
      put: async (entry) => await after(audit.put(entry), kindOf(entry.action)),
    },
    findings: {
      ...findings,
      putAll: async (all) => await after(findings.putAll(all), 'finding'),
    },
    assessments: {
      ...assessments,
      put: async (one) => await after(assessments.put(one), 'sharing'),
      putAll: async (all) => await after(assessments.putAll(all), 'sharing'),
    },
  }
}

/** The database, and the stream of events that tells of what is written to it. */
export interface Announced {
  readonly persistence: Persistence
  readonly feed: LiveFeed
  readonly announce: Announce
}

/** Opens the database. Throws a `StoreError`. */
export const openAnnounced = async (
  live: LiveConfig,
  streams: StreamClient,
  { paths, log, now }: { paths: StatePaths; log: Logger; now: () => number },
): Promise<Announced> => {
  const opened = await openPersistence(live.config(), paths, now)
  const feed = createLiveFeed({
    redis: streams,
    onFailure: (error) => log.warn({ err: error }, 'the stream of events waits'),
  })
  const announce = createAnnouncer(feed, now)
  live.onReloaded(() => announce('config'))
  return {
    persistence: { ...opened, store: announcedStore(opened.store, announce) },
    feed,
    announce,
  }
}
