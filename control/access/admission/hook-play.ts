import { createHash } from 'node:crypto'
import { readTicket } from '#domain/credentials/ticket'
import type { ReasonId } from '#domain/reasons'
import type { SessionStore } from '../../sessions/model/session-store.ts'
import type { OpenAnswer, Opening } from './opening.ts'

/** One playback reported by another media server. */
export interface HookPlay {
  /** Name of the asking server: `hook:<server>` in events. */
  readonly server: string
  /** The server's own id of the playback. */
  readonly playback: string
  readonly channel: string
  /** Protocol by the server's own name for it; `null` where it sends none. */
  readonly proto: string | null
  readonly address: string
  readonly token: string | null
  readonly userAgent: string | null
  readonly referer: string | null
  readonly host: string | null
  /** Query without `?`. */
  readonly qs: string
  /**
   * Seconds without an update after which the playback counts as ended; 0 = the configured idle
   * time.
   */
  readonly quietSec: number
  /** Bytes of this playback so far. */
  readonly bytes: number
}

/** The answer to the other media server. */
export type HookAnswer =
  | { readonly verdict: 'allow'; readonly leaseSec: number }
  | { readonly verdict: 'redirect'; readonly location: string }
  | { readonly verdict: 'deny'; readonly reason: ReasonId; readonly denySec: number }

/** Admission for other media servers, by the pipeline that edges use. */
export interface HookPipeline {
  open(play: HookPlay): Promise<HookAnswer>
  /** Looked up by the playback's id, never by its token, which may have been valid only once. */
  update(play: HookPlay): Promise<HookAnswer>
  close(play: HookPlay): Promise<void>
}

export interface HookPipelinePorts {
  readonly open: (opening: Opening) => Promise<OpenAnswer>
  readonly sessions: Pick<SessionStore, 'renew' | 'close'>
  readonly now: () => number
}

/** An opening repeated within this time is the same one. */
const REPEAT_MS = 10_000
/** Seconds until an updated session expires, where the store gives no expiry. */
const LEASE_SEC = 30

const hash = (...parts: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64url')

/** Lease key of another server's session: 16 characters, like an edge's own. */
export const hookKey = ({ server, playback, channel }: HookPlay): string =>
  hash(server, playback, channel).slice(0, 16)

/** Protocols whose players ask again and again: their session is reported for a while after they have gone. */
const POLLED: ReadonlySet<string> = new Set(['hls', 'llhls', 'dash', 'mss', 'hds'])

/** Whether a report of a playback proves that it still runs, as one of an open connection does. */
const isConnection = ({ proto }: HookPlay): boolean =>
  proto !== null && !POLLED.has(proto.toLowerCase())

const openingOf = (play: HookPlay, now: number): Opening => {
  const { channel, proto, address, token, referer, host, qs } = play
  const isTicket = token !== null && readTicket(token) !== null
  return {
    requestId: hash(hookKey(play), String(Math.floor(now / REPEAT_MS))).slice(0, 22),
    credential: isTicket ? { kind: 'ticket', ticket: token } : { kind: 'token', token },
    channel,
    proto,
    rest: '',
    args: qs,
    address,
    agent: play.userAgent ?? '',
    referer,
    host,
    playback: play.playback,
    country: null,
    edge: `hook:${play.server}`,
    inferredKey: hookKey(play),
    leastIdleMs: play.quietSec * 1000,
    now,
  }
}

const answerOf = (answer: OpenAnswer, now: number): HookAnswer => {
  if (answer.outcome === 'redirected') return { verdict: 'redirect', location: answer.location }
  if (answer.outcome === 'admitted')
    return { verdict: 'allow', leaseSec: Math.max(1, Math.floor(answer.leaseMs / 1000)) }
  const denySec = Math.max(0, Math.ceil((answer.denyUntil - now) / 1000))
  return { verdict: 'deny', reason: answer.reason, denySec }
}

/** Handles openings, updates and ends of other servers' playbacks as sessions. */
export const createHookPipeline = ({ open, sessions, now }: HookPipelinePorts): HookPipeline => {
  const renew = async (play: HookPlay) =>
    await sessions.renew({
      edge: `hook:${play.server}`,
      seen: [hookKey(play)],
      traffic: [[hookKey(play), play.bytes, 1, true]],
    })
  /** Who is let in plays from then on: no request follows that would start the session, and the next report may be later than a reservation lasts. */
  const openNow = async (play: HookPlay, isUnderWay: boolean): Promise<HookAnswer> => {
    const at = now()
    const opening = openingOf(play, at)
    const answer = answerOf(await open(isUnderWay ? { ...opening, isUnderWay } : opening), at)
    if (answer.verdict === 'allow') await renew(play)
    return answer
  }
  return {
    open: async (play) => await openNow(play, false),
    async update(play) {
      const key = hookKey(play)
      const { kill, drop } = await renew(play)
      const killed = kill.find((ended) => ended.key === key)
      if (killed !== undefined) {
        const denySec = Math.max(0, Math.ceil((killed.until - now()) / 1000))
        return { verdict: 'deny', reason: killed.reason, denySec }
      }
      // Unknown or without a slot: control was down, the slot expired, or another has its place. Of what is polled, it is admitted like a new one.
      if (drop.includes(key)) return await openNow(play, isConnection(play))
      return { verdict: 'allow', leaseSec: LEASE_SEC }
    },
    async close(play) {
      await sessions.close([hookKey(play)])
    },
  }
}
