import { userAgentFamily } from './user-agent.ts'

/** A request header by its name in lower case; empty where the player did not send it. */
export type HeaderOf = (name: string) => string

/** Headers that tell players apart whatever they call themselves: what all requests of a player have in common, at any address, also behind a proxy or in HTTP/2, which both change the order. */
export const TELLING_HEADERS = [
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
 * Who really asks where the agent is a browser's, first match wins. Measured: FFmpeg's HTTP asks for ICY metadata with every request (also in mpv, MPlayer
 * and Kodi), VLC names its language as a locale (`en_US`), Kodi's curl sends a charset, and every browser sends the languages of its user, with lists, segments
 * and its own `<video>` alike. Python's requests, on which streamlink stands, sends encodings but no language.
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
 * Family of a player, from its agent and its headers. An agent that names a player is believed; one that names a browser only where the headers are
 * a browser's.
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
