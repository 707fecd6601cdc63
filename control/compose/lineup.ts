import type { Logger } from 'pino'
import { ConfigError } from '../config/problems/problems.ts'
import type { GuideService } from '../epg/service.ts'
import { createLearnedProtocols } from '../lineup/learned-protocols.ts'
import { LineupService } from '../lineup/lineup-service.ts'
import { SharedNameRecords } from '../lineup/name-records.ts'
import { createStreamClaims } from '../lineup/stream-claims.ts'
import type { SurgeState } from '../lineup/surge-state.ts'
import { createStreamNumbers } from '../playlists/xtream/stream-numbers.ts'
import type { RedisClient } from '../sessions/redis/client.ts'
import type { Sessions } from '../sessions/sessions.ts'
import type { LiveConfig } from './base/live-config.ts'
import type { LivePictures } from './pictures.ts'

const SURGE_REFUSE_MS = 5_000

/**
 * Ends the sessions of channels a surge left out; their players are refused at their next request.
 */
const endLeftOut = async (
  { store, view }: Pick<Sessions, 'store' | 'view'>,
  group: string,
  channels: readonly string[],
): Promise<void> => {
  for (const channel of channels) {
    const { items } = await view.list({ channel, group, limit: 1000 })
    for (const { id } of items) await store.end(id, 'channel.surge', SURGE_REFUSE_MS)
  }
}

interface LineupParts {
  /** Called late: the guide follows the lists, and lists name the guide. */
  readonly guide: () => GuideService
  readonly pictures: Pick<LivePictures, 'seal'>
  readonly live: LiveConfig
  readonly stateDir: string
  readonly surge: SurgeState
  readonly sessions: Pick<Sessions, 'store' | 'view' | 'bans'>
  readonly redis: RedisClient
  readonly log: Logger
  readonly now: () => number
}

/** The lineup with its ways to warn and to end sessions. */
export const createLineup = ({
  live,
  stateDir,
  surge,
  sessions,
  redis,
  guide,
  pictures,
  log,
  now,
}: LineupParts) =>
  new LineupService({
    config: live.config,
    folder: () => live.loaded().folder,
    stateDir,
    surge,
    now,
    nameRecords: new SharedNameRecords(redis, (message) => log.warn(message)),
    protocols: createLearnedProtocols(redis, now),
    numbersOf: createStreamNumbers(createStreamClaims(redis), (error) =>
      log.warn({ err: error }, 'numbers of new channels are claimed when Redis is back'),
    ),
    sealPicture: pictures.seal,
    guideVersion: () => guide().version(),
    channelsChanged: (channels) => guide().follow(channels),
    warn: (message) => log.warn(message),
    sourceChanged: ({ name, ok, error }) => {
      const at = error?.line ? ` line ${error.line}` : ''
      log.warn(
        ok ? `source ${name} is good again` : `source ${name}${at}: ${error?.reason ?? 'bad'}`,
      )
    },
    endSessions: (group, channels) => {
      endLeftOut(sessions, group, channels).catch((error: unknown) =>
        log.warn({ err: error }, 'sessions of channels left out go on until their next check'),
      )
    },
    regained: () => {
      sessions.bans
        .forgive()
        .catch((error: unknown) =>
          log.warn({ err: error }, 'edges remember for a while what was refused before'),
        )
    },
  })

/** Takes the configuration in use, or throws with everything that is wrong with its networks. */
export const configureLineup = async (lineup: LineupService, live: LiveConfig): Promise<void> => {
  const problems = await lineup.configure()
  if (problems.length === 0) return
  const { file, lineOf } = live.loaded()
  const line = lineOf(['groups'])
  throw new ConfigError(
    file,
    problems.map((message) => ({ path: 'groups', line, message })),
  )
}
