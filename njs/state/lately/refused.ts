import type { AgainRoute } from '../../domain/doors/opening-route.ts'
import type { ReasonId } from '../../domain/reasons.ts'
import { KEY_LENGTH } from '../../domain/viewer/lease.ts'
import { nginxCrypto } from '../../platform/crypto.ts'
import type { Variables } from '../../platform/request.ts'
import { keepText, numbers, texts, trySet } from '../memory.ts'

/** So long a refusal is given again without being judged anew: a player that hammers asks 80 times meanwhile. */
const LATELY_MS = 1_000
/** A second refusal of the same request within this time counts as hammering. */
const KEPT_MS = 3_000
/** How often a JavaScript context looks whether anybody does: while nobody does, a request pays nothing. */
const LOOK_MS = 200

/** What is gone of itself at any moment, and so is judged each time; and what anybody may make up: forgeries leave no trace. */
const JUDGED_ALWAYS: ReadonlySet<string> = new Set<ReasonId>([
  'edge.not_ready',
  'edge.full',
  'control.unavailable',
  'rate.limited',
  'origin.elsewhere',
  'cap.edge',
  'ticket.malformed',
  'ticket.signature',
  'pass.malformed',
  'pass.signature',
  'pass.channel',
  'channel.unknown',
  'path.outside',
  'token.missing',
  'request.malformed',
])

/**
 * A refused segment that one context has given again so often between two looks closes the connection: to GStreamer's hlsdemux2 any status is a reason to ask
 * at once again. Browsers ask again at once on a closed connection, and do not ask as often.
 */
const CUT_AFTER = 3
/** What is kept of a segment's refusal in place of a clip's location. */
const SEGMENT = 'segment'

/** A kept refusal: its status, when it was made (Unix ms, 13 digits), its reason, the clip it is sent with, and the location that sends the clip, or `segment`. */
const MADE = 3
const REASON = 16

/**
 * What a refusal is found by: the whole address asked for, with its pass, ticket or token, and who asks, by everything that refusals judge (address, agent,
 * playback id, the headers that tell players apart).
 */
const askerOf = (variables: Variables): string => variables['gh_asker'] ?? ''

/** The name under which a refusal is kept in shared memory: a hash, so that no secret is. */
const nameOf = (asker: string): string => nginxCrypto.sha256(asker).slice(0, KEY_LENGTH)

/** A kept refusal, read. */
interface Refusal {
  readonly status: string
  readonly reason: string
  /** `gh_slate` */
  readonly slate: string
  readonly route: AgainRoute
  readonly isSegment: boolean
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

const routeOf = (status: string, slateRoute: string): AgainRoute => {
  if (slateRoute === 'slate-list' || slateRoute === 'slate-clip') return slateRoute
  if (status === '403') return 'refuse-again-403'
  return status === '410' ? 'refuse-again-410' : 'refuse'
}

const recall = (asker: string): Refusal | null => {
  const text = texts('gh_refused').get(nameOf(asker))
  if (text === undefined) return null
  const [reason = '', slate = '', kept = ''] = text.slice(REASON).split(' ')
  const status = text.slice(0, MADE)
  const refusal = {
    status,
    reason,
    slate,
    route: routeOf(status, kept),
    isSegment: kept === SEGMENT,
    times: 0,
    until: Number(text.slice(MADE, REASON)) + LATELY_MS,
  }
  if (found.size >= MOST_FOUND) found.clear()
  found.set(asker, refusal)
  return refusal
}

/** What the same player was refused for the same address within the last second; `null` = nothing. */
const lately = (variables: Variables): Refusal | null => {
  const now = Date.now()
  if (!isHammered(now)) return null
  const asker = askerOf(variables)
  const refusal = found.get(asker) ?? recall(asker)
  return refusal === null || now >= refusal.until ? null : refusal
}

/**
 * Refuses again what the same player was refused for the same address within the last second, without a line in the access log: the internal location
 * that answers it, `null` where there is no such refusal. Each variable that is set costs a tenth of the rest, so a plain refusal has its status in the
 * location's name.
 */
export const routeAgain = (variables: Variables): AgainRoute | null => {
  const refusal = lately(variables)
  if (refusal === null) return null
  const { status, reason, slate, route } = refusal
  variables['gh_reason'] = reason
  refusal.times += 1
  if (refusal.isSegment && refusal.times > CUT_AFTER) return 'cut-again'
  if (route === 'refuse-again-403' || route === 'refuse-again-410') return route
  // A clip is sent with status 200, whatever it stands for.
  if (route === 'refuse') variables['gh_refusal_status'] = status
  if (slate !== '') variables['gh_slate'] = slate
  variables['gh_is_logged'] = ''
  return route
}

/** Keeps the refusal that the request's variables tell of. */
export const noteRefused = (variables: Variables): void => {
  const { gh_reason: reason = '', gh_refusal_status: status = '' } = variables
  if (status.length !== MADE || reason === '' || JUDGED_ALWAYS.has(reason)) return
  const now = Date.now()
  const name = nameOf(askerOf(variables))
  if (texts('gh_refused').get(name) !== undefined)
    trySet(numbers('gh_state'), 'hammered', now + KEPT_MS)
  const slate = variables['gh_slate'] ?? ''
  const isSegment = variables['gh_kind'] === SEGMENT
  const route = slate === '' ? (isSegment ? SEGMENT : '') : (variables['gh_slate_route'] ?? '')
  keepText('gh_refused', name, `${status}${now}${reason} ${slate} ${route}`, KEPT_MS)
}
