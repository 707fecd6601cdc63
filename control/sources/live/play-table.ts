import { createHash } from 'node:crypto'
import type { PlayRecord } from '#domain/types'
import type { LivePlay, PlayChange, PlayState } from '../model/live-play.ts'
import type { PlayStart } from '../model/source-kind.ts'

/** A play as seen in one poll. */
export interface SeenPlay {
  readonly key: string
  readonly state: PlayState
  /** Its `id` may be empty: it is then made of the key and the start. */
  readonly record: PlayRecord
  /** The server's id for ending it; `null` where there is none. */
  readonly handle: string | null
}

/** The plays that run at a server, by key. */
export interface PlayTable {
  /** Applies one poll of everything that runs: plays missing from it have ended once the grace is over. */
  replace(seen: readonly SeenPlay[]): void
  /** Notes that a play continues, without a poll. */
  touch(key: string, state: PlayState): void
  /** Running plays, with those missing for less than the grace. */
  list(): readonly LivePlay[]
  /** A play of the last poll. */
  get(key: string): LivePlay | null
  /** The server's ids for ending a play: several where the server has stale sessions of it. */
  handlesOf(key: string): readonly string[]
  /** Notes that its end is being asked for; `false`: the server refused. A play that goes meanwhile was ended on request. */
  setEnding(key: string, isEnding: boolean): void
  markEndAsked(key: string): void
}

/** Options of a table; times in milliseconds. */
export interface PlayTableOptions {
  readonly now: () => number
  readonly onChange?: ((change: PlayChange) => void) | undefined
  /** How long a play may be missing before it is over. */
  readonly graceMs?: number
  /** A play that was running before the table was opened. */
  readonly resume?: ((key: string) => PlayStart | null) | undefined
}

interface Entry {
  readonly play: LivePlay
  readonly handles: readonly string[]
  /** When a look first missed it; `null` while it is there. */
  readonly missedAt: number | null
  /** When its end began to be asked for; `null` while nobody asks. */
  readonly endingAt: number | null
}

/** Longest gap after which a play that is seen again is the same one. */
const LONGEST_GAP_MS = 10 * 60_000
/** A gap up to this counts as played. */
const PLAYED_GAP_MS = 60_000
/** How long an ended play that returns is recognised. */
const COOL_OFF_MS = 5 * 60_000

/** The id of a play that began at a moment: a play of the same film another day has another one. */
export const playIdOf = (key: string, startedAt: number): string =>
  `${createHash('sha256').update(key).digest('hex').slice(0, 24)}.${startedAt.toString(36)}`

/** Sessions by key; of several with one key, a running one comes first, then the latest. */
const byKey = (seen: readonly SeenPlay[]): ReadonlyMap<string, readonly SeenPlay[]> => {
  const groups = new Map<string, SeenPlay[]>()
  for (const one of seen) groups.set(one.key, [...(groups.get(one.key) ?? []), one])
  return groups
}

/** Milliseconds played until now; the source's own value where it has one. */
const playedMs = (known: Entry | undefined, said: number | null, now: number): number | null => {
  if (known === undefined) return said
  const { state, record } = known.play
  const gap = now - record.lastSeenAt
  const added = state === 'playing' && gap > 0 && gap <= PLAYED_GAP_MS ? gap : 0
  return said ?? (record.playedMs ?? 0) + added
}

const startOf = (
  { key, record }: SeenPlay,
  sessions: readonly SeenPlay[],
): Omit<PlayStart, 'endAskedAt'> => {
  const startedAt = Math.min(...sessions.map((one) => one.record.startedAt))
  return { id: record.id === '' ? playIdOf(key, startedAt) : record.id, startedAt }
}

interface Known {
  readonly entry: Entry | undefined
  readonly resumed: PlayStart | null
  readonly isReturned: boolean
}

const endAskedAtOf = ({ entry, resumed }: Known): number | null =>
  entry?.play.endAskedAt ?? resumed?.endAskedAt ?? null

const entryOf = (known: Known, sessions: readonly SeenPlay[], now: number): Entry | null => {
  const best = sessions.findLast(({ state }) => state !== 'paused') ?? sessions.at(-1)
  if (best === undefined) return null
  const handles = sessions.flatMap(({ handle }) => (handle === null ? [] : [handle]))
  const { entry } = known
  // A play keeps its id and start while the server's session ids change under it.
  const { id, startedAt } = entry?.play.record ?? known.resumed ?? startOf(best, sessions)
  const played = playedMs(entry, best.record.playedMs, now)
  const times = { startedAt, lastSeenAt: Math.max(now, startedAt), playedMs: played }
  const play = {
    key: best.key,
    state: best.state,
    record: { ...best.record, id, ...times },
    canEnd: handles.length > 0,
    endAskedAt: endAskedAtOf(known),
    isReturned: entry?.play.isReturned ?? known.isReturned,
  }
  return { play, handles, missedAt: null, endingAt: entry?.endingAt ?? null }
}

