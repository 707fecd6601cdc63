import { formatAddress, parseAddress } from '#domain/network'

/** A request as an access log tells it. */
export interface LoggedRequest {
  readonly address: string
  /** Path, percent-decoded; without the query. */
  readonly path: string
  /** Query without `?`. */
  readonly query: string
  readonly status: number
  readonly userAgent: string | null
  readonly referer: string | null
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

/** One spelling for each viewer; `null` where a line names none, as those of unix sockets. */
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
  const target = unescape(request).split(' ')[1]
  const viewer = canonical(address)
  if (target === undefined || viewer === null) return null
  return {
    address: viewer,
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

const targetOf = (fields: Fields): string | null => {
  const target = textOf(fields, 'request_uri', 'uri', 'url', 'path')
  if (target === null) return textOf(fields, 'request')?.split(' ')[1] ?? null
  const args = textOf(fields, 'args', 'query_string', 'query')
  return args === null || target.includes('?') ? target : `${target}?${args}`
}

const readJson = (line: string): LoggedRequest | null => {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return null
  }
  if (typeof value !== 'object' || value === null) return null
  const fields: Fields = new Map(Object.entries(value))
  const address = canonical(textOf(fields, 'remote_addr', 'client_ip', 'ip', 'address') ?? '')
  const target = targetOf(fields)
  const status = Number(fields.get('status') ?? Number.NaN)
  if (address === null || target === null || !Number.isInteger(status)) return null
  return {
    address,
    ...split(target),
    status,
    userAgent: textOf(fields, 'http_user_agent', 'user_agent', 'agent'),
    referer: textOf(fields, 'http_referer', 'referer'),
  }
}

/** Reads one line of nginx's combined format or of a JSON log; `null` where it is neither. */
export const readLogLine = (line: string): LoggedRequest | null => {
  const text = line.trim()
  return text.startsWith('{') ? readJson(text) : readCombined(text)
}
