/** Openings of an edge wait for its first sync, which tells what plays there already. */
export interface FirstNews {
  /** Resolves when this edge has synced, or has had the time for it. */
  of(edge: string): Promise<void>
  heard(edge: string): void
}

/** Edges sync once a second. */
const PATIENCE_MS = 1_200

/** Begins to wait now: places confirmed while this process was away must not be given to somebody else. */
export const createFirstNews = (patienceMs = PATIENCE_MS): FirstNews => {
  const end = Date.now() + patienceMs
  const heard = new Set<string>()
  const waiting = new Map<string, (() => void)[]>()
  return {
    async of(edge) {
      const leftMs = end - Date.now()
      if (heard.has(edge) || leftMs <= 0) return
      await new Promise<void>((resolve) => {
        waiting.set(edge, [...(waiting.get(edge) ?? []), resolve])
        setTimeout(resolve, leftMs)
      })
    },
    heard(edge) {
      heard.add(edge)
      for (const resolve of waiting.get(edge) ?? []) resolve()
      waiting.delete(edge)
    },
  }
}
