import { formatAddress, parseAddress } from '#domain/networks/network'

/** A request of an access log. */
export interface LoggedRequest {
  readonly address: string
  /** `null` where the line has none. */
  readonly method: string | null
  /** Path, percent-decoded; without the query. */
  readonly path: string
  /** Query without `?`. */
  readonly query: string
  readonly status: number
  readonly userAgent: string | null
  readonly referer: string | null
  /** Whether a token may be missing: the edge's own log leaves tokens out. */
  readonly isTokenHidden: boolean
}

const COMBINED =
  /^(\S+) \S+ \S+ \[[^\]]*\] "((?:[^"\\]|\\.)*)" (\d{3}) \S+(?: "((?:[^"\\]|\\.)*)" "((?:[^"\\]|\\.)*)")?/

/** nginx writes unprintable bytes as `\xNN`. */
const unescape = (text: string): string =>
  Buffer.from(
    text.replaceAll(/\\x([0-9A-Fa-f]{2})|\\(["\\])/g, (_all, hex: unknown, plain: unknown) =>
      typeof hex === 'string' ? String.fromCharCode(Number.parseInt(hex, 16)) : String(plain),
    ),
    'latin1',
  ).toString('utf8')

/** Canonical text of an address; `null` where a line has none, as for unix sockets. */
const canonical = (text: string): string | null => {
  const parsed = parseAddress(text)
  return parsed && formatAddress(parsed)
}

const given = (text: string | undefined): string | null =>
  text === undefined || text === '-' || text === '' ? null : unescape(text)

const decode = (path: string): string => {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

const split = (target: string): { path: string; query: string } => {
  const at = target.indexOf('?')
  const bare = target.replace(/^https?:\/\/[^/]+/i, '')
  const from = at < 0 ? -1 : bare.indexOf('?')
  return from < 0
    ? { path: decode(bare), query: '' }
    : { path: decode(bare.slice(0, from)), query: bare.slice(from + 1) }
}

const readCombined = (line: string): LoggedRequest | null => {
  const found = COMBINED.exec(line)
  if (found === null) return null
  const [, address = '', request = '', status = '', referer, agent] = found
  const [method = '', target] = unescape(request).split(' ')
  const viewer = canonical(address)
  if (target === undefined || viewer === null) return null
  return {
    address: viewer,
    method,
    isTokenHidden: false,
    ...split(target),
    status: Number(status),
    referer: given(referer),
    userAgent: given(agent),
  }
}

type Fields = ReadonlyMap<string, unknown>

const textOf = (fields: Fields, ...names: string[]): string | null => {
  for (const name of names) {
    const value = fields.get(name)
    if (typeof value === 'string' && value !== '' && value !== '-') return value
  }
  return null
}

/** `GET /path HTTP/1.1`, or the path alone. */
const requestLine = (fields: Fields): { method: string | null; target: string } | null => {
  const words = textOf(fields, 'request')?.split(' ') ?? []
  const [first = '', second] = words
  if (second !== undefined) return { method: first, target: second }
  return first.startsWith('/') ? { method: null, target: first } : null
}

/** nginx's own names for the path are without the query, so the request line comes before them. */
const targetOf = (fields: Fields): string | null => {
  const whole = textOf(fields, 'request_uri') ?? requestLine(fields)?.target
  if (whole !== undefined) return whole
  const target = textOf(fields, 'uri', 'url', 'path')
  if (target === null) return null
  const args = textOf(fields, 'args', 'query_string', 'query')
  return args === null || target.includes('?') ? target : `${target}?${args}`
}

/** Target in the edge's own log, from its fields for channel and path. */
const ownTarget = (fields: Fields): string | null => {
  const [channel, path] = [fields.get('channel'), fields.get('path')]
  const isOwn = typeof channel === 'string' && typeof path === 'string' && fields.has('print')
  return isOwn ? `/${channel}/${path}` : null
}

const statusOf = (fields: Fields): number => {
  const status = fields.get('status') ?? fields.get('response')
  return Number(status ?? Number.NaN)
}

const parsed = (line: string): Fields | null => {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? new Map(Object.entries(value)) : null
  } catch {
    return null
  }
}

const ADDRESSES = ['remote_addr', 'client_ip', 'clientip', 'client', 'remote_ip', 'ip', 'address']

const readJson = (line: string): LoggedRequest | null => {
  const fields = parsed(line)
  if (fields === null) return null
  // The log of a container has nginx's line as text in one field.
  const inner = textOf(fields, 'log', 'message')
  if (inner !== null && !fields.has('status')) return readLogLine(inner)
  const address = canonical(textOf(fields, ...ADDRESSES) ?? '')
  const own = ownTarget(fields)
  const target = own ?? targetOf(fields)
  const status = statusOf(fields)
  if (address === null || target === null || !Number.isInteger(status)) return null
  return {
    address,
    method: textOf(fields, 'request_method', 'method') ?? requestLine(fields)?.method ?? null,
    isTokenHidden: own !== null,
    ...split(target),
    status,
    userAgent: textOf(fields, 'http_user_agent', 'user_agent', 'agent'),
    referer: textOf(fields, 'http_referer', 'http_referrer', 'referer', 'referrer'),
  }
}

/** Parses a line of nginx's `combined` format or of a JSON log; `null` where it is neither. */
export const readLogLine = (line: string): LoggedRequest | null => {
  const text = line.trim()
  return text.startsWith('{') ? readJson(text) : readCombined(text)
}
