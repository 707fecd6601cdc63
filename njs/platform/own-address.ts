import { askedHost, type Request, variable } from './request.ts'

/** Whether a trusted proxy has handed the request on. */
const isProxied = (r: Request): boolean =>
  variable(r, 'realip_remote_addr') !== variable(r, 'remote_addr')

const schemeOf = (r: Request): string => {
  const told = isProxied(r) ? variable(r, 'http_x_forwarded_proto') : ''
  return told === 'https' || told === 'http' ? told : variable(r, 'scheme')
}

/** For players of HTTP/1.0, which name no host. */
const ownHost = (r: Request): string => {
  const address = variable(r, 'server_addr')
  return `${address.includes(':') ? `[${address}]` : address}:${variable(r, 'server_port')}`
}

/** `scheme://host[:port]` of the edge, as this viewer reaches it. */
export const baseUrl = (r: Request, publicUrl: string | null): string => {
  if (publicUrl !== null) return publicUrl.replace(/\/+$/, '')
  const asked = askedHost(r)
  const isPlain = /^[A-Za-z0-9._:[\]-]{1,255}$/.test(asked)
  const host = isPlain ? asked : asked === '' ? ownHost(r) : variable(r, 'host')
  return `${schemeOf(r)}://${host}`
}

const hostIn = (url: string): string => url.replace(/^https?:\/\//, '')

/**
 * The same as the request's player has reached it, where relative references lead him too: not by the public address where he knows the edge by
 * another name, and never from https to http, which pages refuse. What a proxy says of the host he asked for may be its own.
 */
export const reachedUrl = (r: Request, publicUrl: string | null): string => {
  const own = baseUrl(r, null)
  if (publicUrl === null) return own
  const known = baseUrl(r, publicUrl)
  if (own.startsWith('https:') && known.startsWith('http:')) return own
  return isProxied(r) || hostIn(own) === hostIn(known) ? known : own
}
