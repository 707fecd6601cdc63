import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { packageRoot } from '../../control/config/paths.ts'
import { type Assets, HLS, startAssets } from '../edge/interstitials/assets.ts'
import { type PlayerPage, startPlayerPage } from '../edge/interstitials/player-page.ts'

/*
 * Content steering (RFC 8216bis, section 7): hls.js asks for a variant of a cloned pathway by the address as it stands, and Shaka resolves that of the next steering manifest
 * with the playlist's.
 */

let assets: Assets
let page: PlayerPage
beforeAll(async () => {
  assets = await startAssets()
  const put = (path: string, body: string | Buffer, type = HLS) =>
    assets.rig.origin.files.set(path, { type, body })
  const head = '#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXT-X-PLAYLIST-TYPE:VOD\n'
  const numbers = [0, 1, 2, 3, 4, 5]
  for (const directory of ['/hls/ch1/v', '/other']) {
    const lines = numbers.map((n) => `#EXTINF:2,\n${n}.ts\n`).join('')
    put(`${directory}/v.m3u8`, `${head}${lines}#EXT-X-ENDLIST\n`)
    for (const n of numbers)
      put(
        `${directory}/${n}.ts`,
        readFileSync(join(packageRoot(), `control/demo/media/both/${n}.mpegts`)),
        'video/mp2t',
      )
  }
  const variant = 'BANDWIDTH=200000,CODECS="avc1.4d400d,mp4a.40.2",RESOLUTION=320x180'
  put(
    '/hls/ch1/steered.m3u8',
    `#EXTM3U
#EXT-X-CONTENT-STEERING:SERVER-URI="/steer/first",PATHWAY-ID="A"
#EXT-X-STREAM-INF:${variant},PATHWAY-ID="A",STABLE-VARIANT-ID="v"
v/v.m3u8
`,
  )
  const replacement = { 'PER-VARIANT-URIS': { v: '/other/v.m3u8' } }
  const steering = {
    VERSION: 1,
    TTL: 2,
    'RELOAD-URI': 'again',
    'PATHWAY-PRIORITY': ['B', 'A'],
    'PATHWAY-CLONES': [{ ID: 'B', 'BASE-ID': 'A', 'URI-REPLACEMENT': replacement }],
  }
  for (const name of ['first', 'again'])
    put(`/steer/${name}`, JSON.stringify(steering), 'application/json')
  page = await startPlayerPage()
})
afterAll(async () => {
  await page?.stop()
  await assets?.stop()
})
beforeEach(() => {
  assets.rig.origin.seen.length = 0
})

const seen = (): string[] => assets.rig.origin.seen.map(({ url }) => url.replace(/\?.*/, ''))

test.each([
  ['hls.js', ['/steer/first', '/steer/again', '/other/v.m3u8', '/other/5.ts']],
  ['Shaka', ['/steer/first', '/steer/again', '/hls/ch1/v/5.ts']],
] as const)('%s', async (player, wanted) => {
  const isEnough = () => wanted.every((it) => seen().includes(it))
  const { events, answers } = await page.play(
    player,
    `${await assets.open()}steered.m3u8`,
    isEnough,
  )
  expect(answers.filter(({ status }) => status !== 200)).toEqual([])
  expect(events.filter((it) => it.includes('error'))).toEqual([])
  expect(seen()).toEqual(expect.arrayContaining([...wanted]))
})
