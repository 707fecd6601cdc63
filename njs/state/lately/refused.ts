import { type AgainRoute, isGivenAgain, reasonRoute } from '../../domain/doors/given-again.ts'
import { isReasonId, type ReasonId } from '../../domain/reasons.ts'
import { KEY_LENGTH } from '../../domain/viewer/lease.ts'
import { nginxCrypto } from '../../platform/crypto.ts'
import type { Variables } from '../../platform/request.ts'
import { countIn, keepText, numbers, texts, trySet } from '../memory.ts'

/** So long a refusal is given again without being judged anew: a player that hammers asks 80 times meanwhile. */
const LATELY_MS = 1_000
/** A second refusal of the same request within this time counts as hammering. */
const KEPT_MS = 3_000
/** How often a JavaScript context looks whether anybody does: while nobody does, a request pays nothing. */
const LOOK_MS = 200

/**
 * A refused segment that one context has given again so often between two looks closes the connection, once a second: to GStreamer's hlsdemux2 any status is
 * a reason to ask at once again, and a connection that is closed once is none. Browsers ask again at once on a closed connection, and do not ask as often.
 */
const CUT_AFTER = 3
/** What is kept of a segment's refusal in place of a clip: the connection is still to be closed, or was. */
const SEGMENT = 'segment'
const CUT = 'cut'

/** A clip of MPEG-TS that was sent so often meanwhile is not being shown (Kodi opens it six times before it shows it): the bare refusal, then. */
const MOST_CLIPS = 8
const CLIPS_MS = 30_000

/** Digits of the time of a kept refusal, Unix ms. Behind them stand the location that gives it again, its reason, and the clip it is sent with or what becomes of the connection. */
const DIGITS = 13

/**
 * What a refusal is found by: the whole address asked for, with its pass, ticket or token, and who asks, by everything that refusals judge (address, agent,
 * playback id, the headers that tell players apart).
 */
const askerOf = (variables: Variables): string => variables['gh_asker'] ?? ''

/** The name under which a refusal is kept in shared memory: a hash, so that no secret is. */
const nameOf = (asker: string): string => nginxCrypto.sha256(asker).slice(0, KEY_LENGTH)

/** A kept refusal, read. */
interface Refusal {
  readonly route: string
  readonly reason: string
  /** `gh_slate`, or `segment`. */
  readonly detail: string
  /** Whether it is more than to go on to its location. */
  readonly isSpecial: boolean
  /** How often this context has given it again since its last look. */
  times: number
  /** Until when it is given again, Unix ms. */
  readonly until: number
}

/**
 * Refusals that this context has found in shared memory, by asker: of a player that hammers, most are found here without a hash. Emptied at each look and
 * when it is full.
 */
const found = new Map<string, Refusal>()
const MOST_FOUND = 32

/** Until `lookAt`, Unix ms, nobody hammers where it is not open, and `routeAgain` has nothing to say. */
export const gate = { lookAt: 0, isOpen: false }

/** Whether anybody was refused the same twice lately, as this context last saw it. */
const isHammered = (now: number): boolean => {
  if (now >= gate.lookAt) {
    gate.isOpen = (numbers('gh_state').get('hammered') ?? 0) > now
    gate.lookAt = now + LOOK_MS
    found.clear()
  }
  return gate.isOpen
}

const recall = (asker: string): Refusal | null => {
  const text = texts('gh_refused').get(nameOf(asker))
  if (text === undefined) return null
  const [route = '', reason = '', detail = ''] = text.slice(DIGITS).split(' ')
  const refusal = {
    route,
    reason,
    detail,
    isSpecial: detail === SEGMENT || route === 'slate-clip',
    times: 0,
    until: Number(text.slice(0, DIGITS)) + LATELY_MS,
  }
  if (found.size >= MOST_FOUND) found.clear()
  found.set(asker, refusal)
  return refusal
}

/** What the same player was refused for the same address within the last second; `null` = nothing. */
const lately = (variables: Variables, now: number): Refusal | null => {
  if (!isHammered(now)) return null
  const asker = askerOf(variables)
  const refusal = found.get(asker) ?? recall(asker)
  return refusal === null || now >= refusal.until ? null : refusal
}

type Kept = Pick<Refusal, 'route' | 'reason' | 'detail'>

const keep = (name: string, madeAt: number, { route, reason, detail }: Kept): boolean =>
  keepText('gh_refused', name, `${madeAt}${route} ${reason} ${detail}`, KEPT_MS)

/** Whether the connection is to be closed: nobody has done so for this refusal before. */
const takesCut = (variables: Variables, { route, reason, times, until }: Refusal): boolean => {
  if (times <= CUT_AFTER) return false
  const name = nameOf(askerOf(variables))
  if (texts('gh_refused').get(name)?.endsWith(` ${SEGMENT}`) !== true) return false
  return keep(name, until - LATELY_MS, { route, reason, detail: CUT })
}

const isClipUnseen = (variables: Variables): boolean =>
  countIn('gh_pace', `clip ${nameOf(askerOf(variables))}`, CLIPS_MS) > MOST_CLIPS

const specialRoute = (variables: Variables, refusal: Refusal): string => {
  if (refusal.detail === SEGMENT) {
    refusal.times += 1
    return takesCut(variables, refusal) ? 'cut-again' : refusal.route
  }
  const { reason } = refusal
  if (isReasonId(reason) && isClipUnseen(variables)) return reasonRoute(reason, null)
  variables['gh_reason'] = reason
  variables['gh_slate'] = refusal.detail
  variables['gh_is_logged'] = ''
  return refusal.route
}

/**
 * The internal location that gives again what the same player was refused for the same address within the last second, without a line in the access log;
 * `null` where there is no such refusal. Each variable that is set costs a tenth of the rest, so everything is constant in the location.
 */
export const routeAgain = (variables: Variables, now: number): string | null => {
  const refusal = lately(variables, now)
  if (refusal === null) return null
  return refusal.isSpecial ? specialRoute(variables, refusal) : refusal.route
}

/** The reason of such a refusal; `null` = none. */
export const reasonAgain = (variables: Variables): ReasonId | null => {
  const reason = lately(variables, Date.now())?.reason ?? ''
  return isReasonId(reason) ? reason : null
}

/** The location that will give a refusal again. */
const routeOf = (variables: Variables, reason: ReasonId, slate: string): AgainRoute => {
  const sent = slate === '' ? '' : (variables['gh_slate_route'] ?? '')
  if (sent === 'slate-clip') return sent
  return reasonRoute(reason, sent === '' ? null : slate.startsWith('ru') ? 'ru' : 'en')
}

/** Keeps the refusal that the request's variables tell of. */
export const noteRefused = (variables: Variables): void => {
  const { gh_reason: reason = '', gh_slate: chosen = '' } = variables
  if (!isGivenAgain(reason)) return
  const now = Date.now()
  const name = nameOf(askerOf(variables))
  if (texts('gh_refused').get(name) !== undefined)
    trySet(numbers('gh_state'), 'hammered', now + KEPT_MS)
  const isUnseen = routeOf(variables, reason, chosen) === 'slate-clip' && isClipUnseen(variables)
  if (isUnseen) variables['gh_slate'] = ''
  const slate = isUnseen ? '' : chosen
  const isSegment = variables['gh_kind'] === SEGMENT && slate === ''
  const route = routeOf(variables, reason, slate)
  keep(name, now, { route, reason, detail: isSegment ? SEGMENT : slate })
}
