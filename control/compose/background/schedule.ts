import type { Background } from '../base/background.ts'
import { createMediaAlarms } from '../media/media-alarms.ts'
import { createServerAlarms } from '../media/server-alarms.ts'
import { createUserRoll } from '../media/user-roll.ts'
import type { Parts } from '../parts.ts'
import { createAutoSurge } from './auto-surge.ts'
import { createOlderHistory } from './older-history.ts'
import { createSessionProgress, PROGRESS_STEP_MS } from './session-progress.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const DAY = 1440 * MINUTE
/**
 * Running sessions are published every minute: a play without an event for ten has ended unseen.
 */
const SILENT_MS = 10 * MINUTE

/** Running sessions change what was counted of the last hours every minute. */
const SETTLED_MS = 6 * 60 * MINUTE
/** Days whose most plays at once are counted in a minute, at most. */
const PEAKS_A_MINUTE = 20

/** All background work. */
export const scheduleWork = (background: Background, parts: Parts): void => {
  const { lifecycle, surge, lineup, persistence, live, lock, media, notices, now } = parts
  /** Schedules work that one control plane does for all; another takes over when it stops. */
  const alone = (name: string, ms: number, work: () => Promise<unknown>): void =>
    background.every(name, ms, async () => {
      const keepMs = ms < 10 * SECOND ? 5 * SECOND : 2.5 * ms
      if (await lock.owns(name.replaceAll(' ', '-'), keepMs)) await work()
    })
  background.every('asking auth backends again', SECOND, async () => await lifecycle.round())
  background.every('surge state', 2 * SECOND, async () => {
    if (await surge.reload()) await lineup.applySurge()
  })
  alone('automatic surge', 2 * SECOND, createAutoSurge(parts))
  background.every('protocols of origins', 5 * SECOND, async () => await lineup.refreshProtocols())
  background.every('former names', SECOND, async () => await lineup.refreshNames())
  background.every('network files', 3 * SECOND, async () => await lineup.refreshNetworks())
  const alarms = createMediaAlarms(media.hub, parts.log)
  background.every(
    'alarms of media servers',
    5 * SECOND,
    async () => await Promise.resolve(alarms()),
  )
  const { store } = persistence
  const { announcer } = notices
  const tellAlarms = createServerAlarms({ hub: media.hub, store, announcer, now })
  alone('notices about media servers', 5 * SECOND, tellAlarms)
  alone('users of media servers', MINUTE / 2, createUserRoll({ hub: media.hub, store, now }))
  // Another control plane may have added or removed one.
  background.every('media servers', 2 * SECOND, async () => await media.reload())
  const sealedBy = (): number | null => parts.pictures.job()?.kid ?? null
  let sealed = sealedBy()
  background.every('signing keys', 5 * SECOND, async () => {
    await persistence.ring.reload()
    if (sealedBy() === sealed) return
    // A retired key opens no seal: lists and guide name pictures by the key that signs now.
    sealed = sealedBy()
    await lineup.applySurge()
    await parts.guide.refresh()
  })
  background.every('history of running sessions', PROGRESS_STEP_MS, createSessionProgress(parts))
  alone('plays that fell silent', MINUTE, async () => {
    await persistence.store.history.closeSilent(now() - SILENT_MS)
  })
  background.every('destinations', 5 * SECOND, async () => await notices.destinations.reload())
  alone('notices', SECOND, async () => await notices.outbox.round())
  alone('old notices', DAY / 24, async () => await notices.outbox.prune())
  const isMine = async (): Promise<boolean> => await lock.owns('counting-older-history', 5 * SECOND)
  background.every(
    'counting older history',
    SECOND,
    createOlderHistory({ history: store.history, isMine, log: parts.log, now }),
  )
  alone('most plays at once', MINUTE, async () => {
    let days = 0
    while (days < PEAKS_A_MINUTE && (await store.history.countPeaks(now() - SETTLED_MS))) days += 1
  })
  alone('retention', DAY / 4, async () => {
    const before = now() - live.config().store.retention_days * DAY
    await persistence.store.history.prune(before)
  })
}
