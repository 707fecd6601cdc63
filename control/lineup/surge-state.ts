import type { Json } from '../store/tables/records.ts'
import type { SettingStore } from '../store/tables/stores.ts'

/** When a profile was switched on, and by whom. */
export interface SurgeEntry {
  readonly since: number
  readonly by: string
}

/** The surge profiles that are on; stored in SQL, so that a restart changes nothing. */
export interface SurgeState {
  active(): ReadonlySet<string>
  entry(name: string): SurgeEntry | null
  set(name: string, on: boolean, by: string): Promise<void>
  /** Reads the state again, since other control planes may change it; returns whether it has changed. */
  reload(): Promise<boolean>
}

const SETTING = 'surge'

const isEntry = (value: Json | undefined): value is { since: number; by: string } =>
  typeof value === 'object' &&
  value !== null &&
  'since' in value &&
  'by' in value &&
  typeof value['since'] === 'number' &&
  typeof value['by'] === 'string'

const readEntries = (value: Json): Map<string, SurgeEntry> => {
  const entries = new Map<string, SurgeEntry>()
  if (typeof value !== 'object' || value === null) return entries
  for (const [name, entry] of Object.entries(value)) if (isEntry(entry)) entries.set(name, entry)
  return entries
}

/** Creates the state; none is on until `reload`. */
export const createSurgeState = (settings: SettingStore, clock: () => number): SurgeState => {
  let entries = new Map<string, SurgeEntry>()
  const textOf = (map: ReadonlyMap<string, SurgeEntry>): string =>
    JSON.stringify([...map].sort(([a], [b]) => (a < b ? -1 : 1)))
  return {
    active: () => new Set(entries.keys()),
    entry: (name) => entries.get(name) ?? null,
    set: async (name, on, by) => {
      const next = new Map(entries)
      if (on) next.set(name, { since: clock(), by })
      else next.delete(name)
      await settings.set(
        SETTING,
        Object.fromEntries([...next].map(([key, value]) => [key, { ...value }])),
        clock(),
      )
      entries = next
    },
    reload: async () => {
      const next = readEntries(await settings.get(SETTING))
      const differs = textOf(next) !== textOf(entries)
      entries = next
      return differs
    },
  }
}
