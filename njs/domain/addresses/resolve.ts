import { decodePercent, encodeUtf8 } from '../credentials/encoding.ts'
import { formatAddress, parseV6Words } from '../networks/address.ts'
import { isUnclear } from './unclear.ts'

/** An address of an origin over HTTP, resolved. */
export interface Address {
  /** Scheme, host in lower case, and port where it is not the scheme's own: `http://127.0.0.1:9000`; between them the login it is asked with, where there is one. */
  readonly origin: string
  /** From the root, without dot segments; percent-encoded as it came. */
  readonly path: string
  /** With its `?`; empty where there is none. */
  readonly query: string
}

const ABSOLUTE = /^(https?):[\\/]{2}(?:[^\\/?#]*@)?([^\\/?#]+)/i
const SCHEME = /^[a-z][a-z0-9+.-]*:/i
const SCHEMELESS = /^[\\/]{2}/
/** What browsers encode in a path and in a query (the URL standard of WHATWG; `^` not all do); all other signs reach the origin as it wrote them, which may have signed them. */
const ILLEGAL_IN_PATH = /[^!-~]|["<>\\`{}]/gu
const ILLEGAL_IN_QUERY = /[^!-~]|["<>]/gu

const encodeIllegal = (text: string, illegal: RegExp): string => {
  if (text.search(illegal) < 0) return text
  return text.replace(illegal, (found) => {
    try {
      return encodeURIComponent(found)
    } catch {
      return '%EF%BF%BD'
    }
  })
}

const isDot = (segment: string): boolean => segment === '.' || segment.toLowerCase() === '%2e'

const isTwoDots = (segment: string): boolean =>
  segment === '..' || (segment.length > 2 && segment.toLowerCase().replaceAll('%2e', '.') === '..')

/**
 * Takes dot segments out of a path from the root (RFC 3986, section 5.2.4), encoded ones too, as browsers do. Empty segments stay; what
 * would climb above the root ends there.
 */
export const removeDotSegments = (path: string): string => {
  if (!path.includes('/.') && !/\/%2e/i.test(path)) return path
  const kept: string[] = []
  const segments = path.split('/')
  const last = segments.length - 1
  for (let at = 1; at <= last; at += 1) {
    const segment = segments[at] ?? ''
    if (isTwoDots(segment)) kept.pop()
    else if (!isDot(segment)) kept.push(segment)
    if (at === last && (isDot(segment) || isTwoDots(segment))) kept.push('')
  }
  return `/${kept.join('/')}`
}

const IN_BRACKETS = /^\[([0-9a-f:.]+)\]/

/** An IPv6 address in the one form that RFC 5952 gives it. */
const plainBrackets = (host: string): string => {
  const [whole = '', text = ''] = IN_BRACKETS.exec(host) ?? []
  const words = whole === '' ? null : parseV6Words(text)
  return words === null
    ? host
    : `[${formatAddress({ family: 6, words })}]${host.slice(whole.length)}`
}

/** Scheme, host and port in their plain form: lower case, IPv6 as RFC 5952 has it, zeros before a port and the scheme's own left out. */
export const plainOrigin = (scheme: string, authority: string): string => {
  const name = scheme.toLowerCase()
  const host = authority
    .toLowerCase()
    .replace(/:0+(?=\d+$)/, ':')
    .replace(/:$/, '')
  const port = name === 'https' ? ':443' : ':80'
  const named = host.startsWith('[') ? plainBrackets(host) : host
  return `${name}://${named.endsWith(port) ? named.slice(0, -port.length) : named}`
}

/** Takes a path with its query apart. */
export const addressOf = (origin: string, path: string): Address => {
  const mark = path.indexOf('?')
  return mark < 0
    ? { origin, path, query: '' }
    : { origin, path: path.slice(0, mark), query: path.slice(mark) }
}

/** An origin without the login it is asked with. */
export const withoutLogin = (origin: string): string =>
  origin.includes('@') ? origin.replace(/^(https?:\/\/)[^@]*@/, '$1') : origin

/** The host of an origin, without its port. */
export const hostOfOrigin = (origin: string): string =>
  withoutLogin(origin)
    .replace(/^https?:\/\//, '')
    .replace(/:\d+$/, '')

/** The directory of a path, with its slash. */
export const directoryOf = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1)

/** A reference with slashes in place of the backslashes of its path, as browsers read them. */
export const withSlashes = (reference: string): string => {
  if (!reference.includes('\\')) return reference
  const mark = reference.indexOf('?')
  const path = mark < 0 ? reference : reference.slice(0, mark)
  return path.replaceAll('\\', '/') + reference.slice(path.length)
}

const withQuery = (origin: string, text: string, base: Address | null): Address => {
  const mark = text.indexOf('?')
  const plain = withSlashes(mark < 0 ? text : text.slice(0, mark))
  const query = mark < 0 ? '' : encodeIllegal(text.slice(mark), ILLEGAL_IN_QUERY)
  if (base !== null && plain === '')
    return { origin, path: base.path, query: mark < 0 ? base.query : query }
  const rooted = plain.startsWith('/') || base === null ? plain : directoryOf(base.path) + plain
  const path = encodeIllegal(rooted === '' ? '/' : rooted, ILLEGAL_IN_PATH)
  return { origin, path: removeDotSegments(path), query }
}

/**
 * Resolves a reference against the address it stands at (RFC 3986, section 5.2). Backslashes are slashes, a login and a fragment are
 * left out. `null` for another scheme than http and https, as of `data:` and `skd:`.
 */
export const resolveAddress = (reference: string, base: Address): Address | null => {
  const hash = reference.indexOf('#')
  const text = hash < 0 ? reference : reference.slice(0, hash)
  if (SCHEMELESS.test(text))
    return resolveAddress(`${base.origin.slice(0, base.origin.indexOf(':') + 1)}${text}`, base)
  const absolute = ABSOLUTE.exec(text)
  if (absolute !== null) {
    const [whole, scheme = '', authority = ''] = absolute
    const rest = text.slice(whole.length)
    return withQuery(plainOrigin(scheme, authority), rest.startsWith('?') ? `/${rest}` : rest, null)
  }
  return SCHEME.test(text) ? null : withQuery(base.origin, text, base)
}

/**
 * A login in an address (`http://user:password@host/`), which goes to that host alone, as `Authorization: Basic` (RFC 7617). It stands in the address' origin, in base64 as it
 * is sent: `http://dXNlcjpwYXNzd29yZA==@host`. Whoever asks such an origin sends it, whoever compares or names one leaves it out (`withoutLogin`).
 */
const LOGIN = /^\s*(?:https?:)?[\\/]{2}([^\\/?#]*)@/i

const ORIGIN = /^(https?:\/\/)(?:([^@]*)@)?/

/** The login that an origin is asked with, in base64; empty without one. */
export const loginOf = (origin: string): string => ORIGIN.exec(origin)?.[2] ?? ''

/** User and password that an origin is asked with. */
export const loginWords = (origin: string): string[] => {
  const login = loginOf(origin)
  if (login === '') return []
  const text = Buffer.from(login, 'base64').toString()
  const at = text.indexOf(':')
  return [text.slice(0, at), text.slice(at + 1)]
}

/** An origin with the login it is asked with, in base64; as it is where that is empty. */
export const withLogin = (origin: string, login: string): string =>
  login === '' ? origin : origin.replace(ORIGIN, (_, scheme: string) => `${scheme}${login}@`)

/** `user:password` of an address, percent-encoded, in base64 of its bytes; a password may be missing. Empty without either. */
export const encodeLogin = (text: string): string => {
  const at = text.indexOf(':')
  const [user, password] = at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
  if (user === '' && password === '') return ''
  const plain = encodeUtf8(`${decodePercent(user)}:${decodePercent(password)}`)
  return Buffer.from(plain).toString('base64')
}

/** Resolves a reference (`resolveAddress`) with the login that it has, or that the address has that it is relative to. */
export const resolveLoggedIn = (reference: string, base: Address): Address | null => {
  const address = resolveAddress(reference, base)
  const login = reference.includes('@') ? encodeLogin(LOGIN.exec(reference)?.[1] ?? '') : ''
  return address === null ? null : { ...address, origin: withLogin(address.origin, login) }
}

/** The same of a redirection: to where it came from, also in full, it goes on with the login it was asked with, as curl does. */
export const followLoggedIn = (location: string, from: Address): Address | null => {
  const address = resolveLoggedIn(location, from)
  const login = loginOf(from.origin)
  if (address === null || login === '' || loginOf(address.origin) !== '') return address
  const origin = withLogin(address.origin, login)
  return origin === from.origin ? { ...address, origin } : address
}

/** The relative reference (`../`…) from a directory below the channel to the channel. */
export const upFrom = (directory: string): string => {
  let up = ''
  for (let at = directory.indexOf('/'); at >= 0; at = directory.indexOf('/', at + 1)) up += '../'
  return up
}

/** A reference from a directory to a path, both below the channel. */
export const referenceTo = (directory: string, path: string): string => {
  const text = upFrom(directory) + path
  // A colon in the first segment would be read as a scheme; an empty reference does not name a directory.
  return text === '' || /^[^/?]*:|^[/?]/.test(text) ? `./${text}` : text
}

/** Whether a reference is a relative path as players and the edge read it alike: from its base on, with dots or without. */
export const isRelativePath = (reference: string): boolean =>
  !/^[/\\?#]|^[a-z][a-z0-9+.-]*:|^@\/|[\s"<>\\`{|}#]/i.test(reference)

/** Whether a reference is relative and stays within its base directory. */
export const isBelowItsBase = (reference: string): boolean => {
  if (!isRelativePath(reference)) return false
  const mark = reference.indexOf('?')
  return !isUnclear(mark < 0 ? reference : reference.slice(0, mark))
}

/** Whether a reference has a directory before its file. */
export const namesDirectory = (reference: string): boolean =>
  reference.split('?', 1)[0]?.includes('/') === true
