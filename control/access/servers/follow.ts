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
  ended(end: SessionEnd): void
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

/** Creates a follower; nothing is asked before its first round. */
export const createFollower = (ports: FollowerPorts): Follower => {
  const { server, api, pipeline, sessions, now, warn } = ports
  const known = new Map<string, Known>()
  let isAway = false
  const kick = async (play: Pick<HookPlay, 'playback'>): Promise<void> => {
    await api.kick(play.playback).catch((error: unknown) => {
      warn(`${server}: a playback could not be ended: ${textOfError(error)}`)
    })
  }
  const remember = (play: HookPlay, isListed: boolean): Known => {
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
  }
  const renew = async (batch: ReadonlyMap<string, Known>): Promise<void> => {
    const { kill, drop } = await sessions.renew({
      edge: `hook:${server}`,
      seen: [...batch.keys()],
      traffic: [...batch].map(([key, { play }]) => [key, play.bytes, 1, true] as const),
    })
    const killed = new Set(kill.map(({ key }) => key))
    const admit = async (key: string, { play, isEnded }: Known): Promise<void> => {
      if (isEnded || killed.has(key)) return await kick(play)
      if (drop.includes(key) && (await pipeline.open(play)).verdict !== 'allow') await kick(play)
    }
    for (const [key, entry] of batch) await admit(key, entry)
  }
  const forget = async (listed: ReadonlySet<string>): Promise<void> => {
    const over = [...known].filter(
      ([key, { isListed, at }]) => !listed.has(key) && (isListed || now() - at > START_MS),
    )
    for (const [key] of over) known.delete(key)
    await sessions.close(over.map(([key]) => key))
  }
  const round = async (): Promise<void> => {
    const listed = new Map<string, Known>()
    for (const draft of await api.list()) {
      const read = checkedPlay(draft)
      if (read.ok) listed.set(hookKey(read.play), remember(read.play, true))
    }
    const keys = [...listed]
    for (let at = 0; at < keys.length; at += BATCH) await renew(new Map(keys.slice(at, at + BATCH)))
    await forget(new Set(listed.keys()))
  }
  return {
    round: async () => {
      try {
        await round()
        if (isAway) warn(`${server}: its interface answers again`)
        isAway = false
      } catch (error) {
        if (!isAway) warn(`${server}: what plays there cannot be read: ${textOfError(error)}`)
        isAway = true
      }
    },
    opened: (play) => void remember(play, false),
    ended: ({ session, reason }) => {
      if (session.edge !== `hook:${server}` || SEEN_ENDS.includes(reason)) return
      const entry = known.get(session.id)
      if (entry !== undefined) entry.isEnded = true
      if (typeof session.playback === 'string') void kick({ playback: session.playback })
    },
    close: async () => await api.close(),
  }
}
