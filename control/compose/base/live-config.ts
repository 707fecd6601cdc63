import { settingChanges } from '../../config/edit/setting-changes.ts'
import { type LoadedConfig, loadConfig } from '../../config/load.ts'
import type { Config } from '../../config/schema/schema.ts'

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
    if (settingChanges(before.config, current.config).some(({ needsRestart }) => needsRestart))
      warn('listeners, Redis, store and zones change with the next start')
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
