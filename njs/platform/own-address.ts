import { type Request, variable } from './request.ts'

/** What tells by which address a viewer has reached the edge: nginx's variables by their names. */
type Read = (name: string) => string

const publicly =
  (r: Request): Read =>
  (name) =>
    variable(r, name)

/** Variables of the public server that it hands on to the inner one as one header, in this order. */
const REACHED = [
  'scheme',
  'realip_remote_addr',
  'server_addr',
  'server_port',
  'server_protocol',
  'host',
  'is_request_port',
  'request_port',
  'http_host',
]

/** The same in the inner server; of other variables it has the viewer's. */
const handedOn = (r: Request): Read => {
  const values = variable(r, 'http_x_gh_reached').split(' ')
  return (name) => {
    const at = REACHED.indexOf(name)
    return at < 0 ? variable(r, name) : (values[at] ?? '')
  }
}

/** HTTP/3 names them outside the Host header (RFC 9114, 4.3.1). */
const hostAsked = (read: Read): string => {
  const header = read('http_host')
  if (header !== '' || !read('server_protocol').startsWith('HTTP/3')) return header
  return `${read('host')}${read('is_request_port')}${read('request_port')}`
}

/** Host and port the viewer asked for; empty where none is named. */
export const askedHost = (r: Request): string => hostAsked(publicly(r))

/** Whether a trusted proxy has handed the request on. */
const isProxied = (read: Read): boolean => read('realip_remote_addr') !== read('remote_addr')

/** Of several proxies the first was asked by the viewer; they add to the header, or send it in letters of either case. */
const schemeOf = (read: Read): string => {
  const said = isProxied(read) ? read('http_x_forwarded_proto') : ''
  const [told = ''] = said.toLowerCase().split(/[ ,]/)
  return told === 'https' || told === 'http' ? told : read('scheme')
}

/** For players of HTTP/1.0, which name no host. */
const ownHost = (read: Read): string => {
  const address = read('server_addr')
  return `${address.includes(':') ? `[${address}]` : address}:${read('server_port')}`
}

const ownUrl = (read: Read): string => {
  const asked = hostAsked(read)
  const isPlain = /^[A-Za-z0-9._:[\]-]{1,255}$/.test(asked)
  const host = isPlain ? asked : asked === '' ? ownHost(read) : read('host')
  return `${schemeOf(read)}://${host}`
}

const plain = (publicUrl: string): string => publicUrl.replace(/\/+$/, '')

/** `scheme://host[:port]` of the edge, as this viewer reaches it. */
export const baseUrl = (r: Request, publicUrl: string | null): string =>
  publicUrl === null ? ownUrl(publicly(r)) : plain(publicUrl)

const hostIn = (url: string): string => url.replace(/^https?:\/\//, '')

/**
 * The same as the request's player has reached it, where relative references lead him too: not by the public address where he knows the edge by
 * another name, and never from https to http, which pages refuse. What a proxy says of the host he asked for may be its own.
 */
export const reachedUrl = (
  r: Request,
  publicUrl: string | null,
  server: 'public' | 'inner',
): string => {
  const read = server === 'public' ? publicly(r) : handedOn(r)
  const own = ownUrl(read)
  if (publicUrl === null) return own
  const known = plain(publicUrl)
  if (own.startsWith('https:') && known.startsWith('http:')) return own
  return isProxied(read) || hostIn(own) === hostIn(known) ? known : own
}
