/** Substring of the User-Agent in lower case, and family; the first that is found decides. */
const FAMILIES: readonly (readonly [string, string])[] = [
  ['tivimate', 'tivimate'],
  ['ott navigator', 'ott-navigator'],
  ['ottnavigator', 'ott-navigator'],
  ['iptvsmarters', 'smarters'],
  ['iptv smarters', 'smarters'],
  ['perfect player', 'perfect-player'],
  ['televizo', 'televizo'],
  ['kodi', 'kodi'],
  ['vlc', 'vlc'],
  ['libvlc', 'vlc'],
  ['mpv', 'mpv'],
  ['lavf', 'ffmpeg'],
  ['ffmpeg', 'ffmpeg'],
  ['exoplayer', 'exoplayer'],
  ['androidxmedia3', 'exoplayer'],
  ['applecoremedia', 'apple'],
  ['stagefright', 'stagefright'],
  ['gstreamer', 'gstreamer'],
  ['mag200', 'mag'],
  ['mag250', 'mag'],
  ['qtembedded', 'mag'],
  ['roku', 'roku'],
  ['smart-tv', 'tv-browser'],
  ['smarttv', 'tv-browser'],
  ['web0s', 'tv-browser'],
  ['webos', 'tv-browser'],
  ['tizen', 'tv-browser'],
  ['crkey', 'chromecast'],
  ['edg/', 'edge'],
  ['opr/', 'opera'],
  ['firefox', 'firefox'],
  ['chrome', 'chrome'],
  ['safari', 'safari'],
  ['dalvik', 'android'],
  ['okhttp', 'android'],
  ['curl', 'curl'],
  ['wget', 'wget'],
  ['python', 'script'],
  ['go-http-client', 'script'],
]

const read = (agent: string): string => {
  const lower = agent.trim().toLowerCase()
  if (lower === '') return 'none'
  for (const [part, family] of FAMILIES) if (lower.includes(part)) return family
  // Of an unknown player, its product name: the text before the first slash, blank or bracket.
  const product = lower.slice(0, 64).split(/[/\s(;]/)[0] ?? ''
  return `other:${product.replace(/[^a-z0-9._-]/g, '').slice(0, 32)}`
}

/** Families of the agents read last: an opening asks several times, and most viewers have one of a few agents. */
const known = new Map<string, string>()
const MOST_KNOWN = 200
const LONGEST_KNOWN = 400

/** A player's family by its User-Agent alone: unlike the whole User-Agent it does not change with the player's version. `none` without one. */
export const userAgentFamily = (agent: string): string => {
  const before = known.get(agent)
  if (before !== undefined) return before
  const family = read(agent)
  if (agent.length > LONGEST_KNOWN) return family
  if (known.size >= MOST_KNOWN) known.clear()
  known.set(agent, family)
  return family
}
