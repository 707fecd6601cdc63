import type { SealKind } from '../../domain/addresses/seal.ts'
import { KEPT_PREFIX } from '../../domain/cookies/kept-cookie.ts'
import { fillMarks } from '../../domain/manifests/marks.ts'
import type { Protocol } from '../../domain/types.ts'
import { SILENT, STREAM, sleep } from '../../platform/fetch-origin.ts'
import { logError } from '../../platform/log.ts'
import {
  BUSY,
  ELSEWHERE,
  fail,
  failUnauthorized,
  reasonOf,
} from '../../platform/manifest-failure.ts'
import { answerManifest, manifestType } from '../../platform/reply.ts'
import { type Request, variable } from '../../platform/request.ts'
import { takeSteps } from '../../platform/take-steps.ts'
import { channelBase } from '../../state/manifests/channel-base.ts'
import {
  type Copy,
  keepCopy,
  keepFailure,
  keepUnshared,
  readShared,
  type Shared,
} from '../../state/manifests/copies.ts'
import { noteAnswer, pauseMs, readDue, UNKNOWN_DUE, WAIT_MS } from '../../state/manifests/due.ts'
import { endFlight, mayWait, takeAwaited, takeFlight } from '../../state/manifests/flights.ts'
import {
  Busy,
  goFor,
  isAnyAtWork,
  leavePlace,
  waitForPlace,
} from '../../state/manifests/long-work.ts'
import { goesBackAndForth, markUnshared, wasUnshared } from '../../state/manifests/unshared.ts'
import { freeWaiters } from '../../state/manifests/waiting-room.ts'
import { readPolicy } from '../../state/policy.ts'
import { noteOriginFailure } from '../../state/reports.ts'
import { setAll } from '../../verdicts/cookies.ts'
import { type Fetched, fetchManifest, sharesManifests } from '../../verdicts/fetch-manifest.ts'
import { tellProtocol } from '../../verdicts/lead-to-manifest.ts'
import { type Rewritten, rewriteManifest, withoutUnclear } from '../../verdicts/rewrite-manifest.ts'

/** Time after which another request may fetch although the first has not ended: longer than nginx waits for a whole answer (`js_fetch_timeout`), which for a blocking reload is more. */
const FLIGHT_MS = 25_000
const BLOCKING_FLIGHT_MS = 40_000
/** Most requests that begin to wait in one second: each holds a JavaScript context of 1.5 MB. A blocking reload holds it as long where it is fetched by itself. */
const MOST_WAITING = 400

const FAILURE_MS = 500
/** Of an origin that was waited for in vain: all who waited look by then. */
const SILENCE_MS = 3_000
const REFUSED_MS = 5_000

interface Wish {
  readonly copy: string
  readonly channel: string
  readonly rest: string
  readonly seal: SealKind | null
  readonly origin: string
  readonly path: string
  /** Address of the channel's directory as this viewer has it. */
  base(): string
  /** The player's `Cookie`, where it has sealed cookies of origins. */
  readonly cookies: string
  /** Whether it is a blocking playlist reload (`_HLS_msn`, RFC 8216bis, section 6.2.5.2). */
  readonly isBlocking: boolean
  readonly flightMs: number
}

const SEALS: readonly SealKind[] = ['files', 'tree', 'file', 'template', 'manifest', 'remote']

/** All its answers, whichever part each waits for. */
const playlistOf = ({ channel, rest }: Wish): string => `${channel}/${rest}`

const sealKind = (text: string): SealKind | null => SEALS.find((kind) => kind === text) ?? null

const readWish = (r: Request): Wish => {
  const path = variable(r, 'http_x_gh_path')
  const kept = variable(r, 'http_cookie')
  const isBlocking = path.includes('_HLS_msn=')
  return {
    copy: variable(r, 'http_x_gh_copy'),
    channel: variable(r, 'http_x_gh_channel'),
    rest: variable(r, 'http_x_gh_rest'),
    seal: sealKind(variable(r, 'http_x_gh_seal')),
    origin: variable(r, 'http_x_gh_origin'),
    path,
    base: () => channelBase(r, 'inner'),
    cookies: kept.includes(KEPT_PREFIX) ? kept : '',
    isBlocking,
    flightMs: isBlocking ? BLOCKING_FLIGHT_MS : FLIGHT_MS,
  }
}

