import type { Random } from './random.ts'

/** What requests to a listener are made from. */
export interface Ground {
  /** Paths it knows, whole. */
  readonly paths: readonly string[]
  /** Host that it takes itself for. */
  readonly host: string
  /** Headers that open its doors, whole lines; each goes with one request in two. */
  readonly keys: readonly string[]
}

const METHODS =
  'GET GET GET GET GET GET POST POST HEAD PUT PATCH DELETE OPTIONS TRACE PROPFIND'.split(' ')
/** Most servers refuse these before they look any further: a few are enough. */
const ODD_METHODS = ['CONNECT', 'get', 'G@T', 'M'.repeat(300), '']

/** Bytes as latin-1 text. */
const ODD = [
  '\0',
  '%00',
  '%',
  '%zz',
  '%ff%fe',
  '%2e%2e%2f',
  '..%5c',
  '..;/',
  '../',
  '..\\',
  '//',
  '/./',
  ';a=b',
  '?',
  '??a=b&a=c&=&&',
  '#x',
  '@/',
  '@/~abc/',
  '@@',
  '\xff\xfe',
  'é',
  '%E2%80%AE',
  "'",
  '"><script>',
  '${jndi:x}',
  '{{7*7}}',
  '$gh_pass',
  '%0d%0aX-Evil:%201',
  ' ',
  '\t',
  '-1',
  '99999999999999999999',
  'NaN',
  '__proto__',
  'constructor',
  'null',
  '[]',
  'A'.repeat(3000),
  '/a'.repeat(400),
  '%41'.repeat(900),
]

/** What stands before a path in absolute-form and authority-form (RFC 9112, 3.2), and what looks like it. */
const TARGETS = [
  'http://tv.example.net',
  'https://[::1]:443',
  'http://a@b:99999',
  'http://',
  'ftp://x',
  '*',
  '//evil.example',
  'tv.example.net:443',
]

const HEADERS = [
  'Host: ',
  'Host: a b',
  'Host: tv.example.net:99999',
  'Host: [::1',
  'X-Forwarded-For: 999.1.1.1, ::, a',
  'X-Forwarded-For: ::ffff:203.0.113.9%eth0',
  'X-Forwarded-For: 203.0.113.77',
  'X-Forwarded-Proto: gopher',
  'X-Real-IP: \xff',
  'Range: bytes=0-',
  'Range: bytes=9-1,-5,x-,0-99999999999999999999',
  'If-None-Match: W/"',
  'If-Modified-Since: never',
  'Authorization: Bearer ',
  'Authorization: Basic !!!',
  'Authorization: Edge edge-1:x',
  'Cookie: a=b; ; =; __Host-x',
  'Accept-Encoding: gzip;q=nan, br',
  'Content-Type: application/json; charset=\xff',
  'Content-Type: application/x-www-form-urlencoded',
  'Content-Type: multipart/form-data; boundary=',
  'Content-Encoding: gzip',
  'Transfer-Encoding: chunked',
  'Content-Length: 0',
  'Content-Length: -1',
  'Content-Length: 5\r\nContent-Length: 6',
  'Content-Length: 99999999999999999999',
  'Expect: 100-continue',
  'Connection: Upgrade\r\nUpgrade: h2c\r\nHTTP2-Settings: AAAA',
  'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Connection: close, Host, X-Forwarded-For, Authorization',
  'TE: trailers, deflate;q=0',
  'Range: bytes=0-0,2-2,4-4,6-6,8-8,10-10,12-12,14-14',
  'Range: bytes=-1',
  'Range: seconds=1-2',
  'If-Range: "x"\r\nRange: bytes=5-',
  'X-Playback-Session-Id: \x01',
  'X-Gh-Address: 10.0.0.1',
  'X-Gh-Pass: x',
  'X-Original-URI: /%',
  'X-Original-URI: http://x/y?token=a',
  'X-Hook-Secret: \xff',
  'Last-Event-ID: -1',
  'CMCD-Request: bl="',
  'User-Agent: ',
  'Referer: ://',
  `X-Long: ${'y'.repeat(9000)}`,
]

