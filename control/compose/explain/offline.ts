import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import type { LoadedConfig } from '../../config/load.ts'
import type { Geo } from '../../geo/geo.ts'
import { LineupService } from '../../lineup/lineup-service.ts'
import { createLiveAuthorizer } from '../access/authorizer.ts'
import { createLiveLinks } from '../access/secure-links.ts'
import { openGeo } from '../base/geo.ts'
import { createExplainer } from './explainer.ts'

/** A configuration looked at without starting anything: its sources are read, nothing is written. */
export interface Offline {
  readonly lineup: LineupService
  readonly geo: Geo
  readonly explain: ReturnType<typeof createExplainer>
  /** Whether signed links open the channel. */
  readonly isLinked: (channel: string) => boolean
  /** What is wrong with the networks. */
  readonly problems: readonly string[]
  readonly warnings: readonly string[]
  close(): Promise<void>
}

const NOTHING_LEARNED = {
  of: () => null,
  learn: () => undefined,
  refresh: async () => await Promise.resolve(false),
}
const QUIET = { active: () => new Set<string>(), entry: () => null }

export const openOffline = async (loaded: LoadedConfig): Promise<Offline> => {
  const { config, folder } = loaded
  const stateDir = mkdtempSync(join(tmpdir(), 'gatehouse-check-'))
  const warnings: string[] = []
  const lineup = new LineupService({
    config: () => config,
    folder: () => folder,
    stateDir,
    surge: {
      ...QUIET,
      set: async () => await Promise.resolve(),
      reload: async () => await Promise.resolve(false),
    },
    now: () => Date.now(),
    protocols: NOTHING_LEARNED,
    warn: (message) => warnings.push(message),
    sourceChanged: ({ name, error }) => {
      const at = error?.line ? ` line ${error.line}` : ''
      warnings.push(`source ${name}${at}: ${error?.reason ?? 'is bad'}`)
    },
    endSessions: () => undefined,
    regained: () => undefined,
  })
  const problems = await lineup.configure()
  const geo = await openGeo(config, pino({ level: 'silent' }))
  const authorizer = createLiveAuthorizer(config, null, () => Date.now(), lineup.catalog)
  return {
    lineup,
    geo,
    problems,
    warnings,
    isLinked: (channel) => authorizer.book.isLinked(channel),
    explain: createExplainer({
      config: () => config,
      lineup,
      place: (address) => geo.place(address),
      accounts: null,
      authorizer,
      links: createLiveLinks(
        () => loaded,
        (message) => warnings.push(message),
        lineup.catalog,
      ),
      now: () => Date.now(),
    }),
    close: async () => {
      lineup.playlists.stop()
      geo.stop()
      await authorizer.client.close()
      rmSync(stateDir, { recursive: true, force: true })
    },
  }
}
