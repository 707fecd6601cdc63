import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { formatNetwork, parseAddress, parseNetwork } from '#domain/networks/network'
import type { StatePaths } from '../config/paths.ts'
import { tlsListenOf } from '../config/schema/https.ts'
import type { Config } from '../config/schema/schema.ts'
import { hashEdgeKey, pushKeyOf } from '../keys/edge-key.ts'
import { NginxSettingError } from './render.ts'
import {
  type ControlLink,
  DEFAULT_ZONES,
  type HttpsSettings,
  type NginxSettings,
  type PublicListen,
  type PushListen,
  type ServedCertificate,
  type ZoneSizes,
} from './settings.ts'

/** Settings that come from the machine, not from the configuration. */
export interface NginxMachine {
  readonly modules: NginxSettings['modules']
  readonly user: string | null
  /** With its level; `run` reads nginx's errors from its stderr. */
  readonly errorLog: string
  /** Certificates as they lie ready for nginx. */
  readonly certificates?: readonly ServedCertificate[]
  readonly hasHttp3?: boolean
  readonly troublesFile?: string
}

/** The bundle's name beside the files that import it. */
export const BUNDLE_FILE = 'gatehouse-edge.js'

const HEADERS: Record<Config['edge']['client_address'], string> = {
  'x-forwarded-for': 'X-Forwarded-For',
  'x-real-ip': 'X-Real-IP',
  'proxy-protocol': 'proxy_protocol',
}

/** At least `least` MB, and more in step with the running sessions. */
const withSessions = (least: number, leasesMb: number, share: number): string =>
  `${Math.max(least, Math.ceil(leasesMb * share))}m`

const zoneSizes = ({ zones }: Config['edge']): ZoneSizes => ({
  ...DEFAULT_ZONES,
  leases: `${zones.leases_mb}m`,
  streams: withSessions(16, zones.leases_mb, 1 / 2),
  slots: withSessions(12, zones.leases_mb, 3 / 8),
  bans: `${zones.bans_mb}m`,
  denied: `${zones.denials_mb}m`,
  networks: `${zones.networks_mb}m`,
  channels: `${zones.channels_mb}m`,
})

const controlLink = (config: Config, paths: StatePaths): ControlLink => {
  const { urls, ca_file: ca, server_name: name } = config.control
  const [first] = urls
  if (first === undefined) return { servers: [`unix:${paths.edgeSocket}`], tls: null }
  const servers = urls.map((url) => new URL(url).host)
  const trustedCertificate = resolve(ca ?? '/etc/ssl/certs/ca-certificates.crt')
  return { servers, tls: { trustedCertificate, serverName: name ?? new URL(first).hostname } }
}

/** Where pushes are taken: over TLS where the edge has a certificate. */
const pushListen = ({ control }: Config, edgeKey: string | null): PushListen | null => {
  const { push_listen: address, certificate_file: certificate, key_file: key } = control
  if (address === null || edgeKey === null) return null
  const isPlain = certificate === null || key === null
  const tls = isPlain ? null : { certificate: resolve(certificate), key: resolve(key) }
  const at = address.lastIndexOf(':')
  const host = ['*', '', '0.0.0.0', '[::]'].includes(address.slice(0, at))
    ? '*'
    : address.slice(0, at)
  const announced = `${tls === null ? 'http' : 'https'}://${host}${address.slice(at)}`
  return { address, tls, key: pushKeyOf(hashEdgeKey(edgeKey)), announced }
}

/** An opening that waited for the slowest auth backend must still be answered by control, also when it is busy. */
const askTimeoutMs = ({ auth_backends }: Config): number => {
  const times = auth_backends.flatMap(({ backends }) => backends.map((it) => it.timeout_ms))
  return Math.max(3000, ...times) + 3000
}

/** Where plain requests go instead: the public address, or the host that was asked for at the port of HTTPS. */
const redirectTo = ({ edge }: Config, port: number): string | null => {
  if (edge.plain === 'serve') return null
  if (edge.public_url?.startsWith('https://') === true) return edge.public_url
  return `https://$host${port === 443 ? '' : `:${port}`}`
}

const https = (config: Config, machine: NginxMachine): HttpsSettings | null => {
  const { certificates = [], hasHttp3 = false } = machine
  const address = tlsListenOf(config)
  if (address === null || certificates.length === 0) return null
  const { client_address: told, public_url: url, http3 } = config.edge
  const port = Number(address.slice(address.lastIndexOf(':') + 1))
  const isProxyProtocol = told === 'proxy-protocol'
  return {
    address,
    isProxyProtocol,
    certificates,
    hasHttp3: hasHttp3 && http3 && !isProxyProtocol,
    port: url?.startsWith('https://') === true ? Number(new URL(url).port || 443) : port,
    redirectTo: redirectTo(config, port),
  }
}

