import { request } from 'node:http'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { buildChannelTable } from '../../../control/playlists/catalogue/channel-table.ts'
import { channelsOf, entry } from '../../control/playlists/channels.ts'
import { type Rig, startRig } from '../rig/rig.ts'
import { group } from '../rig/tables.ts'

const HLS = 'application/vnd.apple.mpegurl'
let rig: Rig
beforeAll(async () => {
  rig = await startRig(async (stub, { url, files }) => {
    const channels = await channelsOf(
      entry('outer', `${url}/hls/index.m3u8`),
      entry('inner', `${url}/hls/inner/index.m3u8`),
      entry('unlisted', `${url}/hls/Hidden/index.m3u8`),
      entry('alone', `${url}/own/index.m3u8`),
    )
    const listed = channels.filter(({ id }) => id !== 'unlisted')
    stub.policy = { ...stub.policy, groups: [group('all', { isDefault: true })] }
    stub.tables.channels.rows = await buildChannelTable(channels, [
      { id: 'all', channels: listed, leftOut: [] },
    ])
    files.set('/hls/index.m3u8', {
      type: HLS,
      body: '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\ninner/index.m3u8\n#EXT-X-STREAM-INF:BANDWIDTH=2\nown/index.m3u8\n',
    })
    for (const path of ['/hls/inner/index.m3u8', '/hls/own/index.m3u8'])
      files.set(path, { type: HLS, body: '#EXTM3U\n#EXT-X-TARGETDURATION:1\nseg.ts\n' })
    for (const path of ['/hls/inner/seg.ts', '/hls/own/seg.ts'])
      files.set(path, { type: 'video/mp2t', body: path })
  })
})
afterAll(() => rig?.stop())
beforeEach(() => {
  rig.origin.seen.length = 0
})

const open = async (channel: string): Promise<string> => {
  const opened = await rig.get(`/live/${rig.ticket()}/${channel}/index.m3u8`)
  return (opened.headers.get('location') ?? '').replace(/^https?:\/\/[^/]+/, '')
}

/** The status of a path sent as it stands. */
const statusOf = (path: string): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    request(rig.url, { path }, (it) => {
      it.resume()
      resolve(it.statusCode)
    })
      .on('error', reject)
      .end()
  })

test.each([
  'inner/seg.ts',
  'INNER/seg.ts',
  '/inner/seg.ts',
  'inner;x=1/seg.ts',
  ';x/inner/seg.ts',
  'inner%2fseg.ts',
  'inner%255cseg.ts',
  '%2569nner/seg.ts',
  'inner%20/seg.ts',
  'inner./seg.ts',
  'in%c2%adner/seg.ts',
  '%ef%bd%89nner/seg.ts',
  'hidden/seg.ts',
  'Hidden//seg.ts',
])('a channel above another does not lead into it: %s', async (rest) => {
  const url = await open('outer')
  expect(await statusOf(url.replace('index.m3u8', rest))).toBe(403)
  expect(rig.origin.seen).toEqual([])
})

test.each([
  '%e2%80%a5/hls/inner/seg.ts',
  '%e2%80%a4./hls/inner/seg.ts',
  '..%e2%88%95status',
  '%c0%2e%c0%2e/status',
  '%25u002e%25u002e/status',
  '..%ff/status',
  '..%3fx',
])('no spelling of dots leads above a channel: %s', async (rest) => {
  const url = await open('alone')
  expect(await statusOf(url.replace('index.m3u8', rest))).toBe(403)
  expect(rig.origin.seen).toEqual([])
})

test('what a manifest names opens, in the directory of another channel too', async () => {
  const url = await open('outer')
  const follow = (from: string, text: string): string[] =>
    text
      .split('\n')
      .filter((line) => /^[^#]/.test(line))
      .map((line) => new URL(line, rig.url + from).href.slice(rig.url.length))
  const variants = follow(url, (await rig.get(url)).text)
  expect(variants).toHaveLength(2)
  const segments: string[] = []
  for (const variant of variants) segments.push(...follow(variant, (await rig.get(variant)).text))
  const texts: string[] = []
  for (const segment of segments) texts.push((await rig.get(segment)).text)
  expect(texts).toEqual(['/hls/inner/seg.ts', '/hls/own/seg.ts'])
})
