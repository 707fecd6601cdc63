/** Shards that this process has just written events to. Its readers hear of them at once, and need not look often. */
export interface Arrivals {
  tell(shards: Iterable<number>): void
  /** Answers how to hear of no more. */
  hear(listener: (shard: number) => void): () => void
}

/** Creates arrivals that nobody hears of yet. */
export const createArrivals = (): Arrivals => {
  const listeners = new Set<(shard: number) => void>()
  return {
    tell: (shards) => {
      for (const shard of shards) for (const listener of listeners) listener(shard)
    },
    hear: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
