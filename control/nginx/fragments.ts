import { httpsFragment, publicServers } from './public-servers.ts'
import type { NginxSettings } from './settings.ts'
import { lines } from './template.ts'

type Fragments = Record<string, string>

const upstreamName = (index: number): string => `gh_origin_${index}`

const hostOf = (origin: string): string => origin.replace(/^https?:\/\//, '')

const withPort = (origin: string): string => {
  const host = hostOf(origin)
  if (/:\d+$/.test(host)) return host
  return `${host}:${origin.startsWith('https:') ? 443 : 80}`
}

/** Upstreams that keep connections to the origins, and the maps that lead to them. */
export const originFragments = (settings: NginxSettings): Fragments => {
  const { origins } = settings
  return {
    upstreamsOfOrigins: lines(
      4,
      origins.map((origin, index) => {
        const scheme = origin.startsWith('https:') ? 'https' : 'http'
        return `"${origin}" ${scheme}://${upstreamName(index)};`
      }),
    ),
    originAuthorizations: lines(
      4,
      (settings.authorizedOrigins ?? []).map((origin) => `"${origin}" $http_authorization;`),
    ),
    originChallenges: lines(
      4,
      (settings.authorizedOrigins ?? []).map((origin) => `"${origin}" origin-challenge;`),
    ),
    originTlsNames: lines(
      4,
      origins.map((origin) => `"${origin}" "${hostOf(origin).replace(/:\d+$/, '')}";`),
    ),
    originHosts: lines(
      4,
      origins.map((origin) => `"${origin}" "${hostOf(origin)}";`),
    ),
    originUpstreams: origins
      .map(
        (origin, index) =>
          `upstream ${upstreamName(index)} {\n    server ${withPort(origin)};\n    keepalive 64;\n}`,
      )
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
