import { describe, expect, it } from 'vitest'
import { catalogueOf, channelsOf, entry } from '../channels.ts'

const originOf = async (url: string) => (await channelsOf(entry('X', url)))[0]

describe('where a channel is fetched', () => {
  it.each([
    ['http://127.0.0.1:9000/hls/ch1/index.m3u8', '/hls/ch1/ index.m3u8 - hls'],
    ['http://o.example/ch1/manifest.mpd?a=1&b=2', '/ch1/ manifest.mpd a=1&b=2 dash'],
    ['http://o.example/ch1/mpegts', '/ch1/ mpegts - mpegts'],
    ['http://o.example/live/user/pass/17', '/live/user/pass/ 17 - mpegts'],
    ['http://o.example/live/user/pass/17.TS', '/live/user/pass/ 17.TS - mpegts'],
    ['http://o.example/get?id=5&output=m3u8', '/ get id=5&output=m3u8 hls'],
    ['http://o.example', '/ - - mpegts'],
    ['http://o.example/a b/ü.m3u8', '/a%20b/ %C3%BC.m3u8 - hls'],
    ['http://o.example/a/../b/i.m3u8', '/b/ i.m3u8 - hls'],
    ['HTTPS://O.Example:443/a/i.m3u8', '/a/ i.m3u8 - hls'],
  ])('%s', async (url, expected) => {
    const channel = await originOf(url)
    const parts = [channel?.base, channel?.entry, channel?.query, channel?.protocol]
    expect(parts.map((part) => part || '-').join(' ')).toBe(expected)
    expect(channel?.isVod).toBe(false)
  })

  it('takes the protocol from KODIPROP where the address does not say', async () => {
    const text = '#KODIPROP:inputstream.adaptive.manifest_type=mpd\n#EXTINF:-1,X\nhttp://o/x/play\n'
    expect((await channelsOf(text))[0]?.protocol).toBe('dash')
  })

  it.each([
    ['http://o/live/play.php?id=5', true],
    ['http://o/hls/news', true],
    ['http://o/udp/239.0.0.1:1234', true],
    ['http://o', true],
    ['http://o/ch1/mpegts', false],
    ['http://o/ch1/17.ts', false],
    ['http://o/get?id=5&output=m3u8', false],
    ['http://o/films/film.mp4', false],
    // A panel counts screens, and streams MPEG-TS where no extension is asked for.
    ['http://o/live/user/pass/17', false],
    ['http://o/user/pass/17', false],
  ])('%s: whether the origin has to say which protocol it is: %s', async (url, expected) => {
    expect((await originOf(url))?.isUnsure).toBe(expected)
  })

  it.each([
    ['#EXTINF:5400,Film\nhttp://o/f/i.m3u8\n', true],
    ['#EXTINF:-1,Film\n#EXT-X-PLAYLIST-TYPE:VOD\nhttp://o/f/i.m3u8\n', true],
    ['#EXTINF:-1,Film\nhttp://o/f/film.mp4\n', true],
    ['#EXTINF:0,Live\nhttp://o/f/i.m3u8\n', false],
  ])('knows films from live channels: %j', async (text, isVod) => {
    expect((await channelsOf(text))[0]?.isVod).toBe(isVod)
  })

  it('leaves out what nginx cannot fetch, and names it', async () => {
    const { channels, warnings } = await catalogueOf(
      `#EXTM3U\n${entry('Multicast', 'udp://@239.0.0.1:1234')}${entry('Login', 'http://u:p@o/x/i.m3u8')}${entry('Blank', 'http://{host}/x/i.m3u8')}${entry('Dots', 'http://o..x/i.m3u8')}${entry('Own', 'http://my_tv.example./o/i.m3u8')}`,
    )
    expect(channels.map(({ name, origin, login }) => [name, origin, login])).toEqual([
      ['Login', 'http://o', Buffer.from('u:p').toString('base64')],
      ['Own', 'http://my_tv.example.', undefined],
    ])
    expect(warnings).toEqual([
      'main line 3: Multicast is left out: only http and https addresses can be served',
      'main line 7: Blank is left out: its host is no name',
      'main line 9: Dots is left out: its host is no name',
    ])
  })
})
