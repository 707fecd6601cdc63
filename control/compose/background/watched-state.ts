import type { Announce } from '../../events/feed/announcer.ts'
import type { LiveFeed } from '../../events/feed/live-feed.ts'
import { createCatalogAdmin } from '../admin/catalog-admin.ts'
import { healthParts } from '../admin/health-parts.ts'
import type { AdminParts } from '../parts.ts'

/** States that change by themselves, each by the kind of change it is told as. */
export type WatchedStates = Readonly<Record<string, () => unknown>>

/** Work that tells what has changed by itself since the last round, while somebody watches. */
export const createStateWatch = (
  feed: Pick<LiveFeed, 'isWatched'>,
  announce: Announce,
  states: WatchedStates,
): (() => Promise<void>) => {
  const known = new Map<string, string>()
  return async () => {
    // Who begins to watch reads everything anew.
    if (!feed.isWatched()) return known.clear()
    for (const [kind, read] of Object.entries(states)) {
      const before = known.get(kind)
      const state = JSON.stringify(await read())
      known.set(kind, state)
      if (before !== undefined && before !== state) announce(kind)
    }
    return undefined
  }
}

/** Health, sources and media servers as pages show them. */
export const watchedStates = (parts: AdminParts): WatchedStates => {
  const catalog = createCatalogAdmin({ ...parts, config: parts.live.config })
  return {
    health: healthParts(parts),
    source: () => catalog.sources().map((one) => ({ ...one, checkedAt: null })),
    'media-server': () =>
      parts.media.hub.list().map(({ server, source }) => {
        const { state, problem } = source.health()
        return [server.name, state, problem]
      }),
  }
}
