import { settingChanges } from '../../config/edit/setting-changes.ts'
import { type LoadedConfig, loadConfig } from '../../config/load.ts'
import type { Config } from '../../config/schema/schema.ts'
import { nginxOf } from '../../config/schema/which-edge.ts'

/** The configuration in use, replaced as a whole when it is read again. */
export interface LiveConfig {
  readonly config: () => Config
  readonly loaded: () => LoadedConfig
  /**
   * Reads the file again and applies it to all parts, one call after the other; an invalid file, a refusal, or a `confirm` that throws leaves the old
   * one in use everywhere.
   */
  readonly reload: (confirm?: (taken: LoadedConfig) => Promise<void>) => Promise<void>
  /** Takes part in a reload; throws to refuse the new configuration. */
  readonly onReload: (take: () => Promise<void>) => void
  /** Called with a new configuration once all parts have taken it. */
  readonly onReloaded: (listener: () => void) => void
}

/** What of a new configuration does not hold yet, as sentences. */
const laterThan = (before: Config, now: Config): string[] => {
  const changes = settingChanges(before, now)
  const later = changes.filter(({ needsRestart }) => needsRestart).map(({ path }) => path)
  const ofNginx =
    nginxOf(now) === 'external' ? changes.filter(({ path }) => path.startsWith('edge.')) : []
  return [
    ...(later.length === 0 ? [] : [`from the next start on: ${later.join(', ')}`]),
    ...(ofNginx.length === 0
      ? []
      : [
          `${ofNginx.map(({ path }) => path).join(', ')}: write the files of your nginx again (gatehouse nginx) and reload it`,
        ]),
  ]
}

/**
 * Holds the configuration; `reload` reads the file again, and throws and keeps the old one where
 * the new one is invalid.
 */
export const createLiveConfig = (
  first: LoadedConfig,
  warn: (message: string) => void,
): LiveConfig => {
  let current = first
  const takers: (() => Promise<void>)[] = []
  const listeners: (() => void)[] = []
  const reload = async (confirm: (taken: LoadedConfig) => Promise<void>): Promise<void> => {
    const before = current
    current = loadConfig(before.file, process.env)
    try {
      for (const take of takers) await take()
      await confirm(current)
    } catch (error) {
      current = before
      for (const take of takers) await take()
      throw error
    }
    for (const listener of listeners) listener()
    for (const told of laterThan(before.config, current.config)) warn(told)
  }
  let last: Promise<void> = Promise.resolve()
  return {
    config: () => current.config,
    loaded: () => current,
    onReload: (take) => {
      takers.push(take)
    },
    onReloaded: (listener) => {
      listeners.push(listener)
    },
    reload: async (confirm = async () => undefined) => {
      const work = last.then(async () => await reload(confirm))
      last = work.catch(() => undefined)
      await work
    },
  }
}
