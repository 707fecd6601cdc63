import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { FINGERPRINT_HEADERS, isBrowser, playerFamily } from '#domain/viewer/player-family'

interface Recorded {
  readonly player: string
  readonly version: string
  readonly requests: readonly { readonly headers: readonly (readonly [string, string])[] }[]
}

const file = new URL('../../vectors/players/recorded.jsonl', import.meta.url)
const recorded = readFileSync(file, 'utf8')
  .trim()
  .split('\n')
  .map((line): Recorded => JSON.parse(line))

const headerIn =
  (headers: Recorded['requests'][number]['headers']) =>
  (wanted: string): string =>
    headers.find(([name]) => name.toLowerCase() === wanted)?.[1] ?? ''

const familiesOf = ({ requests }: Recorded): string[] => [
  ...new Set(
    requests.map(({ headers }) => {
      const header = headerIn(headers)
      return playerFamily(header('user-agent'), header)
    }),
  ),
]

/** The family of each recorded player; two where it plays with another program than it looks. */
const FAMILIES: Readonly<Record<string, readonly string[]>> = {
  ffmpeg: ['ffmpeg'],
  ffplay: ['ffmpeg'],
  mpv: ['mpv'],
  VLC: ['vlc'],
  'GStreamer hlsdemux': ['gstreamer'],
  'GStreamer hlsdemux2': ['gstreamer'],
  streamlink: ['streamlink'],
  'MPlayer ffmpeg://': ['ffmpeg'],
  'hls.js': ['chrome'],
  Shaka: ['chrome'],
  'video.js': ['chrome'],
  'dash.js': ['chrome'],
  'mpegts.js': ['chrome'],
  Chromium: ['chrome'],
  Kodi: ['kodi'],
  'Kodi inputstream.ffmpegdirect': ['kodi', 'ffmpeg'],
  'Kodi inputstream.adaptive': ['kodi'],
}

test.each(recorded)('every request of $player $version tells the same family', (one) => {
  expect(familiesOf(one)).toEqual(FAMILIES[one.player])
})

test('every player that is written down was recorded', () => {
  expect(recorded.map(({ player }) => player).toSorted()).toEqual(Object.keys(FAMILIES).toSorted())
})

describe('a browser’s agent', () => {
  const chrome = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/120.0 Safari/537.36'
  const strangers = recorded.filter(({ player }) => !FAMILIES[player]?.includes('chrome'))

  test.each(strangers)('in front of the headers of $player makes no browser', ({ requests }) => {
    for (const { headers } of requests)
      expect(isBrowser(playerFamily(chrome, headerIn(headers)))).toBe(false)
  })

  test('with the headers of ExoPlayer or OkHttp is told apart too', () => {
    const header = (name: string) => (name === 'accept-encoding' ? 'gzip' : '')
    expect(playerFamily(chrome, header)).toBe('other:like-chrome')
  })

  test('is believed where the languages of its user come with it', () => {
    const header = (name: string) => (name === 'accept-language' ? 'de,en;q=0.5' : '')
    expect(playerFamily(chrome, header)).toBe('chrome')
    expect(playerFamily('Mozilla/5.0 (Windows NT 10.0; rv:108.0) Firefox/108.0', header)).toBe(
      'firefox',
    )
  })
})

test('an agent that names a player is believed, whatever its headers', () => {
  for (const agent of ['VLC/3.0.20 LibVLC/3.0.20', 'AppleCoreMedia/1.0.0', 'TiviMate/5.1'])
    expect(playerFamily(agent, () => 'x_y')).toBe(playerFamily(agent, () => ''))
})

test('what tells players apart goes with the question to the inner server', () => {
  const conf = readFileSync(
    new URL('../../../nginx/checks/gatehouse-ask-inner-server.conf', import.meta.url),
    'utf8',
  )
  const hop = conf.toLowerCase()
  for (const name of ['user-agent', ...FINGERPRINT_HEADERS])
    expect(hop).toContain(`proxy_set_header ${name} $http_${name.replaceAll('-', '_')};`)
})
