import type { ReasonId } from './reasons.ts'

/**
 * HTTP status (RFC 9110) of a refusal, where it is not 403. 410 is said of what no asking again brings back: at that players of the web stop at their
 * first request, where 403, 404, 429 and 503 make them ask on; no other player minds which it is. A ban and a full account stay 403, and so does
 * what was never right, such as a wrong token.
 */
const STATUS: Partial<Record<ReasonId, number>> = {
  'edge.not_ready': 503,
  'edge.full': 503,
  'edge.busy': 503,
  'origin.unreachable': 502,
  'origin.failed': 502,
  'origin.elsewhere': 502,
  'origin.redirect': 502,
  'origin.unreadable': 502,
  'origin.unauthorized': 502,
  'control.unavailable': 503,
  'channel.unknown': 404,
  'rate.limited': 429,
  'credentials.flood': 429,
  'request.malformed': 400,
  'session.ended': 410,
  'session.superseded': 410,
  'session.closed': 410,
  'session.idle': 410,
  'session.unstarted': 410,
  'pass.expired': 410,
  'ticket.expired': 410,
  'account.disabled': 410,
  'account.expired': 410,
  'group.moved': 410,
  'group.unknown': 410,
}

/** The HTTP status a refusal is answered with, by edge and control alike. */
export const statusFor = (reason: ReasonId): number => STATUS[reason] ?? 403

/** `Retry-After` of refusals that are temporary, in seconds. */
const WAIT: Partial<Record<ReasonId, string>> = {
  'edge.not_ready': '2',
  'edge.full': '5',
  'edge.busy': '10',
  'control.unavailable': '5',
  'origin.unreachable': '5',
  'origin.failed': '5',
  'rate.limited': '5',
  'credentials.flood': '30',
}

/** The `Retry-After` a refusal is answered with; empty = none. */
export const waitFor = (reason: ReasonId): string => WAIT[reason] ?? ''

/** Every status a refusal may have, in ascending order. */
export const REFUSAL_STATUSES: readonly number[] = [
  ...new Set([403, ...Object.values(STATUS)]),
].sort((a, b) => a - b)
