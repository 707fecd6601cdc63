import { isPlayEvent, type PlayEvent } from './play-event.ts'

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

/** Events this process wrote to the streams a moment ago, by their entries: its own readers need not parse them again, and share one object. */
export interface KnownEvents {
  add(key: string, id: string, event: PlayEvent): void
  find(key: string, id: string): PlayEvent | undefined
  /** Forgets all: Redis has lost its data, and may give ids anew. */
  clear(): void
}

/** More than are written within the seconds that readers are behind. */
const MOST = 10_000

/** Remembers the newest. What no reader would take for an event is not remembered: it goes to the dead letters. */
export const createKnownEvents = (most = MOST): KnownEvents => {
  const young = new Map<string, PlayEvent>()
  const old = new Map<string, PlayEvent>()
  let [present, before] = [young, old]
  return {
    add: (key, id, event) => {
      if (!isPlayEvent(event)) return
      if (present.size >= most / 2) {
        ;[present, before] = [before, present]
        present.clear()
      }
      present.set(`${key} ${id}`, event)
    },
    find: (key, id) => present.get(`${key} ${id}`) ?? before.get(`${key} ${id}`),
    clear: () => {
      young.clear()
      old.clear()
    },
  }
}
