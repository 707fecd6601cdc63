import { userAgentFamily } from './user-agent.ts'

/** A request header by its name in lower case; empty where the player did not send it. */
export type HeaderOf = (name: string) => string

/** Request headers that identify a player whatever its User-Agent says: they are the same in all its requests, also behind a proxy and over HTTP/2, which both change the headers' order. */
export const FINGERPRINT_HEADERS = [
  'icy-metadata',
  'accept-charset',
  'accept-language',
  'accept-encoding',
  'accept',
] as const

const BROWSERS: ReadonlySet<string> = new Set(['firefox', 'chrome', 'safari', 'edge', 'opera'])

interface Signature {
  readonly family: string
  readonly shows: (header: HeaderOf) => boolean
}

/**
 * The player behind a browser's User-Agent, first match wins. Measured: FFmpeg's HTTP client sends `Icy-MetaData` with every request (also in mpv, MPlayer
 * and Kodi), VLC sends its language as a locale (`en_US`), Kodi's curl sends `Accept-Charset`, and every browser sends `Accept-Language`, with lists, segments
 * and `<video>` alike. Python's requests, which streamlink uses, sends `Accept-Encoding` but no language.
 */
const SIGNATURES: readonly Signature[] = [
  { family: 'ffmpeg', shows: (header) => header('icy-metadata') !== '' },
  { family: 'kodi', shows: (header) => header('accept-charset') !== '' },
  { family: 'vlc', shows: (header) => header('accept-language').includes('_') },
  {
    family: 'streamlink',
    shows: (header) =>
      header('accept-language') === '' &&
      header('accept') === '*/*' &&
      header('accept-encoding').startsWith('gzip, deflate'),
  },
]

/**
 * Family of a player, from its User-Agent and its other headers. A User-Agent that names a player is taken as it is; one that names a browser only
 * where the headers are a browser's, else the family is the one whose headers they are, or `other:like-<browser>`.
 */
export const playerFamily = (agent: string, header: HeaderOf): string => {
  const named = userAgentFamily(agent)
  if (!BROWSERS.has(named)) return named
  const found = SIGNATURES.find(({ shows }) => shows(header))
  if (found !== undefined) return found.family
  return header('accept-language') === '' ? `other:like-${named}` : named
}

/** Whether a family is a browser's. */
export const isBrowser = (family: string): boolean => BROWSERS.has(family)
