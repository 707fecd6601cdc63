import { CLOCKS } from '../domain/limits/types.ts'
import { isReasonId, type ReasonId } from '../domain/reasons.ts'
import { readLease } from './leases.ts'
import { keepText, MOST_EVICTING, nowSec, texts, tryAdd } from './memory.ts'
import { isSessionBanned } from './refusals.ts'

/** The session of an opening, kept for as long as the player may repeat the request. */
interface Opening {
  /** The session's lease key. */
  readonly key: string
  /** Unix ms of the last request. */
  readonly asked: number
  /** Repeated requests, one a second at most. */
  readonly reloads: number
  /** Unix ms of the last of them, or of the first request. */
  readonly counted: number
  /** Longest time between two requests, ms. */
  readonly periodMs: number
  /** Connection of the last request. */
  readonly connection: string
  /** Reloads over the same connection as the request before. */
  readonly steady: number
  /** Reloads without a `Range`. */
  readonly whole: number
  /** Unix ms of the last answer that the session has ended; 0 = none. */
  readonly refusedAt: number
  /** Address below the pass. */
  readonly location: string
}

/** The player that repeats an opening; what is asked of it is read only for a repetition. */
export interface OpeningPlayer {
  /** The viewer's network key as 32 bits. */
  readonly network: () => number
  /** nginx's `$connection`. */
  readonly connection: () => string
  /** A script in a page: it stops at the first 410, or requests its opening address once more. */
  readonly isScript: boolean
  /** Whether the request has a `Range`: VLC sends one with its first request only, others with all of them or none. */
  readonly hasRange: () => boolean
}

/** Result for a repeated opening: the same pass, the session has ended, or it is to be decided as a new one. */
export type Reopening =
  | { readonly kind: 'same'; readonly key: string; readonly location: string }
  | { readonly kind: 'ended'; readonly key: string }
  | { readonly kind: 'unknown' }

/** A repetition within this time is no reload: some players open every address twice, and Chromium's own reloads ten times a second while it waits for the next segment. */
const SECOND_TRY_MS = 1_000
/** After so many reloads the player is taken for one that requests the opening address at every reload. */
const RELOADS = 2
/** Reload periods without a request after which the viewer is taken to have come back; fewer once the player was answered that the session has ended. */
const PAUSE = 2.5
const PAUSE_AFTER_REFUSAL = 1.5
/** No shorter pause is a return, however often the player reloads: a page that is loaded again takes about as long. */
const SHORTEST_PAUSE_MS = 500
/** Time in which a script that was refused below its pass requests its opening address once more (measured: Shaka's DASH, 1.3 s). */
const SCRIPT_RETRY_MS = 2_000
/** Time after its first refusal in which it does; video.js requests manifests on, once a second or at each update of a DASH manifest, while its viewer comes back. */
const SCRIPT_ROW_MS = 3_000
/** A script that is quiet for so long has stopped: longer than the two to six seconds between two updates of a manifest. */
const SCRIPT_GONE_MS = 10_000
const UNKNOWN: Reopening = { kind: 'unknown' }

const nameOf = (id: string): string => `m${id}`

const read = (id: string): Opening | null => {
  const text = texts('gh_identity').get(nameOf(id))
  if (text === undefined) return null
  const [
    key = '',
    asked,
    reloads,
    period,
    connection = '',
    steady,
    whole,
    refusedAt,
    counted,
    location = '',
  ] = text.split(' ')
  return {
    key,
    asked: Number(asked),
    reloads: Number(reloads),
    periodMs: Number(period),
    connection,
    steady: Number(steady),
    whole: Number(whole),
    refusedAt: Number(refusedAt),
    counted: Number(counted),
    location,
  }
}

const write = (id: string, opening: Opening): void => {
  const { key, asked, reloads, periodMs, connection, steady, whole, refusedAt, counted } = opening
  const counts = [asked, reloads, periodMs, connection, steady, whole, refusedAt, counted]
  const text = [key, ...counts, opening.location].join(' ')
  keepText('gh_identity', nameOf(id), text, CLOCKS.press)
}

/** Stores the session of an opening and the connection of its request. */
export const noteOpening = (
  id: string,
  key: string,
  { location, connection }: { readonly location: string; readonly connection: string },
): void => {
  const first = `${key} ${Date.now()} 0 0 ${connection} 0 0 0 ${Date.now()} ${location}`
  const { length } = first
  if (length <= MOST_EVICTING && tryAdd(texts('gh_identity'), nameOf(id), first, CLOCKS.press))
    return
  const known = read(id)
  const before = known?.key === key ? known : null
  const { reloads = 0, periodMs = 0, steady = 0, whole = 0 } = before ?? {}
  const asked = Date.now()
  const { counted = asked } = before ?? {}
  write(id, {
    key,
    asked,
    reloads,
    counted,
    periodMs,
    connection,
    steady,
    whole,
    refusedAt: 0,
    location,
  })
}