/** When a play that is over ended: when it was first missed, or was last seen where nobody looked for long. */
const closedPlay = ({ play, missedAt, endingAt }: Entry, now: number): LivePlay => {
  const { startedAt, lastSeenAt } = play.record
  const gone = missedAt ?? now
  const endedAt = gone - lastSeenAt > PLAYED_GAP_MS ? lastSeenAt : gone
  const record = { ...play.record, endedAt: Math.max(endedAt, startedAt) }
  return { ...play, endAskedAt: play.endAskedAt ?? endingAt, record }
}

interface Ended {
  add(key: string, now: number): void
  isRecent(key: string, now: number): boolean
}

/** Keys of plays that were ended on request, for as long as one that returns is recognised. */
const createEnded = (): Ended => {
  const ended = new Map<string, number>()
  return {
    add: (key, now) => {
      for (const [old, at] of ended) if (now - at > COOL_OFF_MS) ended.delete(old)
      ended.set(key, now)
    },
    isRecent: (key, now) => now - (ended.get(key) ?? Number.NEGATIVE_INFINITY) <= COOL_OFF_MS,
  }
}

type Entries = ReadonlyMap<string, Entry>

const isSame = (entry: Entry | undefined, at: number): entry is Entry =>
  entry !== undefined && at - entry.play.record.lastSeenAt <= LONGEST_GAP_MS

/** Whether a play missing from a poll may still return as the same play. */
const isMissing = ({ play, missedAt }: Entry, at: number, graceMs: number): boolean =>
  play.endAskedAt === null &&
  at - (missedAt ?? at) < graceMs &&
  at - play.record.lastSeenAt <= LONGEST_GAP_MS

/** The entries after a look. */
const entriesAfter = (
  before: Entries,
  seen: readonly SeenPlay[],
  at: number,
  { graceMs = 0, resume, ended }: PlayTableOptions & { readonly ended: Ended },
): Entries => {
  const next = new Map<string, Entry>()
  for (const [key, sessions] of byKey(seen)) {
    const old = before.get(key)
    const resumed = old === undefined ? (resume?.(key) ?? null) : null
    const entry = isSame(old, at) ? old : undefined
    const made = entryOf({ entry, resumed, isReturned: ended.isRecent(key, at) }, sessions, at)
    if (made !== null) next.set(key, made)
  }
  for (const [key, entry] of before)
    if (!next.has(key) && isMissing(entry, at, graceMs))
      next.set(key, { ...entry, missedAt: entry.missedAt ?? at })
  return next
}

/** What changed from one look to the next; what is missing for a moment is no change. */
const changesBetween = (before: Entries, next: Entries, at: number): PlayChange[] => {
  const closed = [...before.values()].filter(
    (entry) => !next.has(entry.play.key) || !isSame(entry, at),
  )
  const shown = [...next.values()].filter(({ missedAt }) => missedAt === null)
  return [
    ...closed.map((entry) => ({ type: 'closed', play: closedPlay(entry, at) }) as const),
    ...shown.map(({ play }) => {
      const type = isSame(before.get(play.key), at) ? 'updated' : 'opened'
      return { type, play } as const
    }),
  ]
}

/** Creates an empty table; exceptions of the listener are ignored. */
export const createPlayTable = (options: PlayTableOptions): PlayTable => {
  const { now, onChange } = options
  let entries: Entries = new Map()
  const ended = createEnded()
  const report = (change: PlayChange): void => {
    const { type, play } = change
    if (type === 'closed' && play.endAskedAt !== null) ended.add(play.key, now())
    try {
      onChange?.(change)
    } catch {
      // A listener's failure is not the table's.
    }
  }
  /** Replaces an entry's play and reports the change. */
  const update = (entry: Entry, play: LivePlay): void => {
    entries = new Map(entries).set(play.key, { ...entry, play })
    report({ type: 'updated', play })
  }
  return {
    replace: (seen) => {
      const at = now()
      const before = entries
      entries = entriesAfter(before, seen, at, { ...options, ended })
      for (const change of changesBetween(before, entries, at)) report(change)
    },
    touch: (key, state) => {
      const entry = entries.get(key)
      const at = now()
      if (!isSame(entry, at) || entry.missedAt !== null) return
      const { record } = entry.play
      const lastSeenAt = Math.max(at, record.startedAt)
      const known = { ...record, playedMs: playedMs(entry, null, at), lastSeenAt }
      update(entry, { ...entry.play, state, record: known })
    },
    list: () => [...entries.values()].map(({ play }) => play),
    get: (key) => {
      const entry = entries.get(key)
      return entry === undefined || entry.missedAt !== null ? null : entry.play
    },
    handlesOf: (key) => entries.get(key)?.handles ?? [],
    setEnding: (key, isEnding) => {
      const entry = entries.get(key)
      if (entry === undefined) return
      entries = new Map(entries).set(key, { ...entry, endingAt: isEnding ? now() : null })
    },
    markEndAsked: (key) => {
      const entry = entries.get(key)
      if (entry === undefined) return
      update(entry, { ...entry.play, endAskedAt: entry.play.endAskedAt ?? now() })
    },
  }
}
