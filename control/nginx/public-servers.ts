import type { NginxSettings, ServedCertificate } from './settings.ts'
import { lines } from './template.ts'

/** nginx takes IPv6 alone at `[::]`; IPv4 viewers come with their own addresses by a listener of their own. */
const addressesOf = (address: string): string[] => {
  const port = /^\[::\](:\d+)$/.exec(address)?.[1]
  return port === undefined ? [address] : [address, `0.0.0.0${port}`]
}

const plainListens = ({ listen }: NginxSettings): string[] =>
  listen.flatMap(({ address, isProxyProtocol }) =>
    addressesOf(address).map(
      (at) => `listen ${at}${isProxyProtocol ? ' proxy_protocol' : ''} reuseport backlog=4096;`,
    ),
  )

/** Options of a socket may stand in one server only: in the first. */
const tlsListens = ({ https }: NginxSettings, isFirst: boolean): string[] => {
  if (!https) return []
  const proxied = https.isProxyProtocol ? ' proxy_protocol' : ''
  return addressesOf(https.address).flatMap((at) => [
    `listen ${at} ssl${proxied}${isFirst ? ' default_server reuseport backlog=4096' : ''};`,
    // Each worker has its own socket: packets of a connection have to reach the worker that holds it.
    ...(https.hasHttp3 ? [`listen ${at} quic${isFirst ? ' default_server reuseport' : ''};`] : []),
  ])
}

const realIp = (settings: NginxSettings): string[] => {
  if (settings.trustedProxies.length === 0) return []
  const isProxyProtocol = settings.listen.some((listen) => listen.isProxyProtocol)
  const header = isProxyProtocol ? 'proxy_protocol' : settings.realIpHeader
  return [
    ...settings.trustedProxies.map((proxy) => `set_real_ip_from ${proxy};`),
    `real_ip_header ${header};`,
    'real_ip_recursive on;',
  ]
}

const certificateLines = ({ https }: NginxSettings, served: ServedCertificate): string[] => [
  'http2 on;',
  ...served.files.flatMap((file) => [
    `ssl_certificate "${file}";`,
    `ssl_certificate_key "${file}";`,
  ]),
  ...(https?.hasHttp3 === true
    ? ['add_header_inherit merge;', 'add_header Alt-Svc $gh_alt_svc always;']
    : []),
]

const redirectLines = ({ https }: NginxSettings): string[] => {
  if (!https?.redirectTo) return []
  // 308 keeps a posted login; older boxes know 301 alone.
  return [
    'if ($gh_to_https = moved) {',
    `    return 301 ${https.redirectTo}$request_uri;`,
    '}',
    'if ($gh_to_https = kept) {',
    `    return 308 ${https.redirectTo}$request_uri;`,
    '}',
  ]
}

const server = (settings: NginxSettings, directives: readonly string[]): string =>
  [
    '    server {',
    lines(8, [
      ...directives,
      ...realIp(settings),
      `include "${settings.confDir}/gatehouse-server.conf";`,
      '',
      'location / {',
      '    return 404;',
      '}',
    ]),
    '    }',
  ].join('\n')

/** The servers viewers reach: the first takes what comes in the clear and names nobody else has. */
export const publicServers = (settings: NginxSettings): string => {
  const [first, ...others] = settings.https?.certificates ?? []
  // A request that names no host is redirected to the first name, which has to be one.
  const isWild = (name: string) => Number(name.startsWith('*'))
  const own = (first?.names ?? []).toSorted((a, b) => isWild(a) - isWild(b))
  const names = [...own, '_'].join(' ')
  return [
    server(settings, [
      ...plainListens(settings),
      ...tlsListens(settings, true),
      `server_name ${names};`,
      ...(first === undefined ? [] : certificateLines(settings, first)),
      ...redirectLines(settings),
    ]),
    ...others
      .filter((other) => other.names.length > 0)
      .map((other) =>
        server(settings, [
          ...tlsListens(settings, false),
          `server_name ${other.names.join(' ')};`,
          ...certificateLines(settings, other),
        ]),
      ),
  ].join('\n')
}

/** What HTTPS needs once for all servers; empty without it. */
export const httpsFragment = ({ https }: NginxSettings): string => {
  if (!https) return ''
  const altSvc = [
    'map $https $gh_alt_svc {',
    '    default "";',
    `    on 'h3=":${https.port}"; ma=86400';`,
    '}',
  ]
  const redirect = [
    '# By scheme, by what a trusted proxy says of it (only there do the addresses differ), by path and method.',
    'map "$scheme $realip_remote_addr $remote_addr $http_x_forwarded_proto $uri $request_method" $gh_to_https {',
    '    default "";',
    '    "~*^http (\\S+) (?!\\1 )\\S+ https[ ,]" "";',
    '    "~^http .* /health [A-Z]+$" "";',
    '    "~^http .* (?:GET|HEAD)$" moved;',
    '    "~^http " kept;',
    '}',
  ]
  return lines(4, [
    'ssl_protocols TLSv1.2 TLSv1.3;',
    'ssl_session_cache shared:gh_tls:8m;',
    'ssl_session_timeout 1d;',
    ...(https.hasHttp3 ? altSvc : []),
    ...(https.redirectTo === null ? [] : redirect),
  ])
}