/** Sends a copy as its viewer gets it. */
const send = (
  r: Request,
  wish: Wish,
  { text, isMarked }: Pick<Copy, 'text' | 'isMarked'>,
  { type, cookies = [] }: { readonly type: string | null; readonly cookies?: string[] },
): void => {
  const range = variable(r, 'http_x_gh_range')
  answerManifest(r, isMarked ? fillMarks(text, wish.base()) : text, { type, range, cookies })
}

const DASH = 'application/dash+xml'

/** Whether an origin writes a manifest for each viewer, as far as what was fetched now and the copy before tell. */
const isPersonal = async (
  wish: Wish,
  { hadCookies, setCookies }: Fetched,
  rewritten: Rewritten,
  before: Shared | null,
): Promise<boolean> => {
  if (hadCookies || setCookies !== '') return true
  if (before?.kind !== 'copy') return false
  const kinship = await takeSteps(rewritten.compare(before.copy.text), waitForPlace)
  return kinship === 'other' || (kinship === 'earlier' && goesBackAndForth(wish))
}

/** Caches what was fetched for other viewers. */
const share = async (
  wish: Wish,
  found: Fetched,
  rewritten: Rewritten,
  heldMs: number,
): Promise<void> => {
  const now = Date.now()
  const { paceMs } = rewritten
  if (wish.isBlocking) noteAnswer(playlistOf(wish), now, { heldMs, paceMs })
  const before = readShared(wish.copy)
  if (before?.kind === 'unshared' || wasUnshared(wish)) return
  if (await isPersonal(wish, found, rewritten, before)) return markUnshared(wish)
  const setting = readPolicy()?.manifestMs ?? null
  // The answer to a blocking reload is new at that moment.
  const half = wish.isBlocking ? rewritten.paceMs : rewritten.paceMs / 2
  const freshMs = setting ?? half
  const { text, isMarked } = rewritten
  const times = { freshUntil: now + freshMs, goodUntil: now + 2 * freshMs }
  keepCopy(wish.copy, { ...times, text, isMarked }, now)
}

const noteFailure = (wish: Wish, status: number): void => {
  // An origin may refuse one viewer or player and not others.
  if (status === 401 || status === 403) keepUnshared(wish.copy, REFUSED_MS)
  else keepFailure(wish.copy, status, status === SILENT ? SILENCE_MS : FAILURE_MS)
}

/** The protocol of a document, or of the stream that came in its place; `null` where it is no channel's. */
const protocolOf = ({ status }: Fetched, rewritten: Rewritten | null): Protocol | null => {
  if (status === STREAM) return 'mpegts'
  if (rewritten === null || rewritten.type === null) return null
  return rewritten.type === DASH ? 'dash' : 'hls'
}

const fetchAndSend = async (r: Request, wish: Wish, isShared: boolean): Promise<void> => {
  const { channel, origin, path, cookies } = wish
  const began = Date.now()
  const fetched = await fetchManifest(r, { channel, origin, path, cookies })
  const found = withoutUnclear(wish, fetched)
  const rewritten =
    found.status === 200
      ? await takeSteps(rewriteManifest({ ...wish, isForAll: isShared }, found), waitForPlace)
      : null
  const protocol = protocolOf(found, rewritten)
  if (protocol !== null) tellProtocol(channel, path, protocol)
  if (rewritten === null) {
    const status = found.past !== null ? ELSEWHERE : found.status === 200 ? 502 : found.status
    if (isShared) noteFailure(wish, status)
    const reason = reasonOf(status)
    if (reason !== null) noteOriginFailure(found.address.origin, reason)
    if (status !== 401) return fail(r, status)
    return failUnauthorized(r, { origin: found.address.origin, challenge: found.challenge })
  }
  // A copy does not know its type; others than the name says are asked for by each player.
  if (isShared && rewritten.type === manifestType(wish.rest))
    await share(wish, found, rewritten, Date.now() - began)
  else if (isShared) keepUnshared(wish.copy, REFUSED_MS)
  const set = setAll(channel, found.setCookies, variable(r, 'http_x_gh_session_path'))
  send(r, wish, rewritten, { type: rewritten.type ?? found.type, cookies: set })
}

