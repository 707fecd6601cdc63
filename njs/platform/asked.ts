import { isPlainText, isUnclear } from '../domain/addresses/resolve.ts'
import type { Variables } from './request.ts'

/** What a media request asks for: credential, channel and file, percent-encoded as the player sent them. */
export interface Asked {
  /** The pass, or the ticket of an inferred session. */
  readonly secret: string
  readonly channel: string
  readonly rest: string
  /** The query, without `?`. */
  readonly args: string
}

/** Whether a path needs no escaping. */
const isPlain = (path: string): boolean =>
  isPlainText(path) && !path.includes('?') && !path.includes('#')

/** Percent-encodes a path that nginx has decoded; the `@` before an archive's values is compared as it stands. */
export const escapePath = (path: string): string =>
  isPlain(path) ? path : path.split('/').map(encodeURIComponent).join('/').replace(/^%40/, '@')

/** Splits `/s/<pass>/<channel>/<rest>?<args>`; `null` where nginx would normalize it to another path. */
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

/** What a request under a pass asks for. In the inner server its original URI is in the header `X-Gh-Uri`. */
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

/** What a request of an inferred session asks for: nginx's location has parsed its path. */
export const askedUnderTicket = (variables: Variables): Asked => ({
  secret: variables['gh_ticket'] ?? '',
  channel: variables['gh_channel'] ?? '',
  rest: escapePath(variables['gh_rest'] ?? ''),
  args: variables['gh_args'] ?? '',
})
