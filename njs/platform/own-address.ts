import { askedHost, type Request, variable } from './request.ts'

const schemeOf = (r: Request): string => {
  const { variables } = r
  const isProxied = variables['realip_remote_addr'] !== variables['remote_addr']
  const told = isProxied ? (variables['http_x_forwarded_proto'] ?? '') : ''
  return told === 'https' || told === 'http' ? told : (variables['scheme'] ?? '')
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
