import { randomBytes } from 'node:crypto'
import type { BanRow } from '#domain/channels/protocol'
import type { BanChanges } from '../model/ban-store.ts'

/** One change as sent to edges. */
export type FeedChange = Pick<BanChanges, 'set' | 'clear' | 'kill' | 'drop'>

/** The changes for edges, with a cursor for those that missed some. */
export interface BanFeed {
  apply(change: FeedChange): void
  since(cursor: string | null): BanChanges
  subscribe(listener: (changes: BanChanges) => void): () => void
  purge(now: number): void
}

interface Logged {
  readonly seq: number
  readonly change: FeedChange
}

const KEPT_CHANGES = 5_000

/** Several changes as one: what a later one reverts is left out. */
const merge = (changes: readonly FeedChange[]): FeedChange => {
  const set = new Map<string, BanRow>()
  const clear = new Set<string>()
  const kill = new Set<string>()
  const drop = new Set<string>()
  for (const change of changes) {
    for (const key of change.clear) {
      clear.add(key)
      set.delete(key)
      kill.delete(key)
    }
    for (const row of change.set) {
      set.set(row[0], row)
      clear.delete(row[0])
    }
    for (const key of change.kill) kill.add(key)
    for (const key of change.drop) drop.add(key)
  }
  return { set: [...set.values()], clear: [...clear], kill: [...kill], drop: [...drop] }
}

/** The feed of one control plane; a cursor of another one is unknown, and gets everything. */
export const createBanFeed = (now: () => number): BanFeed => {
  const epoch = randomBytes(6).toString('base64url')
  const active = new Map<string, BanRow>()
  const killed = new Map<string, number>()
  const listeners = new Set<(changes: BanChanges) => void>()
  let log: Logged[] = []
  let seq = 0
  const untilOf = (key: string): number => active.get(key)?.[1] ?? 0
  const cursor = () => `${epoch}.${seq}`
  const everything = (): BanChanges => {
    const at = now()
    const set = [...active.values()].filter(([, until]) => until > at)
    const kill = [...killed.keys()].filter((key) => untilOf(key) > at)
    return { cursor: cursor(), full: true, set, clear: [], kill, drop: [] }
  }
  return {
    apply(change) {
      seq += 1
      for (const key of change.clear) {
        active.delete(key)
        killed.delete(key)
      }
      for (const row of change.set) active.set(row[0], row)
      for (const key of change.kill) if (active.has(key)) killed.set(key, untilOf(key))
      log.push({ seq, change })
      if (log.length > 2 * KEPT_CHANGES) log = log.slice(-KEPT_CHANGES)
      const published = { ...change, cursor: cursor(), full: false }
      for (const listener of listeners) listener(published)
    },
    since(text) {
      // An edge sends its cursor in the list of every control plane that answered it lately.
      const mine = (text ?? '').split(',').find((place) => place.startsWith(`${epoch}.`))
      const known = Number(mine?.split('.')[1])
      if (!Number.isInteger(known) || known > seq) return everything()
      if (known < (log[0]?.seq ?? seq + 1) - 1) return everything()
      const missed = log.filter((one) => one.seq > known).map(({ change }) => change)
      return { ...merge(missed), cursor: cursor(), full: false }
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    purge(at) {
      for (const [key, until] of active.values()) if (until <= at) active.delete(key)
      for (const [key, until] of killed) if (until <= at) killed.delete(key)
    },
  }
}
