import { type LoadedConfig, loadConfig } from '../../config/load.ts'
import type { Config } from '../../config/schema/schema.ts'

/** The configuration in use, replaced as a whole when it is read again. */
export interface LiveConfig {
  readonly config: () => Config
  readonly loaded: () => LoadedConfig
  /**
   * Reads the file again and applies it to all parts; an invalid file or a refusal leaves the old
   * one in use.
   */
  readonly reload: () => Promise<void>
  /** Takes part in a reload; throws to refuse the new configuration. */
  readonly onReload: (take: () => Promise<void>) => void
  /** Called with a new configuration once all parts have taken it. */
  readonly onReloaded: (listener: () => void) => void
}

/** Settings that hold from start to end of a process. */
const fixedSections = ({ edge, admin, control, redis, store, state }: Config): string =>
  JSON.stringify({ listen: edge.listen, zones: edge.zones, admin, control, redis, store, state })

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
  return {
    config: () => current.config,
    loaded: () => current,
    onReload: (take) => {
      takers.push(take)
    },
    onReloaded: (listener) => {
      listeners.push(listener)
    },
    reload: async () => {
      const before = current
      current = loadConfig(before.file, process.env)
      try {
        for (const take of takers) await take()
      } catch (error) {
        current = before
        for (const take of takers) await take()
        throw error
      }
      for (const listener of listeners) listener()
      if (fixedSections(before.config) !== fixedSections(current.config)) {
        warn('listeners, Redis, store and zones change with the next start')
      }
    },
  }
}
