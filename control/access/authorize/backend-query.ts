import type { AuthRequest, PreviousAnswer } from './decision.ts'

type Pairs = readonly (readonly [name: string, value: string | number | null])[]

const openingPairs = (request: AuthRequest): Pairs => [
  ['name', request.channel],
  ['proto', request.proto],
  ['ip', request.address],
  ['token', request.token],
]

const progressPairs = (previous: PreviousAnswer | undefined): Pairs =>
  previous === undefined
    ? [
        ['request_type', 'new_session'],
        ['request_number', 0],
      ]
    : [
        ['request_type', 'update_session'],
        ['request_number', previous.requestNumber],
        ['duration', Math.max(0, Math.floor(previous.durationSec))],
        ['bytes', Math.max(0, Math.floor(previous.bytes))],
      ]

const viewerPairs = (request: AuthRequest): Pairs => [
  ['session_id', request.sessionId],
  ['stream_clients', request.streamClients],
  ['total_clients', request.totalClients],
  ['qs', request.qs],
  ['user_agent', request.userAgent],
  ['referer', request.referer],
  ['host', request.host],
]

/** The player's query as it came: the token before what else it held. */
export const withToken = (token: string | null, args: string): string | null => {
  const query = token === null ? '' : new URLSearchParams({ token }).toString()
  const whole = [query, args].filter((part) => part !== '').join('&')
  return whole === '' ? null : whole
}

/**
 * The query string of a backend request, with the arguments of flussonic.com/doc/api/authorization; unknown
 * values are left out.
 */
export const authQuery = (request: AuthRequest, previous?: PreviousAnswer): string => {
  const query = new URLSearchParams()
  for (const [name, value] of [
    ...openingPairs(request),
    ...progressPairs(previous),
    ...viewerPairs(request),
  ])
    if (value !== null && value !== '') query.append(name, String(value))
  // Not every middleware reads `+` as a space.
  return query.toString().replaceAll('+', '%20')
}
