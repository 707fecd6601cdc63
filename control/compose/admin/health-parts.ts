import type { HealthPart } from '../../routes/health.ts'
import { say } from '../../sentences/sentences.ts'
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
const geoPart = async ({ live, now }: AdminParts): Promise<HealthPart> => {
  const { files, problems, warnings } = await describeGeo(live.config(), now())
  const detail = [...problems, ...warnings, ...(warnings.length > 0 ? [] : files)].join('; ')
  const ok = problems.length === 0
  return { name: 'geo', ok, due: ok && warnings.length > 0, detail }
}

/** The parts the control plane depends on, with their state. */
export const healthParts = (parts: AdminParts) => async (): Promise<readonly HealthPart[]> => {
  const { persistence, sessions, lineup, edge, publisher, historian, detection } = parts
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
    partOf(
      'edges',
      async () =>
        await Promise.resolve(
          edge.registry
            .list()
            .flatMap(({ id, alarms }) => alarms.map((a) => say('about', { name: id, what: a })))
            .join('; '),
        ),
    ),
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
    partOf('history', async () => {
      const { isFailing } = historian.stats()
      if (publisher.stats().dropped > 0) return say('history.lost')
      return await Promise.resolve(isFailing ? say('history.wait') : '')
    }),
  ])
}
