import type { SessionEnd, SessionStore } from '../../sessions/model/session-store.ts'
import { type HookPipeline, type HookPlay, hookKey } from '../admission/hook-play.ts'
import { checkedPlay } from './checked-play.ts'
import type { ServerApi } from './server-api.ts'

/** Keeps the sessions of another server's playbacks as the server lists them. */
export interface Follower {
  /** Reads the server's list: renews what plays, frees what has ended, kicks what may not play. Never throws. */
  round(): Promise<void>
  /** A playback was admitted: what it opened with is needed when its slot is lost. */
  opened(play: HookPlay): void
  /** A session ended at our side; a playback of this server is kicked at once. */
  readonly ended: (end: SessionEnd) => void
  /** Why the last reading of its list failed; `null` = it did not. */
  problem(): string | null
  close(): Promise<void>
}

/** What a follower works with. */
export interface FollowerPorts {
  readonly server: string
  readonly api: ServerApi
  readonly pipeline: Pick<HookPipeline, 'open'>
  readonly sessions: Pick<SessionStore, 'renew' | 'close'>
  readonly now: () => number
  readonly warn: (message: string) => void
}

/** Most keys of one renewal. */
const BATCH = 5_000
/** How long an admitted playback may be missing in the list before it starts, and what it opened with is remembered. */
const START_MS = 15_000
/** Ends that the server itself reported, or that its list shows. */
const SEEN_ENDS: readonly string[] = ['session.closed', 'session.idle', 'session.unstarted']

interface Known {
  readonly play: HookPlay
  readonly at: number
  isListed: boolean
  isEnded: boolean
}

const textOfError = (error: unknown): string => (error instanceof Error ? error.message : '')

/** What is known of a server's playbacks, by lease key. */
const createKnown = (now: () => number) => {
  const known = new Map<string, Known>()
  return {
    get: (key: string): Known | undefined => known.get(key),
    note: (play: HookPlay, isListed: boolean): Known => {
      const key = hookKey(play)
      const before = known.get(key)
      // The list shows no bearer token and no password; what the playback opened with does.
      const token = play.token ?? before?.play.token ?? null
      const userAgent = play.userAgent ?? before?.play.userAgent ?? null
      const entry = {
        play: { ...play, token, userAgent },
        at: before?.at ?? now(),
        isListed: isListed || (before?.isListed ?? false),
        isEnded: before?.isEnded ?? false,
      }
      known.set(key, entry)
      return entry
    },
    /** Takes out what is no longer listed; returns its keys. */
    takeOver: (listed: ReadonlyMap<string, Known>): string[] => {
      const isOver = ([key, { isListed, at }]: [string, Known]): boolean =>
        !listed.has(key) && (isListed || now() - at > START_MS)
      const over = [...known].filter(isOver).map(([key]) => key)
      for (const key of over) known.delete(key)
      return over
    },
  }
}

/** Renews listed playbacks, and kicks those that may not go on. */
const createRenewing = (
  { server, pipeline, sessions }: FollowerPorts,
  kick: (playback: string) => Promise<void>,
) => {
  const renewBatch = async (batch: ReadonlyMap<string, Known>): Promise<void> => {
    const { kill, drop } = await sessions.renew({
      edge: `hook:${server}`,
      seen: [...batch.keys()],
      traffic: [...batch].map(([key, { play }]) => [key, play.bytes, 1, true] as const),
    })
    const killed = new Set(kill.map(({ key }) => key))
    const judge = async (key: string, { play, isEnded }: Known): Promise<void> => {
      if (isEnded || killed.has(key)) return await kick(play.playback)
      if (!drop.includes(key)) return
      if ((await pipeline.open(play)).verdict !== 'allow') await kick(play.playback)
    }
    for (const [key, entry] of batch) await judge(key, entry)
  }
  return async (listed: ReadonlyMap<string, Known>): Promise<void> => {
    const all = [...listed]
    for (let at = 0; at < all.length; at += BATCH)
      await renewBatch(new Map(all.slice(at, at + BATCH)))
  }
}

/** Creates a follower; nothing is asked before its first round. */
export const createFollower = (ports: FollowerPorts): Follower => {
  const { server, api, sessions, now, warn } = ports
  const known = createKnown(now)
  let problem: string | null = null
  const kick = async (playback: string): Promise<void> => {
    await api.kick(playback).catch((error: unknown) => {
      warn(`${server}: a playback could not be ended: ${textOfError(error)}`)
    })
  }
  const renew = createRenewing(ports, kick)
  const round = async (): Promise<void> => {
    const listed = new Map<string, Known>()
    for (const draft of await api.list()) {
      const read = checkedPlay(draft)
      if (read.ok) listed.set(hookKey(read.play), known.note(read.play, true))
    }
    await renew(listed)
    await sessions.close(known.takeOver(listed))
  }
  return {
    round: async () => {
      try {
        await round()
        if (problem !== null) warn(`${server}: its interface answers again`)
        problem = null
      } catch (error) {
        const why = `${server}: what plays there cannot be read: ${textOfError(error)}`
        if (problem === null) warn(why)
        problem = why
      }
    },
    opened: (play) => void known.note(play, false),
    ended: ({ session, reason }) => {
      if (session.edge !== `hook:${server}` || SEEN_ENDS.includes(reason)) return
      const entry = known.get(session.id)
      if (entry !== undefined) entry.isEnded = true
      if (typeof session.playback === 'string') void kick(session.playback)
    },
    problem: () => problem,
    close: async () => await api.close(),
  }
}