const refusedName = (script: string): string => `t${script}`

/**
 * Stores why a script in a page was refused a manifest below its pass, and since when. Not for a superseded session: there the next opening is the viewer's, who switches back
 * to this channel. `script`: as {@link scriptKey} names it.
 */
export const noteRefusedScript = (script: string, reason: ReasonId, account: string): void => {
  if (reason === 'session.superseded') return
  const [before, since, , ...owner] = readRefused(script)
  const isOn = before === reason && owner.join(' ') === account
  const now = Date.now()
  const text = `${reason} ${isOn ? since : now} ${now} ${account}`
  keepText('gh_identity', refusedName(script), text, SCRIPT_GONE_MS)
}

const readRefused = (script: string): string[] =>
  (texts('gh_identity').get(refusedName(script)) ?? '').split(' ')

/** Why a script that opens a channel was refused below its pass a moment ago: it is not the viewer who comes back. `account`: `null` where the edge does not know it. */
export const refusalOfScript = (script: string, account: string | null): ReasonId | null => {
  const [reason = '', since, last, ...owner] = readRefused(script)
  const now = Date.now()
  if (now - Number(since) >= SCRIPT_ROW_MS || now - Number(last) >= SCRIPT_RETRY_MS) return null
  const isSame = account === null || owner.join(' ') === account
  return isSame && isReasonId(reason) ? reason : null
}

/**
 * Whether a request for an ended session is one more reload of its player, and not a viewer who opens the channel again. A new start shows by a new
 * connection, where all reloads before were over one, and by a `Range`, where they had none; a script in a page stops at the first refusal; for other players, Chromium's own
 * among them, only the pause decides.
 */
const isReloading = (known: Opening, player: OpeningPlayer, now: number): boolean => {
  if (known.reloads < RELOADS) return false
  const { refusedAt } = known
  if (player.isScript && refusedAt > 0 && now - refusedAt >= SECOND_TRY_MS) return false
  if (known.whole === known.reloads && player.hasRange()) return false
  if (known.steady === known.reloads && known.connection !== player.connection()) return false
  const pause = (refusedAt > 0 ? PAUSE_AFTER_REFUSAL : PAUSE) * known.periodMs
  return now - known.asked <= Math.max(SHORTEST_PAUSE_MS, pause)
}

/** Finds the session of a repeated opening: a player that requests the opening address at every reload keeps its session, and is refused when that has ended. */
export const reopen = (id: string, player: OpeningPlayer): Reopening => {
  const known = read(id)
  if (known === null) return UNKNOWN
  const now = Date.now()
  if (isSessionBanned(known.key, now)) {
    if (isReloading(known, player, now)) {
      write(id, { ...known, asked: now, refusedAt: now })
      return { kind: 'ended', key: known.key }
    }
    texts('gh_identity').delete(nameOf(id))
    return UNKNOWN
  }
  if (readLease(known.key, nowSec())?.network !== player.network()) return UNKNOWN
  const isReload = now - known.counted >= SECOND_TRY_MS
  const connection = player.connection()
  write(id, {
    ...known,
    asked: now,
    connection,
    counted: isReload ? now : known.counted,
    reloads: known.reloads + (isReload ? 1 : 0),
    periodMs: Math.max(known.periodMs, now - known.asked),
    steady: known.steady + (isReload && connection === known.connection ? 1 : 0),
    whole: known.whole + (isReload && !player.hasRange() ? 1 : 0),
  })
  return { kind: 'same', key: known.key, location: known.location }
}

const PASSES = '/s/'

const folderName = (asked: string): string => `f${asked}`

/** Stores the pass of an opening for players that forget a redirection: they request segments relative to the opening address. */
export const noteFolder = (asked: string, location: string): void => {
  if (!location.startsWith(PASSES)) return
  const pass = location.indexOf('/', PASSES.length)
  const end = location.indexOf('/', pass + 1)
  if (pass > PASSES.length && end > pass + 1)
    keepText('gh_identity', folderName(asked), location.slice(0, end + 1), CLOCKS.press)
}

/** Path `/s/<pass>/<channel>/` of the pass for requests of such a player, and extends the entry; `null` where there was no opening. */
export const folderOf = (asked: string): string | null => {
  const folder = texts('gh_identity').get(folderName(asked))
  if (folder === undefined) return null
  noteFolder(asked, folder)
  return folder
}

const belowName = (key: string): string => `b${key}`

/** Stores that the player with this User-Agent plays below its ticket, as an inferred session. */
export const noteBelowTicket = (key: string, agent: string): void => {
  keepText('gh_identity', belowName(key), agent, CLOCKS.press * 2)
}

/** Whether the player with this User-Agent plays below its ticket: then its requests of manifests are that session's too. */
export const playsBelowTicket = (key: string, agent: string): boolean =>
  agent !== '' && texts('gh_identity').get(belowName(key)) === agent
