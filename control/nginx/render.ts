import { basename, dirname } from 'node:path'
import { slateOfReason } from '#domain/channels/slates'
import { AGAIN_ROUTES } from '#domain/doors/given-again'
import { MEDIA_PATH, MEDIA_TYPES, OCTETS, ODD_TYPE } from '#domain/headers/media'
import { isReasonId, REASONS } from '#domain/reasons'
import { FETCH_MARKS, letterOfMark } from '#domain/viewer/fetch-marks'
import { renderAgainLocations } from './again-locations.ts'
import { renderDoors, renderStrayDoors } from './door-locations.ts'
import {
  controlProxy,
  controlServers,
  originFragments,
  publicFragments,
  pushServer,
} from './fragments.ts'
import type { FilesMark, NginxSettings } from './settings.ts'
import { slateList, slateRanges } from './slates.ts'
import { fill, INCLUDE_FILES, type Templates } from './template.ts'
import { readZones, writeZones } from './zones.ts'

/** A setting that cannot stand in an nginx configuration. */
export class NginxSettingError extends Error {
  override readonly name = 'NginxSettingError'
}

/** Quotes and line ends would end a directive early; `$` would name a variable. */
const assertPlain = (name: string, value: string): void => {
  if (/["\\$\n\r;{}]/.test(value))
    throw new NginxSettingError(`${name}: "${value}" has a character nginx would misread`)
}

const checked = (settings: NginxSettings): void => {
  const paths = { confDir: settings.confDir, bundle: settings.bundle, pidFile: settings.pidFile }
  const more = {
    trafficLog: settings.trafficLog,
    tempDir: settings.tempDir,
    edgeId: settings.edgeId,
  }
  const all = { ...paths, ...more, cacheDir: settings.cacheDir, ...settings.sockets }
  for (const [name, value] of Object.entries(all)) assertPlain(name, value)
  for (const origin of settings.origins) assertPlain('origin', origin)
  for (const server of Object.values(settings.serversOfOrigins ?? {}).flat())
    assertPlain('origins[].servers', server)
  for (const { files, names } of settings.https?.certificates ?? [])
    for (const text of [...files, ...names]) assertPlain('certificate', text)
  if (settings.edgeKey !== null) assertPlain('edgeKey', settings.edgeKey)
  if (settings.pushListen !== null) assertPlain('pushListen', settings.pushListen.announced)
}

const accessLog = (settings: NginxSettings): string =>
  settings.accessLog === null
    ? '    access_log off;'
    : `    access_log "${settings.accessLog}" gatehouse buffer=64k flush=1s if=$gh_is_logged;`

const segmentCache = (settings: NginxSettings): { path: string; use: string } => {
  const cache = settings.segmentCache
  if (cache === null) return { path: '', use: '' }
  const path = `proxy_cache_path "${settings.cacheDir}/segments" levels=1:2 keys_zone=gh_segments:16m max_size=${cache.size} inactive=10m use_temp_path=off;`
  const use = [
    'proxy_cache gh_segments;',
    // Neither the pass nor the viewer is part of the key.
    'proxy_cache_key $gh_origin$gh_path;',
    `proxy_cache_valid 200 206 ${cache.validSec}s;`,
    'proxy_cache_lock on;',
    'proxy_ignore_headers Vary;',
    // What comes with a cookie, or for one, is one viewer's.
    'proxy_no_cache $gh_is_disk_full $gh_origin_cookie $upstream_http_set_cookie;',
    'proxy_cache_bypass $gh_origin_cookie;',
  ]
  return { path, use: use.map((line) => `    ${line}`).join('\n') }
}

/** One map line for each type of media of which nothing need be looked at: no JavaScript is called then. */
const safeMedia = (): string => MEDIA_TYPES.map((type) => `    "1|${type}|" "";`).join('\n')

/**
 * Questions to a control plane that may wait for their answers, each with a JavaScript context: beyond, the edge decides by itself.
 */
const MOST_ASKED = 512

/**
 * One map line for each number of concurrent responses below the limit: nginx looks it up by hash.
 */
const uncrowded = (most: number): string =>
  Array.from({ length: most }, (_, at) => `    ${at} "";`).join('\n')

/** Responses under way above which a manifest over a new connection is judged, and waits, one hop away: nginx has made that many JavaScript contexts by then. */
const MOST_HURRIED = 32

/** Requests over one connection until a player has its playlists: an opening, and those of some variants and languages. */
const FIRST_REQUESTS = 8

/** One map line for each of these; none where there is no room to wait in. */
const firstRequests = ({ sockets: { room } }: NginxSettings): string =>
  Array.from(
    { length: room === '' ? 0 : FIRST_REQUESTS },
    (_, at) => `    ${at + 1} $gh_is_first_connection;`,
  ).join('\n')

/** One map line for each location that gives a refusal again: its name is the verdict. */
const againRoutes = (): string => AGAIN_ROUTES.map((route) => `    ${route} ${route};`).join('\n')

/** The letters of marks, each of equal weight, as nginx splits texts among them. */
const splitEvenly = (most: number): string => {
  const part = Math.floor(10_000 / most) / 100
  const lines = Array.from({ length: most - 1 }, (_, at) => `    ${part}% ${letterOfMark(at)};`)
  return [...lines, `    * ${letterOfMark(most - 1)};`].join('\n')
}

/** Every status an origin may fail with but 401, which asks for a login; those that nginx keeps to itself cannot be named. */
const originErrors = (): string =>
  Array.from({ length: 200 }, (_, at) => 400 + at)
    .filter((status) => status !== 401 && status !== 444 && (status < 494 || status > 499))
    .join(' ')

/** Redirections that no player follows by itself; their text and `Location` are not handed on. */
const strangeRedirections = (): string =>
  Array.from({ length: 100 }, (_, at) => 300 + at)
    .filter((status) => ![301, 302, 303, 304, 307, 308].includes(status))
    .join(' ')

/** One map line for each reason that has a clip. */
const slateWords = (): string =>
  Object.keys(REASONS)
    .filter(isReasonId)
    .flatMap((reason) => {
      const word = slateOfReason(reason)
      return word === null ? [] : [`    ${reason} ${word};`]
    })
    .join('\n')

const slateValues = (basePath: string) => ({
  slateWords: slateWords(),
  slateList: slateList(basePath, '$gh_slate_language/$gh_slate_word'),
  slateRanges: slateRanges(basePath),
})

/** The inner server stands in for a room that is closed. */
const roomServers = ({ sockets: { room, inner } }: NginxSettings): string =>
  (room === ''
    ? [`server "unix:${inner}";`]
    : [`server "unix:${room}";`, `server "unix:${inner}" backup;`]
  )
    .map((line) => `    ${line}`)
    .join('\n')

const NO_MARK: FilesMark = { release: '', files: '' }

const values = (settings: NginxSettings): Record<string, string> => {
  const cache = segmentCache(settings)
  const basePath = settings.apps?.basePath ?? ''
  const zones = Object.entries(settings.zones).map(([name, size]) => [`zone.${name}`, size])
  const sockets = Object.entries(settings.sockets).map(([name, path]) => [`sockets.${name}`, path])
  return {
    ...Object.fromEntries([...zones, ...sockets]),
    ...originFragments(settings),
    ...publicFragments(settings),
    roomServers: roomServers(settings),
    confDir: settings.confDir,
    doors: renderDoors(settings.confDir),
    strayDoors: renderStrayDoors(settings.apps),
    bundleDir: dirname(settings.bundle),
    bundleFile: basename(settings.bundle),
    edgeId: settings.edgeId,
    ...(settings.mark ?? NO_MARK),
    trafficLog: settings.trafficLog,
    v6Prefix: String(settings.v6Prefix),
    country: settings.countryVariable ?? (settings.geoipFile === null ? '' : '$gh_geoip_country'),
    guessRate: String(settings.guessesPerSecond),
    cacheDir: settings.cacheDir,
    listCacheSize: settings.listCacheSize,
    pictureCacheSize: settings.pictureCacheSize ?? '64m',
    segmentCachePath: cache.path,
    segmentCache: cache.use,
    safeMedia: safeMedia(),
    octets: OCTETS,
    mediaPath: MEDIA_PATH.source,
    oddType: ODD_TYPE.source,
    againRoutes: againRoutes(),
    againLocations: renderAgainLocations(settings.confDir, basePath),
    fetchMarks: splitEvenly(FETCH_MARKS),
    uncrowded: uncrowded(settings.judgedInPlace),
    unhurried: uncrowded(MOST_HURRIED),
    firstRequests: firstRequests(settings),
    originErrors: originErrors(),
    strangeRedirections: strangeRedirections(),
    segmentConnections: String(settings.segmentConnections),
    // One that failed is asked again from the next second on: a longer pause would outlast the turns that openings wait.
    controlServers: controlServers(settings, `max_fails=3 fail_timeout=0s max_conns=${MOST_ASKED}`),
    controlServersUnskipped: controlServers(settings, 'max_fails=0'),
    // Each of them, and the answer in their place.
    controlTries: String(settings.control.servers.length + 1),
    controlScheme: settings.control.tls === null ? 'http' : 'https',
    controlProxy: controlProxy(settings),
    askTimeout: `${settings.askTimeoutMs}ms`,
    innerTimeout: `${settings.askTimeoutMs + 1000}ms`,
    // A handshake over the network takes two round trips and a signature.
    connectTimeout: settings.control.tls === null ? '200ms' : '800ms',
    // Many viewers at once wait for a busy machine's handshakes; the sync has to be over in a second.
    askConnectTimeout: settings.control.tls === null ? '200ms' : '2500ms',
    troublesFile: settings.troublesFile ?? '',
    pushAddress: settings.pushListen?.announced ?? '',
    pushServer: pushServer(settings),
    accessLog: accessLog(settings),
    gzip: settings.gzip ? 'on' : 'off',
    ...slateValues(basePath),
  }
}

/**
 * Every file of the configuration, by path below `confDir`. Throws a `NginxSettingError` for a
 * value nginx would misread.
 */
export const renderNginx = (
  settings: NginxSettings,
  templates: Templates,
): Record<string, string> => {
  checked(settings)
  const filled = values(settings)
  const http = fill(templates['gatehouse-http.conf'] ?? '', { ...filled, runningZones: '' })
  const runningZones = writeZones(readZones(http))
  return Object.fromEntries(
    Object.entries(templates).map(([name, template]) => [
      name,
      fill(template, { ...filled, runningZones }),
    ]),
  )
}

/**
 * The files an operator's own nginx includes: everything but nginx.conf. Throws a
 * `NginxSettingError` for a value nginx would misread.
 */
export const renderIncludes = (
  settings: NginxSettings,
  templates: Templates,
): Record<string, string> => {
  const files = renderNginx(settings, templates)
  return Object.fromEntries(INCLUDE_FILES.map((name) => [name, files[name] ?? '']))
}
