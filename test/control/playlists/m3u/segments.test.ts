import { expect, test } from 'vitest'
import { readPlaylistText } from '../../../../control/playlists/m3u/reader.ts'

test.each([
  ['without any other tag', '', '#EXTINF:10.0,\ns1.ts\n#EXTINF:10.0,\ns2.ts\n'],
  ['at addresses of their own', '', '#EXTINF:6,\nhttp://o/s1.ts\n#EXTINF:6.006,\nhttp://o/s2.ts\n'],
  ['with names', '', '#EXTINF:6,one\ns1.ts\n#EXT-X-DISCONTINUITY\n#EXTINF:6,two\ns2.ts\n'],
  ['with a tag that ends them', '#EXT-X-VERSION:3\n', '#EXTINF:6,\ns1.ts\n#EXT-X-ENDLIST\n'],
  ['in small letters', '#ext-x-targetduration:6\n', '#extinf:6,\ns1.ts\n'],
])('segments of one stream are no channels: %s', (_, head, segments) => {
  expect(readPlaylistText(`#EXTM3U\n${head}${segments}`, { baseUrl: 'http://l/' })).toMatchObject({
    problem: { reason: 'the manifest of one HLS stream, not a list of channels' },
  })
})

test.each([
  '#EXTINF:6,Jingle\nhttp://o/a.mp3\n#EXTINF:9,Song\nhttp://o/b.mp3\n',
  '#EXTINF:0,\nhttp://o/a.ts\n',
  '#EXTINF:10,\nhttp://o/a/index.m3u8\n',
  '#EXTINF:5400,Film\nhttp://o/a.mp4\n#EXT-X-ENDLIST\n',
])('a list of short things is one: %#', (entries) => {
  expect(readPlaylistText(`#EXTM3U\n${entries}`).ok).toBe(true)
})
