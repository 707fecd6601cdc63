import { timingSafeEqual } from 'node:crypto'
import { hashEdgeKey } from '../keys/edge-key.ts'
import type { Edge } from '../store/tables/records.ts'

/** Registered edges and their keys. */
export interface EdgeDirectory {
  /** The edge with this id; `null` where it is not registered or was revoked. */
  find(id: string): Promise<Edge | null>
  /** Whether this is the key of a registered edge. */
  isKey(id: string, key: string): Promise<boolean>
  /** Empties the cache after an edge was added or revoked. */
  forget(): void
}

/** Milliseconds an edge is cached, and so the delay of a revocation at another control plane. */
const KEEP_MS = 1_000

interface Known {
  readonly at: number
  readonly edge: Edge | null
}

/** Edges from SQL, cached for a second; while SQL is unavailable, as last read. */
export const createEdgeDirectory = (
  load: (id: string) => Promise<Edge | null>,
  clock: () => number,
): EdgeDirectory => {
  const known = new Map<string, Known>()
  const read = async (id: string): Promise<Edge | null> => {
    const kept = known.get(id)
    if (kept && clock() - kept.at < KEEP_MS) return kept.edge
    try {
      const edge = await load(id)
      // Unknown ids are not cached: a client could send any number of them.
      if (edge) known.set(id, { at: clock(), edge })
      else known.delete(id)
      return edge
    } catch (error) {
      if (kept) return kept.edge
      throw error
    }
  }
  const find = async (id: string): Promise<Edge | null> => {
    const edge = await read(id)
    return edge === null || edge.revokedAt !== null ? null : edge
  }
  return {
    find,
    isKey: async (id, key) => {
      const edge = await find(id)
      if (!edge) return false
      return timingSafeEqual(Buffer.from(edge.keyHash, 'hex'), Buffer.from(hashEdgeKey(key), 'hex'))
    },
    forget: () => {
      for (const [id, { edge }] of known) known.set(id, { at: Number.NEGATIVE_INFINITY, edge })
    },
  }
}
