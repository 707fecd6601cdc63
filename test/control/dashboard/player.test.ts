import { expect, test } from 'vitest'
import { userAgentFamily } from '#domain/viewer/user-agent'
import { playerName, protocolName } from '../../../control/dashboard/app/text/player.ts'

test.each([
  ['VLC/3.0.20 LibVLC/3.0.20', 'VLC'],
  ['Kodi/21.0 (X11; Linux x86_64) App_Bitness/64', 'Kodi'],
  ['TiviMate/4.7.0 (Linux; Android 11)', 'TiviMate'],
  ['AppleCoreMedia/1.0.0.21F90 (iPhone; U; CPU OS 17_5 like Mac OS X)', 'AppleCoreMedia'],
  ['Mozilla/5.0 (Windows NT 10.0) Chrome/126.0.0.0 Safari/537.36', 'Chrome'],
  ['Mozilla/5.0 (X11; Linux) Gecko/20100101 Firefox/127.0', 'Firefox'],
  ['curl/8.5.0', 'curl'],
])('a User-Agent and its family have the same name: %s', (agent, name) => {
  expect(playerName(agent)).toBe(name)
  expect(playerName(userAgentFamily(agent))).toBe(name)
})

test('an app of a media server, and a platform, stay what they say they are', () => {
  expect(playerName('Plex for Android (Mobile), Phone')).toBe('Plex for Android (Mobile), Phone')
  expect(playerName('Android TV')).toBe('Android TV')
  expect(playerName('other:mybox')).toBe('mybox')
  expect(playerName('MyBox/1.2 (Linux)')).toBe('MyBox')
})

test('a protocol has the name people know it by; where none is known, nothing is said', () => {
  expect(['hls', 'dash', 'mpegts', 'rtmp'].map(protocolName)).toEqual([
    'HLS',
    'DASH',
    'MPEG-TS',
    'RTMP',
  ])
  expect(['http', 'constructor', '', null, undefined].map(protocolName)).toEqual([
    '',
    '',
    '',
    '',
    '',
  ])
})
