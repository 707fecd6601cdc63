import { nginxOf } from '../../config/schema/which-edge.ts'
import type { HealthPart } from '../../routes/health.ts'
import { say } from '../../sentences/sentences.ts'
import { countingText } from '../base/counting-text.ts'
import { describeGeo } from '../base/geo.ts'
import { mediaProblems } from '../media/media-alarms.ts'
import { troubleOf } from '../notices.ts'
import type { AdminParts } from '../parts.ts'

const partOf = async (name: string, probe: () => Promise<string>): Promise<HealthPart> => {
  try {
    const detail = await probe()
    return { name, ok: detail === '', due: false, detail }
  } catch (error) {
    return {
      name,
      ok: false,
      due: false,
      detail: error instanceof Error ? error.message : String(error),
    }
  }
}

/** Tells the age of the geo files in any case; only what does not work makes it a fault. */
const geoPart = async ({ live, geo, now }: AdminParts): Promise<HealthPart> => {
  const { files, problems, warnings } = await describeGeo(live.config(), now(), geo)
  const detail = [...problems, ...warnings, ...files].join('; ')
  const ok = problems.length === 0
  return { name: 'geo', ok, due: ok && warnings.length > 0, detail }
}

/** Tells how far older plays are counted while nothing is wrong. */
const historyPart = async (parts: AdminParts): Promise<HealthPart> => {
  const { persistence, publisher, historian } = parts
  const part = await partOf('history', async () => {
    if (publisher.stats().dropped > 0) return say('history.lost')
    return await Promise.resolve(historian.stats().isFailing ? say('history.wait') : '')
  })
  const counted = part.ok ? await persistence.store.history.olderCount().catch(() => null) : null
  return counted === null ? part : { ...part, detail: countingText(counted) }
}

/** How long after a start the edge of this machine may take to sync for the first time. */
const FIRST_SYNC_MS = 10_000

/** What is wrong with the edges that sync, and with this machine's own where it never has. */
const edgeProblems = ({ edge, live, now }: AdminParts, startedAt: number): string[] => {
  const edges = edge.registry.list()
  const { id } = live.config().edge
  const isAwaited = nginxOf(live.config()) !== 'none' && now() - startedAt > FIRST_SYNC_MS
  const never = isAwaited && !edges.some((it) => it.id === id) ? [say('edge.never')] : []
  return [{ id, alarms: never }, ...edges].flatMap(({ id: name, alarms }) =>
    alarms.map((what) => say('about', { name, what })),
  )
}

/** The parts the control plane depends on, with their state. */
export const healthParts = (parts: AdminParts) => {
  const startedAt = parts.now()
  return async (): Promise<readonly HealthPart[]> => await partsNow(parts, startedAt)
}

const partsNow = async (parts: AdminParts, startedAt: number): Promise<readonly HealthPart[]> => {
  const { persistence, sessions, lineup, detection } = parts
  return await Promise.all([
    partOf('store', async () => {
      await persistence.store.ping()
      return ''
    }),
    partOf(
      'redis',
      async () => await Promise.resolve(sessions.store.isDegraded ? say('redis.away') : ''),
    ),
    partOf('sources', async () => {
      const bad = lineup.playlists.statuses().filter(({ ok }) => !ok)
      return await Promise.resolve(
        bad
          .map(({ name, error }) => say('about', { name: name, what: error?.reason ?? 'bad' }))
          .join('; '),
      )
    }),
    partOf('edges', async () => await Promise.resolve(edgeProblems(parts, startedAt).join('; '))),
    geoPart(parts),
    partOf(
      'media servers',
      async () => await Promise.resolve(mediaProblems(parts.media.hub).join('; ')),
    ),
    partOf('hooks.servers', async () => await Promise.resolve(parts.hooks.problems().join('; '))),
    partOf('detectors', async () => {
      const { isFailing } = detection.detectors.stats()
      return await Promise.resolve(isFailing ? say('detectors.wait') : '')
    }),
    partOf('notices', async () => await troubleOf(parts.notices, persistence.store)),
    historyPart(parts),
  ])
}