/** Answers from the cache; `false` where that is not possible. */
const answerFrom = (
  r: Request,
  wish: Wish,
  shared: Shared | null,
  isInFlight: boolean,
): boolean => {
  if (shared?.kind === 'failure') {
    fail(r, shared.status)
    return true
  }
  if (shared?.kind !== 'copy') return false
  const { freshUntil, goodUntil } = shared.copy
  if ((isInFlight ? goodUntil : freshUntil) <= Date.now()) return false
  send(r, wish, shared.copy, { type: manifestType(wish.rest) })
  return true
}

/** The cache entry of what is wanted; whether it was found to be written for each viewer is looked up once a request. */
const lookUp = (wish: Wish, isFirst: boolean): Shared | null => {
  const shared = readShared(wish.copy)
  return shared === null && isFirst && wasUnshared(wish) ? { kind: 'unshared' } : shared
}

/** Fetches for all that ask, once it has the lock; what another brought between its look and the lock is sent instead. */
const lead = async (r: Request, wish: Wish): Promise<void> => {
  goFor(wish.copy)
  try {
    const newest = lookUp(wish, true)
    if (newest?.kind === 'unshared') await fetchAndSend(r, wish, false)
    else if (!answerFrom(r, wish, newest, false)) await fetchAndSend(r, wish, true)
  } catch (problem) {
    if (problem instanceof Busy) keepFailure(wish.copy, BUSY, FAILURE_MS)
    throw problem
  } finally {
    endFlight(wish.copy)
    if (wish.isBlocking || takeAwaited(wish.copy))
      await freeWaiters(variable(r, 'gh_room_socket'), wish)
  }
}

/** Who went for it has not brought it: for want of its origin, or since others are before it. */
const failWaiting = (r: Request): void => fail(r, isAnyAtWork() ? BUSY : SILENT)

const serve = async (r: Request, wish: Wish): Promise<void> => {
  if (wish.copy === '' || !sharesManifests(wish.channel)) return await fetchAndSend(r, wish, false)
  const until = Date.now() + WAIT_MS
  const due = wish.isBlocking ? readDue(playlistOf(wish)) : UNKNOWN_DUE
  for (let looks = 0; ; looks += 1) {
    const shared = lookUp(wish, looks === 0)
    if (shared?.kind === 'unshared') return await fetchAndSend(r, wish, false)
    if (answerFrom(r, wish, shared, false)) return undefined
    if (takeFlight(wish.copy, wish.flightMs)) return await lead(r, wish)
    if (answerFrom(r, wish, shared, true)) return undefined
    const isFirst = looks === 0 && !wish.isBlocking
    if (isFirst && !mayWait(MOST_WAITING)) return await fetchAndSend(r, wish, false)
    // Others ask in vain by now: one more would not hear sooner.
    if (Date.now() > until) return failWaiting(r)
    await sleep(pauseMs(looks, due, Date.now()))
  }
}

/** js_content: serves a rewritten manifest, which is fetched once for concurrent requests. */
export const serveManifest = async (r: Request): Promise<void> => {
  const wish = readWish(r)
  try {
    await serve(r, wish)
  } catch (problem) {
    if (problem instanceof Busy) return fail(r, BUSY)
    logError('serveManifest', problem)
    fail(r, 500)
  } finally {
    leavePlace()
  }
}
