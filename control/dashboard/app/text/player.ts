/** Players by how they are written in a User-Agent or by the families edges tell, without case. */
const PLAYERS: readonly (readonly [RegExp, string])[] = [
  [/tivimate/i, 'TiviMate'],
  [/ott[- ]?navigator/i, 'OTT Navigator'],
  [/smarters/i, 'IPTV Smarters'],
  [/perfect[- ]player/i, 'Perfect Player'],
  [/televizo/i, 'Televizo'],
  [/kodi/i, 'Kodi'],
  [/vlc/i, 'VLC'],
  [/mpv/i, 'mpv'],
  [/lavf|ffmpeg/i, 'FFmpeg'],
  [/exoplayer|androidxmedia3/i, 'ExoPlayer'],
  [/applecoremedia|^apple$/i, 'AppleCoreMedia'],
  [/gstreamer/i, 'GStreamer'],
  [/infuse/i, 'Infuse'],
  [/web0s|webos|^lg\b/i, 'webOS'],
  [/tizen/i, 'Tizen'],
  [/roku/i, 'Roku'],
  [/crkey|chromecast/i, 'Chromecast'],
  [/^edge$|edg\//i, 'Edge'],
  [/^opera$|opr\//i, 'Opera'],
  [/firefox/i, 'Firefox'],
  [/chrome(?!os)/i, 'Chrome'],
  [/safari/i, 'Safari'],
  [/curl/i, 'curl'],
]

/** A player as people know it, from its User-Agent, or from its family or name where no more is known; `tv-browser` and `none` stay. */
export const playerName = (agent: string): string => {
  // Apps of media servers say by themselves what they are and on what: "Plex for LG".
  const own = /(?:Plex|Jellyfin|Emby)[^/;]*/i.exec(agent)
  if (own !== null) return own[0]
  const known = PLAYERS.find(([pattern]) => pattern.test(agent))
  if (known !== undefined) return known[1]
  const [name = ''] = agent.replace(/^other:/, '').split('/')
  return agent.includes('/') ? (name.split(' ')[0] ?? '') : name
}

const PROTOCOLS: ReadonlyMap<string, string> = new Map([
  ['hls', 'HLS'],
  ['dash', 'DASH'],
  ['mpegts', 'MPEG-TS'],
  ['rtmp', 'RTMP'],
  ['rtsp', 'RTSP'],
  ['srt', 'SRT'],
  ['webrtc', 'WebRTC'],
])

/** A protocol as people know it; empty for what says nothing of how a channel is sent. */
export const protocolName = (protocol: string | null | undefined): string =>
  PROTOCOLS.get(protocol ?? '') ?? ''
