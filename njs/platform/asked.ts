import { isUnclear } from '../domain/addresses/unclear.ts'
import { isGenericEntry } from '../domain/channels/channel.ts'
import { decodePercent, isPlainText } from '../domain/credentials/encoding.ts'
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

/** What stands in place of a byte that is no UTF-8: what it was is lost, and some origins take such bytes for slashes. */
const LOST = /%EF%BF%BD/g

/**
 * Percent-encodes a path that nginx has decoded; the `@` before an archive's values is compared as it stands. Bytes that are no UTF-8 become what no
 * origin is asked for (`isUnclear`).
 */
export const escapePath = (path: string): string =>
  isPlain(path)
    ? path
    : path.split('/').map(encodeURIComponent).join('/').replace(/^%40/, '@').replace(LOST, '%00')

/** What a request under a pass asks for; pass and channel together, as a lease's key is made of them. */
export interface AskedUnderPass {
  /** `<pass>/<channel>` */
  readonly place: string
  readonly channel: string
  readonly rest: string
  /** The query, without `?`. */
  readonly args: string
  /** No origin could read `rest` otherwise than it stands (`isUnclear`). */
  readonly isClear: boolean
}

const PREFIX = '/s/'

/** Splits `/s/<pass>/<channel>/<rest>?<args>`; not clear where nginx would normalize it to another path. */
const split = (whole: string): AskedUnderPass | null => {
  const [uri = ''] = whole.split('#', 1)
  const first = uri.indexOf('/', PREFIX.length)
  const second = first < 0 ? -1 : uri.indexOf('/', first + 1)
  if (second < 0) return null
  const mark = uri.indexOf('?', second)
  const rest = mark < 0 ? uri.slice(second + 1) : uri.slice(second + 1, mark)
  const channel = uri.slice(first + 1, second)
  const isClear = uri === whole && !/[%?]/.test(channel) && !isUnclear(rest)
  const args = mark < 0 ? '' : uri.slice(mark + 1)
  return { place: uri.slice(PREFIX.length, second), channel, rest, args, isClear }
}

/** What nginx's location has found in the address. */
const located = (variables: Variables, isClear: boolean): AskedUnderPass => {
  const { gh_pass: pass = '', gh_channel: channel = '', gh_rest: rest = '' } = variables
  const place = `${pass}/${channel}`
  const args = variables['gh_args'] ?? ''
  return { place, channel, rest: isClear ? rest : escapePath(rest), args, isClear }
}

/**
 * What a request under a pass asks for; `null` for other requests. In the inner server its original URI is in the header `X-Gh-Uri`. Where nginx found
 * the address plain (`$gh_is_plain`), its location has split it already: each variable costs less than a search in a text.
 */
export const askedUnderPass = (variables: Variables): AskedUnderPass | null => {
  if (variables['gh_is_plain'] === '1') return located(variables, true)
  const own = variables['request_uri'] ?? ''
  const isInner = own === '/check-session' || own === '/check-reload'
  const uri = isInner ? (variables['http_x_gh_uri'] ?? '') : own
  const found = uri.startsWith(PREFIX) ? split(uri) : null
  // No location of the inner server knows the path: what is unclear is judged there, and refused, as it stands.
  if (isInner || found?.isClear === true) return found
  return (variables['gh_pass'] ?? '') === '' ? null : located(variables, false)
}

/** The path below a ticket and channel, as the player sent it; `null` where some origin would read it as another, or another has taken its place. */
const sentUnderTicket = (uri: string, prefix: string, decoded: string): string | null => {
  if (!uri.startsWith(prefix) || uri.includes('#')) return null
  const mark = uri.indexOf('?', prefix.length)
  const rest = mark < 0 ? uri.slice(prefix.length) : uri.slice(prefix.length, mark)
  if (rest === decoded && isPlain(rest)) return rest
  const read = decodePercent(rest)
  const isLost = read === rest && rest.includes('%')
  // nginx has joined slashes, encoded ones too.
  const isSame = isLost ? !isPlain(decoded) : read.replace(/^\/+|(\/)\/+/g, '$1') === decoded
  return isSame && !isUnclear(rest) ? rest : null
}

/** What a request of an inferred session asks for: nginx's location has parsed its path. A channel's entry is named in general, however it is spelled. */
export const askedUnderTicket = (variables: Variables): Asked => {
  const { gh_ticket: secret = '', gh_channel: channel = '', gh_rest: decoded = '' } = variables
  const args = variables['gh_args'] ?? ''
  const sent = isGenericEntry(decoded)
    ? null
    : sentUnderTicket(variables['request_uri'] ?? '', `/live/${secret}/${channel}/`, decoded)
  return { secret, channel, rest: sent ?? escapePath(decoded), args }
}
