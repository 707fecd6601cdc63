import { dirname, join } from 'node:path'
import { httpsFragment, publicServers } from './public-servers.ts'
import type { NginxSettings } from './settings.ts'
import { lines } from './template.ts'

type Fragments = Record<string, string>

const upstreamName = (index: number): string => `gh_origin_${index}`

/** What leads to an origin whose certificate is not checked. */
const unverifiedName = (index: number): string => `gh_unverified_origin_${index}`

const hostOf = (origin: string): string => origin.replace(/^https?:\/\//, '')

const tlsNameOf = (origin: string): string => hostOf(origin).replace(/:\d+$/, '')

const withPort = (host: string, origin: string): string => {
  if (/:\d+$/.test(host)) return host
  return `${host}:${origin.startsWith('https:') ? 443 : 80}`
}

const upstream = (name: string, servers: readonly string[]): string =>
  [
    `upstream ${name} {`,
    ...servers.map((it) => `    server ${it};`),
    '    keepalive 64;',
    '}',
  ].join('\n')

/** nginx checks certificates by location, not by origin: those that are not checked are reached by a server of their own. */
const unverifiedServer = (origin: string, index: number, socket: string): string => `server {
    listen "unix:${socket}";
    access_log off;
    ignore_invalid_headers off;
    underscores_in_headers on;
    large_client_header_buffers 8 64k;
    location / {
        proxy_pass https://${upstreamName(index)};
        proxy_http_version 1.1;
        proxy_set_header Connection "";
        proxy_set_header Host $http_host;
        proxy_redirect off;
        proxy_ssl_server_name on;
        proxy_ssl_name "${tlsNameOf(origin)}";
        proxy_connect_timeout 5s;
        proxy_buffering off;
        proxy_buffer_size 40k;
        proxy_buffers 8 16k;
        proxy_ignore_headers X-Accel-Redirect X-Accel-Expires X-Accel-Limit-Rate X-Accel-Buffering X-Accel-Charset;
    }
}`

/** Upstreams that keep connections to the origins, and the maps that lead to them. */
export const originFragments = (settings: NginxSettings): Fragments => {
  const { origins, authorizedOrigins = [], unverifiedOrigins = [], serversOfOrigins } = settings
  const isUnverified = (origin: string): boolean => unverifiedOrigins.includes(origin)
  const socketOf = (index: number): string =>
    join(dirname(settings.sockets.inner), `edge-origin-${index}.sock`)
  const map = (values: readonly string[]): string => lines(4, values)
  const authorization = authorizedOrigins.length === 0 ? '""' : '$gh_origin_authorization'
  const withoutLogin = origins.filter((it) => !it.includes('@'))
  return {
    upstreamsOfOrigins: map(
      origins.map((origin, index) => {
        if (isUnverified(origin)) return `"${origin}" http://${unverifiedName(index)};`
        const scheme = origin.startsWith('https:') ? 'https' : 'http'
        return `"${origin}" ${scheme}://${upstreamName(index)};`
      }),
    ),
    // Where none has viewers' own logins, nothing is looked for.
    originAuthorization: authorization,
    originsAlone: map(withoutLogin.map((it) => `"${it}" $gh_origin;`)),
    originsWithoutLogin: map(withoutLogin.map((it) => `"${it}" ${authorization};`)),
    originAuthorizations: map(authorizedOrigins.map((it) => `"${it}" $http_authorization;`)),
    originChallenges: map(authorizedOrigins.map((it) => `"${it}" origin-challenge;`)),
    originTlsNames: map(origins.map((it) => `"${it}" "${tlsNameOf(it)}";`)),
    originHosts: map(origins.map((it) => `"${it}" "${hostOf(it)}";`)),
    originUpstreams: origins
      .flatMap((origin, index) => {
        const named = serversOfOrigins?.[origin] ?? []
        const servers = (named.length > 0 ? named : [hostOf(origin)]).map((it) =>
          withPort(it, origin),
        )
        const direct = upstream(upstreamName(index), servers)
        if (!isUnverified(origin)) return [direct]
        const socket = socketOf(index)
        return [
          direct,
          upstream(unverifiedName(index), [`"unix:${socket}"`]),
          unverifiedServer(origin, index, socket),
        ]
      })
      .join('\n'),
  }
}

const geoip = (settings: NginxSettings): string => {
  if (settings.geoipFile === null) return ''
  return lines(4, [
    `geoip2 "${settings.geoipFile}" {`,
    '    auto_reload 60s;',
    '    $gh_geoip_country default="" country iso_code;',
    '}',
  ])
}

/** What nginx.conf itself needs: modules, listeners, trusted proxies. */
export const publicFragments = (settings: NginxSettings): Fragments => ({
  'modules.js': settings.modules.js,
  geoipModule:
    settings.geoipFile !== null && settings.modules.geoip2 !== null
      ? `load_module "${settings.modules.geoip2}";`
      : '',
  user: settings.user === null ? '' : `user ${settings.user};`,
  workers: String(settings.workers),
  workerConnections: String(settings.workerConnections),
  pidFile: settings.pidFile,
  errorLog: settings.errorLog,
  tempDir: settings.tempDir,
  resolver: settings.resolver === null ? '' : `    resolver ${settings.resolver} valid=30s;`,
  geoip: geoip(settings),
  https: httpsFragment(settings),
  publicServers: publicServers(settings),
})

/** The control planes of an upstream, each with what nginx does about one that failed. */
export const controlServers = (settings: NginxSettings, about: string): string =>
  lines(
    4,
    settings.control.servers.map((server) => `server "${server}" ${about};`),
  )

/** Directives that carry the edge's identity to a control plane elsewhere. */
export const controlProxy = (settings: NginxSettings): string => {
  const { tls } = settings.control
  if (tls === null) return ''
  return lines(4, [
    'proxy_ssl_verify on;',
    'proxy_ssl_server_name on;',
    `proxy_ssl_name ${tls.serverName};`,
    `proxy_ssl_trusted_certificate "${tls.trustedCertificate}";`,
    'proxy_ssl_protocols TLSv1.2 TLSv1.3;',
    `proxy_set_header Authorization "Edge ${settings.edgeId}:${settings.edgeKey ?? ''}";`,
  ])
}

/** The listener control pushes to from another machine: every message signed. */
export const pushServer = (settings: NginxSettings): string => {
  const listen = settings.pushListen
  if (listen === null) return ''
  return [
    'server {',
    ...(listen.tls === null
      ? [`    listen ${listen.address};`]
      : [
          `    listen ${listen.address} ssl;`,
          `    ssl_certificate "${listen.tls.certificate}";`,
          `    ssl_certificate_key "${listen.tls.key}";`,
        ]),
    '    access_log off;',
    '    location = /push {',
    `        set $gh_push_key "${listen.key}";`,
    '        client_max_body_size 4m;',
    '        client_body_buffer_size 4m;',
    '        js_content edge.push;',
    '    }',
    '    location / {',
    '        return 404;',
    '    }',
    '}',
  ].join('\n')
}