const listenOf = ({ listen, client_address: told }: Config['edge']): PublicListen => ({
  address: listen,
  isProxyProtocol: told === 'proxy-protocol',
})

const originSettings = ({
  origins,
}: Config): Pick<
  NginxSettings,
  'origins' | 'authorizedOrigins' | 'unverifiedOrigins' | 'serversOfOrigins'
> => {
  const all = origins.map((it) => ({ ...it, origin: new URL(it.url).origin }))
  return {
    origins: all.map(({ origin }) => origin),
    authorizedOrigins: all.filter((it) => it.authorization).map(({ origin }) => origin),
    unverifiedOrigins: all
      .filter(({ origin, tls_verify: isVerified }) => !isVerified && origin.startsWith('https:'))
      .map(({ origin }) => origin),
    serversOfOrigins: Object.fromEntries(all.map(({ origin, servers }) => [origin, servers])),
  }
}

/** Whether nothing of ours runs beside nginx: of an edge elsewhere in an nginx of its operator's. */
const hasNobodyBeside = ({ control, edge }: Config): boolean =>
  control.urls.length > 0 && edge.nginx === 'external'

/** An edge's key; what else stands in its file is not shown, since it may hold one. */
const readEdgeKey = (file: string): string => {
  const key = readFileSync(file, 'utf8').trim()
  if (/^[\w-]+$/.test(key)) return key
  throw new NginxSettingError(
    `control.edge_key_file: ${file} must hold the key and nothing else, as 'gatehouse edges add' printed it`,
  )
}

/** What nginx is configured with, from our configuration. */
export const nginxSettings = (
  config: Config,
  paths: StatePaths,
  machine: NginxMachine,
): NginxSettings => {
  const { edge, control } = config
  const edgeKey = control.edge_key_file === null ? null : readEdgeKey(control.edge_key_file)
  const { modules, user, errorLog } = machine
  return {
    modules,
    user,
    errorLog,
    confDir: paths.nginx,
    bundle: join(paths.nginx, BUNDLE_FILE),
    pidFile: join(paths.run, 'nginx.pid'),
    accessLog: join(paths.logs, 'access.log'),
    trafficLog: paths.trafficLog,
    tempDir: join(paths.nginx, 'temp'),
    cacheDir: join(paths.nginx, 'cache'),
    workers: edge.workers ?? 'auto',
    workerConnections: 16_384,
    listen: [listenOf(edge)],
    https: https(config, machine),
    troublesFile: machine.troublesFile ?? null,
    sockets: {
      inner: join(paths.run, 'edge-inner.sock'),
      fail: join(paths.run, 'edge-fail.sock'),
      push: paths.innerSocket,
      room: hasNobodyBeside(config) ? '' : paths.roomSocket,
    },
    pushListen: pushListen(config, edgeKey),
    edgeId: edge.id,
    edgeKey,
    control: controlLink(config, paths),
    askTimeoutMs: askTimeoutMs(config),
    ...originSettings(config),
    resolver: edge.resolver.length > 0 ? edge.resolver.map(bracketed).join(' ') : systemResolver(),
    trustedProxies: edge.trusted_proxies.flatMap(canonical),
    realIpHeader: HEADERS[edge.client_address],
    geoipFile: null,
    countryVariable: config.edge.country_variable,
    v6Prefix: config.network_key.ipv6_prefix,
    zones: zoneSizes(edge),
    listCacheSize: '256m',
    pictureCacheSize: `${config.pictures.cache_mb}m`,
    segmentCache: edge.cache_mb > 0 ? { size: `${edge.cache_mb}m`, validSec: 60 } : null,
    gzip: true,
    guessesPerSecond: 10,
    judgedInPlace: 200,
    segmentConnections: 8,
    apps: { basePath: config.apps.base_path, isAnyFolder: edge.nginx === 'bundled' },
  }
}

/** nginx knows neither short forms nor ranges; `unix:` is its own word. */
const canonical = (text: string): string[] => {
  const parsed = parseNetwork(text)
  return parsed.ok ? parsed.networks.map(formatNetwork) : [text]
}

const bracketed = (server: string): string =>
  parseAddress(server)?.family === 6 ? `[${server}]` : server

/** The machine's own DNS servers, in nginx's form; `null` without any. */
const systemResolver = (): string | null => {
  try {
    const servers = readFileSync('/etc/resolv.conf', 'utf8').matchAll(/^nameserver\s+(\S+)/gm)
    const found = [...servers].map(([, address = '']) => bracketed(address))
    return found.length > 0 ? found.join(' ') : null
  } catch {
    return null
  }
}
