import type { IndexEntry } from '../model/session-index.ts'

interface Cached {
  readonly entry: IndexEntry
  refreshedAt: number
}

/** LRU cache of index entries, so that a renewal looks up only unknown keys in Redis. */
export interface IndexCache {
  get(key: string): IndexEntry | undefined
  /** Whether the entry's keys in Redis should be written again, so that they do not run out. */
  isStale(key: string, now: number): boolean
  put(entry: IndexEntry, now: number): void
  size(): number
}

/** A cache of at most `limit` entries. */
export const createIndexCache = (limit: number, refreshMs: number): IndexCache => {
  const cached = new Map<string, Cached>()
  return {
    get: (key) => cached.get(key)?.entry,
    isStale: (key, now) => now - (cached.get(key)?.refreshedAt ?? 0) >= refreshMs,
    put: (entry, now) => {
      cached.delete(entry.key)
      cached.set(entry.key, { entry, refreshedAt: now })
      if (cached.size <= limit) return
      const [oldest] = cached.keys()
      if (oldest !== undefined) cached.delete(oldest)
    },
    size: () => cached.size,
  }
}
