import { type Address, directoryOf, hostOfOrigin } from '../addresses/resolve.ts'

/** A cookie of an origin (RFC 6265, section 5.3). */
export interface Cookie {
  readonly name: string
  readonly value: string
  /** Host or domain in lower case, without a leading dot. */
  readonly domain: string
  /** Whether it has a `Domain` attribute: subdomains get the cookie too. */
  readonly isDomainWide: boolean
  readonly path: string
  readonly isSecure: boolean
  /** Unix seconds; `null` = a session cookie. */
  readonly expires: number | null
}

/** Splits `Set-Cookie` headers that nginx has joined with a comma and a blank; those in dates do not separate, nor do commas in values, which have no blanks. */
export const splitSetCookies = (text: string): string[] =>
  text === '' ? [] : text.split(/, (?=[^\s;,=]*\s*=)/).map((part) => part.trim())

const isAddress = (host: string): boolean => host.startsWith('[') || /^[\d.]+$/.test(host)

/** RFC 6265, section 5.1.3. */
const isWithin = (host: string, domain: string): boolean =>
  host === domain || (!isAddress(host) && host.endsWith(`.${domain}`))

/** RFC 6265, section 5.1.4. */
const isBelow = (path: string, base: string): boolean =>
  path === base || path.startsWith(base.endsWith('/') ? base : `${base}/`)

const defaultPath = (path: string): string => directoryOf(path).replace(/(.)\/$/, '$1') || '/'

const attributesOf = (parts: readonly string[]): Map<string, string> => {
  const found = new Map<string, string>()
  for (const part of parts) {
    const at = part.indexOf('=')
    const name = (at < 0 ? part : part.slice(0, at)).trim().toLowerCase()
    found.set(name, at < 0 ? '' : part.slice(at + 1).trim())
  }
  return found
}

const expiryOf = (attributes: ReadonlyMap<string, string>, nowSec: number): number | null => {
  const age = attributes.get('max-age') ?? ''
  if (/^-?\d+$/.test(age)) return nowSec + Number(age)
  // The form of RFC 850 has dashes in its date.
  const date = Date.parse(
    (attributes.get('expires') ?? '').replace(/(\d)-(\w{3})-(\d)/, '$1 $2 $3'),
  )
  return Number.isNaN(date) ? null : Math.floor(date / 1000)
}

/** Parses a `Set-Cookie` of an address' response; `null` where it is not valid, or its domain is not the address'. */
export const readSetCookie = (text: string, from: Address, nowSec: number): Cookie | null => {
  const [pair = '', ...rest] = text.split(';')
  const at = pair.indexOf('=')
  const name = pair.slice(0, Math.max(0, at)).trim()
  const value = pair.slice(at + 1).trim()
  // oxlint-disable-next-line eslint/no-control-regex -- that is what is refused
  if (name === '' || /[\u0000-\u001f\u007f]/.test(pair)) return null
  const host = hostOfOrigin(from.origin)
  const attributes = attributesOf(rest)
  const domain = (attributes.get('domain') ?? '').toLowerCase().replace(/^\./, '')
  // A domain without a dot, such as `com`, is rejected.
  const isForeign =
    domain !== '' && domain !== host && !(domain.includes('.') && isWithin(host, domain))
  if (isForeign) return null
  const path = attributes.get('path') ?? ''
  return {
    name,
    value,
    domain: domain === '' ? host : domain,
    isDomainWide: domain !== '',
    path: path.startsWith('/') ? path : defaultPath(from.path),
    isSecure: attributes.has('secure'),
    expires: expiryOf(attributes, nowSec),
  }
}

/** Whether a cookie is sent to an address (RFC 6265, section 5.4). */
export const goesTo = (cookie: Cookie, { origin, path }: Address, nowSec: number): boolean => {
  const host = hostOfOrigin(origin)
  return (
    (cookie.isDomainWide ? isWithin(host, cookie.domain) : host === cookie.domain) &&
    isBelow(path, cookie.path) &&
    (!cookie.isSecure || origin.startsWith('https:')) &&
    (cookie.expires === null || cookie.expires > nowSec)
  )
}

/** The `Cookie` header for an address, longer paths first; empty where there is none. */
export const cookieHeader = (
  cookies: readonly Cookie[],
  address: Address,
  nowSec: number,
): string =>
  cookies
    .filter((cookie) => goesTo(cookie, address, nowSec))
    .toSorted((a, b) => b.path.length - a.path.length)
    .map(({ name, value }) => `${name}=${value}`)
    .join('; ')