/** Header lines that make a request malformed. */
const BROKEN_HEADERS = ['No colon', ': no name', ' folded: x', 'Host: x\r\nHost: y', 'X-Nul: \0']

const BODIES = [
  '',
  '{}',
  '[]',
  'null',
  '{"a":',
  '{"__proto__":{"x":1}}',
  `${'['.repeat(5000)}${']'.repeat(5000)}`,
  '{"name":"\\u0000","max_sessions":-1}',
  '{"name":1e999}',
  'token=%ff&token=&username=a&password=',
  'call=play&name=news&addr=1.2.3.4&clientid=1&token=a&call=publish',
  'call=update_play&name=..&addr=x&clientid=',
  'edge=edge-1&boot=',
  '{"edge":"edge-1","boot":"","njs":"","nginx":"","engine":"","clock":0,"have":{},"seen":["x"]}',
  '5\r\nhello\r\n0\r\n\r\n',
  '5;ext="a;b"\r\nhello\r\n0\r\nX-Trailer: 1\r\nHost: b\r\n\r\n',
  'fffffffffffffffff\r\nx',
  '\x1f\x8b\x08\x00\x00\x00\x00\x00',
  'token=a&'.repeat(20_000),
  `{"name":"${'n'.repeat(1_500_000)}"}`,
  'zz\r\nx',
  '\xff\x00\x01'.repeat(100),
  'x'.repeat(70_000),
]

const VERSIONS = ['HTTP/1.1', 'HTTP/1.1', 'HTTP/1.1', 'HTTP/1.1', 'HTTP/1.0']

const times = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make)

/** A known path with something odd in it, in place of a part of it, or behind it; at times nothing of it. */
const hostilePath = (random: Random, paths: readonly string[]): string => {
  const known = random.pick(paths)
  const odd = random.pick(ODD)
  const at = random.below(known.length + 1)
  const cut = known.slice(0, at)
  switch (random.below(8)) {
    case 0:
      return known
    case 1:
      return `${cut}${odd}${known.slice(at)}`
    case 2:
      return `${cut}${odd}`
    case 3:
      return `${known}?${random.pick(['token', 'from', 'limit', 'a', 'username', 'md5'])}=${odd}`
    case 4:
      return `/${times(1 + random.below(4), () => random.pick(ODD)).join('/')}`
    case 5: {
      const parts = known.split('/')
      parts[random.below(parts.length)] = odd
      return parts.join('/')
    }
    case 6:
      return `${random.pick(TARGETS)}${random.oneIn(2) ? known : odd}`
    default:
      return `${known.slice(0, at)}${String.fromCharCode(random.below(256))}${known.slice(at + 1)}`
  }
}

/** One request as it goes out, as latin-1 text: the same for the same numbers. */
export const hostileRequest = (random: Random, { paths, keys, host }: Ground): string => {
  // A line end would make two requests of one, the second of which could not be attributed.
  const path = hostilePath(random, paths).replace(/[\r\n]/g, '%0a')
  const body = random.oneIn(3) ? random.pick(BODIES) : ''
  const lines = [
    `${random.pick(random.oneIn(20) ? ODD_METHODS : METHODS)} ${path} ${random.pick(VERSIONS)}`,
    ...(random.oneIn(20) ? [] : [`Host: ${host}`]),
    ...(keys.length > 0 && random.oneIn(2) ? [random.pick(keys)] : []),
    ...times(random.below(3), () => random.pick(HEADERS)),
    ...(random.oneIn(20) ? [random.pick(BROKEN_HEADERS)] : []),
    ...(body !== '' && !random.oneIn(5) ? [`Content-Length: ${body.length}`] : []),
    'Connection: close',
  ]
  return `${lines.join('\r\n')}\r\n\r\n${body}`
}
