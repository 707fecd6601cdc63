import { isUnclear } from '../domain/addresses/resolve.ts'
import type { Variables } from './request.ts'

/** What a request asks for below a channel, encoded as the player wrote it. */
export interface Asked {
  /** The pass, or the ticket of an inferred session. */
  readonly secret: string
  readonly channel: string
  readonly rest: string
  /** The query, without `?`. */
  readonly args: string
}

/** Nothing in it needs escaping; the engine's own check costs a tenth of a regular expression. */
const isPlain = (path: string): boolean =>
  encodeURI(path) === path && !path.includes('?') && !path.includes('#')

/** A path that nginx decoded, encoded again. */
export const escapePath = (path: string): string =>
  isPlain(path) ? path : path.split('/').map(encodeURIComponent).join('/')

/** Takes `/s/<pass>/<channel>/<rest>?<args>` apart; `null` where nginx would read it otherwise than it stands. */
const split = (uri: string, from: number): Asked | null => {
  const first = uri.indexOf('/', from)
  const second = first < 0 ? -1 : uri.indexOf('/', first + 1)
  if (second < 0 || uri.includes('#')) return null
  const mark = uri.indexOf('?', second)
  const rest = mark < 0 ? uri.slice(second + 1) : uri.slice(second + 1, mark)
  const channel = uri.slice(first + 1, second)
  if (channel.includes('%') || channel.includes('?') || isUnclear(rest)) return null
  return {
    secret: uri.slice(from, first),
    channel,
    rest,
    args: mark < 0 ? '' : uri.slice(mark + 1),
  }
}

/** What is asked for under a pass. In the inner server the request's own address came along in a header. */
export const askedUnderPass = (variables: Variables): Asked => {
  const own = variables['request_uri'] ?? ''
  const uri = own === '/check-session' ? (variables['http_x_gh_uri'] ?? '') : own
  const found = uri.startsWith('/s/') ? split(uri, 3) : null
  return (
    found ?? {
      secret: variables['gh_pass'] ?? '',
      channel: variables['gh_channel'] ?? '',
      rest: escapePath(variables['gh_rest'] ?? ''),
      args: variables['gh_args'] ?? '',
    }
  )
}

/** What is asked for under the ticket of an inferred session: its door has read it. */
export const askedUnderTicket = (variables: Variables): Asked => ({
  secret: variables['gh_ticket'] ?? '',
  channel: variables['gh_channel'] ?? '',
  rest: escapePath(variables['gh_rest'] ?? ''),
  args: variables['gh_args'] ?? '',
})
