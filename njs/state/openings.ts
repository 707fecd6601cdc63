import { CLOCKS } from '../domain/limits/types.ts'
import { readLease } from './leases.ts'
import { keepText, nowSec, texts } from './memory.ts'
import { endReason, isSessionBanned } from './refusals.ts'

/** What an opening led to, kept for as long as it may be asked again. */
interface Opening {
  /** The session's lease key. */
  readonly key: string
  /** Unix ms at which the opening was last asked. */
  readonly asked: number
  /** Times it was asked again as a reload would, not as a second try. */
  readonly reloads: number
  /** Longest time between two reloads, ms. */
  readonly periodMs: number
  /** Connection of the last ask. */
  readonly connection: string
  /** Reloads that came over the connection of the ask before. */
  readonly steady: number
  /** Unix ms at which its player was last told that the session is over; 0 = not yet. */
  readonly told: number
  /** The pass' address. */
  readonly location: string
}

/** Who asks an opening again. */
export interface Asker {
  /** 32 bits that stand for the viewer's network key. */
  readonly network: number
  /** nginx's number of the connection. */
  readonly connection: string
  /** A script in a page: it stops at the first 410, or tries once more where it began. */
  readonly isScript: boolean
}

/** Answers to an opening that was asked before: the same pass, a session that was ended, or nothing known. */
export type Reopening =
  | { readonly kind: 'same'; readonly location: string }
  | { readonly kind: 'ended'; readonly key: string }
  | { readonly kind: 'unknown' }

/** Asked again sooner than this it is the same press of a button: some players open everything twice. */
const SECOND_TRY_MS = 1_000
/** A player that has asked so often asks its opening address at every reload. */
const RELOADS = 2
/** A longer pause than so many of its periods is a viewer who comes back; a shorter one after its player was told. */
const PAUSE = 2.5
const PAUSE_AFTER_NO = 1.5
/** A script that was told below its pass tries its opening address once more within this (measured: Shaka's DASH, 1.3 s). */
const SCRIPT_RETRY_MS = 2_000
const UNKNOWN: Reopening = { kind: 'unknown' }

const nameOf = (id: string): string => `m${id}`

const read = (id: string): Opening | null => {
  const text = texts('gh_identity').get(nameOf(id))
  if (text === undefined) return null
  const [key = '', asked, reloads, period, connection = '', steady, told, location = ''] =
    text.split(' ')
  return {
    key,
    asked: Number(asked),
    reloads: Number(reloads),
    periodMs: Number(period),
    connection,
    steady: Number(steady),
    told: Number(told),
    location,
  }
}

const write = (id: string, opening: Opening): void => {
  const { key, asked, reloads, periodMs, connection, steady, told, location } = opening
  const text = [key, asked, reloads, periodMs, connection, steady, told, location].join(' ')
  keepText('gh_identity', nameOf(id), text, CLOCKS.press)
}

/** Remembers where an opening led, and over which connection it was asked. */
export const noteOpening = (
  id: string,
  key: string,
  { location, connection }: { readonly location: string; readonly connection: string },
): void => {
  const known = read(id)
  const before = known?.key === key ? known : null
  const { reloads = 0, periodMs = 0, steady = 0 } = before ?? {}
  write(id, { key, asked: Date.now(), reloads, periodMs, connection, steady, told: 0, location })
}

const toldName = (key: string): string => `t${key}`

/** Remembers that somebody was told below his pass that its session (by its lease key) is over; at most twice a second. `now`: Unix ms. */
export const noteTold = (key: string, now: number): void => {
  const before = Number(texts('gh_identity').get(toldName(key)) ?? 0)
  if (now - before > 500) keepText('gh_identity', toldName(key), String(now), SCRIPT_RETRY_MS)
}

/** Whether a script of an ended session tries its opening address because it was told below its pass. Another channel's session took a superseded one's place: a viewer who zaps back is no such script. */
const isScriptRetry = (key: string, asker: Asker, now: number): boolean =>
  asker.isScript &&
  endReason(key, null, now) !== 'session.superseded' &&
  now - Number(texts('gh_identity').get(toldName(key)) ?? 0) < SCRIPT_RETRY_MS

/**
 * Whether the player of an ended session merely goes on asking. A player started anew comes over a new connection, which tells where every reload before
 * came over one; a script in a page has stopped once it was told; of any other, Chromium's own player among them, only the pause tells.
 */
const isGoingOn = (known: Opening, asker: Asker, now: number): boolean => {
  if (known.reloads < RELOADS) return false
  const sinceNo = now - known.told
  if (asker.isScript && known.told > 0 && sinceNo >= SECOND_TRY_MS) return false
  if (known.steady === known.reloads && known.connection !== asker.connection) return false
  return now - known.asked <= (known.told > 0 ? PAUSE_AFTER_NO : PAUSE) * known.periodMs
}

/** A player that asks its opening address at every reload goes on with its session, and is ended with it. */
export const reopen = (id: string, asker: Asker): Reopening => {
  const known = read(id)
  if (known === null) return UNKNOWN
  const now = Date.now()
  if (isSessionBanned(known.key, now)) {
    if (isGoingOn(known, asker, now) || isScriptRetry(known.key, asker, now)) {
      write(id, { ...known, asked: now, told: now })
      return { kind: 'ended', key: known.key }
    }
    texts('gh_identity').delete(nameOf(id))
    return UNKNOWN
  }
  if (readLease(known.key, nowSec())?.network !== asker.network) return UNKNOWN
  const gap = now - known.asked
  const isReload = gap >= SECOND_TRY_MS
  const { connection } = asker
  write(id, {
    ...known,
    asked: now,
    connection,
    reloads: known.reloads + (isReload ? 1 : 0),
    periodMs: isReload ? Math.max(known.periodMs, gap) : known.periodMs,
    steady: known.steady + (isReload && connection === known.connection ? 1 : 0),
  })
  return { kind: 'same', location: known.location }
}

const folderName = (asked: string): string => `f${asked}`

/** Remembers the pass somebody was sent to, for a player that does not keep a redirection: it asks for the media beside the opening address. */
export const noteFolder = (asked: string, location: string): void => {
  const folder = /^\/s\/[^/]+\/[^/]+\//.exec(location)?.[0]
  if (folder !== undefined) keepText('gh_identity', folderName(asked), folder, CLOCKS.press)
}

/** Where such a player finds its media: the folder of the pass, `/s/<pass>/<channel>/`, for as long as it goes on asking; null where nobody opened. */
export const folderOf = (asked: string): string | null => {
  const folder = texts('gh_identity').get(folderName(asked))
  if (folder === undefined) return null
  noteFolder(asked, folder)
  return folder
}

const belowName = (key: string): string => `b${key}`

/** Remembers that the player with this agent plays below its ticket, as an inferred session. */
export const noteBelowTicket = (key: string, agent: string): void => {
  keepText('gh_identity', belowName(key), agent, CLOCKS.press * 2)
}

/** Whether the player with this agent plays below its ticket: its lists belong to that session too. */
export const playsBelowTicket = (key: string, agent: string): boolean =>
  agent !== '' && texts('gh_identity').get(belowName(key)) === agent
