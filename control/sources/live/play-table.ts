import type { PlayRecord } from '#domain/types'
import type { LivePlay, PlayChange, PlayState } from '../model/live-play.ts'

/** A play as seen in one poll. */
export interface SeenPlay {
  readonly key: string
  readonly state: PlayState
  readonly record: PlayRecord
  /** By what the server ends it; `null` where it gives no such thing. */
  readonly handle: string | null
}

/** The plays that run at a server, by key. */
export interface PlayTable {
  /** Applies one poll of everything that runs: plays missing from it have ended. */
  replace(seen: readonly SeenPlay[]): void
  list(): readonly LivePlay[]
  get(key: string): LivePlay | null
  /** By what the play's sessions are ended: several where a server holds ghosts of it. */
  handlesOf(key: string): readonly string[]
  markEndAsked(key: string): void
}

interface Entry {
  readonly play: LivePlay
  readonly handles: readonly string[]
}

/** One entry a key: a running session speaks for the paused ones beside it, the last for those before. */
const byKey = (seen: readonly SeenPlay[]): ReadonlyMap<string, readonly SeenPlay[]> => {
  const groups = new Map<string, SeenPlay[]>()
  for (const one of seen) groups.set(one.key, [...(groups.get(one.key) ?? []), one])
  return groups
}

const entryOf = (known: Entry | undefined, sessions: readonly SeenPlay[], now: number) => {
  const best = sessions.findLast(({ state }) => state !== 'paused') ?? sessions.at(-1)
  if (best === undefined) return null
  const handles = sessions.flatMap(({ handle }) => (handle === null ? [] : [handle]))
  // A play keeps its id and start while the server's session ids change under it.
  const { id, startedAt } = known?.play.record ?? {
    id: best.record.id,
    startedAt: Math.min(...sessions.map(({ record }) => record.startedAt)),
  }
  const record = { ...best.record, id, startedAt, lastSeenAt: Math.max(now, startedAt) }
  const endAskedAt = known?.play.endAskedAt ?? null
  const { key, state } = best
  return { play: { key, state, record, canEnd: handles.length > 0, endAskedAt }, handles }
}

/** Opens an empty table. A listener that throws is left alone: the table is right without it. */
export const createPlayTable = ({
  now,
  onChange,
}: {
  readonly now: () => number
  readonly onChange?: ((change: PlayChange) => void) | undefined
}): PlayTable => {
  let entries: ReadonlyMap<string, Entry> = new Map()
  const report = (change: PlayChange): void => {
    try {
      onChange?.(change)
    } catch {
      // A listener's failure is not the table's.
    }
  }
  return {
    replace: (seen) => {
      const at = now()
      const before = entries
      const next = new Map<string, Entry>()
      for (const [key, sessions] of byKey(seen)) {
        const entry = entryOf(before.get(key), sessions, at)
        if (entry !== null) next.set(key, entry)
      }
      entries = next
      for (const [key, { play }] of before) {
        if (next.has(key)) continue
        const record = { ...play.record, endedAt: Math.max(at, play.record.startedAt) }
        report({ type: 'closed', play: { ...play, record } })
      }
      for (const [key, { play }] of next)
        report({ type: before.has(key) ? 'updated' : 'opened', play })
    },
    list: () => [...entries.values()].map(({ play }) => play),
    get: (key) => entries.get(key)?.play ?? null,
    handlesOf: (key) => entries.get(key)?.handles ?? [],
    markEndAsked: (key) => {
      const entry = entries.get(key)
      if (entry === undefined) return
      const play = { ...entry.play, endAskedAt: entry.play.endAskedAt ?? now() }
      entries = new Map(entries).set(key, { ...entry, play })
    },
  }
}
