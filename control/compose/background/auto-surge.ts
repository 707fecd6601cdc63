import { randomUUID } from 'node:crypto'
import { SURGE_ACTOR } from '../../lineup/auto-surge.ts'
import { createSurgeRound } from '../../lineup/surge-round.ts'
import type { Parts } from '../parts.ts'

/** The round that switches surge profiles by what the whole service carries. */
export const createAutoSurge = (parts: Parts): (() => Promise<void>) => {
  const { live, surge, lineup, sessions, traffic, persistence, now } = parts
  return createSurgeRound({
    profiles: () => live.config().surge,
    state: surge,
    clock: now,
    apply: async () => await lineup.applySurge(),
    load: async () => {
      const mbps = await traffic.mbps()
      return { sessions: (await sessions.view.numbers()).totalClients, mbps: Math.round(mbps) }
    },
    audit: async (subject, on, load) =>
      await persistence.store.audit.put({
        id: randomUUID(),
        at: now(),
        actor: SURGE_ACTOR,
        action: on ? 'surge.on' : 'surge.off',
        subject,
        before: null,
        after: { ...load },
      }),
  })
}
