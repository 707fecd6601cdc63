import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { packageRoot } from '../../control/config/paths.ts'
import { type Assets, HLS, startAssets } from '../edge/interstitials/assets.ts'
import { type LiveOrigin, startLiveOrigin } from '../edge/interstitials/live-origin.ts'
import { afterAssets, type PlayerPage, startPlayerPage } from '../edge/interstitials/player-page.ts'
import { playWithFfmpeg, playWithVlc } from '../support/programs/players.ts'

/* Interstitials as hls.js and Shaka play them, from a page of another host than the edge. */

const PLAYERS = ['hls.js', 'Shaka'] as const
const EPOCH = Date.parse('2026-11-30T00:00:00Z')

let assets: Assets
let live: LiveOrigin
let page: PlayerPage
beforeAll(async () => {
  live = await startLiveOrigin([0, 1, 2, 3, 4, 5].map(clip))
  assets = await startAssets(live.url)
  const put = (path: string, body: string | Buffer, type = HLS) =>
    assets.rig.origin.files.set(path, { type, body })
  for (let n = 0; n < 6; n += 1) put(`/hls/ch1/${n}.ts`, clip(n), 'video/mp2t')
  for (const directory of ['/hls/ch1/ad', '/ads/one', '/ads/two']) {
    put(`${directory}/6.ts`, clip(6), 'video/mp2t')
    put(
      `${directory}/v.m3u8`,
      `${MEDIA}#EXT-X-PLAYLIST-TYPE:VOD\n#EXTINF:2,\n6.ts\n#EXT-X-ENDLIST\n`,
    )
    put(`${directory}/index.m3u8`, `#EXTM3U\n#EXT-X-STREAM-INF:${VARIANT}\nv.m3u8\n`)
  }
  const list = { ASSETS: ['one', 'two'].map((it) => ({ URI: `${it}/index.m3u8`, DURATION: 2 })) }
  put('/ads/list', JSON.stringify(list), 'application/json')
  page = await startPlayerPage()
})
afterAll(async () => {
  await page?.stop()
  await assets?.stop()
  await live?.stop()
})
beforeEach(() => {
  assets.rig.origin.seen.length = 0
})

/** Two seconds of video and sound. */
const clip = (n: number): Buffer =>
  readFileSync(join(packageRoot(), `control/demo/media/both/${n}.mpegts`))

const VARIANT = 'BANDWIDTH=200000,CODECS="avc1.4d400d,mp4a.40.2",RESOLUTION=320x180'
const MEDIA = '#EXTM3U\n#EXT-X-VERSION:9\n#EXT-X-TARGETDURATION:2\n'

const at = (ms: number): string => new Date(ms).toISOString()

/** An interstitial of a class and a time, with its other attributes. */
const rangeOf = (id: string, ms: number, more: string): string =>
  `#EXT-X-DATERANGE:ID="${id}",CLASS="com.apple.hls.interstitial",START-DATE="${at(ms)}",DURATION=2,${more}\n`

/** Segments that the origin was asked for, of these directories. */
const askedFor = (...directories: string[]): string[] => {
  const asked = new Set(assets.rig.origin.seen.map(({ url }) => url))
  return directories.filter((it) => asked.has(`${it}/6.ts`))
}

const lines = (...numbers: number[]): string => numbers.map((n) => `#EXTINF:2,\n${n}.ts\n`).join('')

test.each(PLAYERS)('%s: before, within and behind a film', async (player) => {
  const film = [
    `${MEDIA}#EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-PROGRAM-DATE-TIME:${at(EPOCH)}\n`,
    rangeOf('pre', EPOCH, 'CUE="PRE",X-ASSET-URI="ad/index.m3u8",X-RESUME-OFFSET=0'),
    rangeOf(
      'mid',
      EPOCH + 4000,
      'X-ASSET-LIST="/ads/list",X-RESUME-OFFSET=0,X-RESTRICT="SKIP,JUMP"',
    ),
    rangeOf('post', EPOCH + 8000, 'CUE="POST",X-ASSET-URI="/ads/two/index.m3u8"'),
    `${lines(0, 1, 2, 3)}#EXT-X-ENDLIST\n`,
  ]
  assets.rig.origin.files.set('/hls/ch1/film.m3u8', { type: HLS, body: film.join('') })
  const { events, answers } = await page.play(
    player,
    `${await assets.open()}film.m3u8`,
    afterAssets(4),
  )
  expect(answers.filter(({ status }) => status !== 200)).toEqual([])
  expect(events.filter((it) => it.includes('error'))).toEqual([])
  expect(events.filter((it) => it === 'asset started')).toHaveLength(4)
  const directories = ['/hls/ch1/ad', '/ads/one', '/ads/two']
  expect(askedFor(...directories)).toEqual(directories)
})

test.each(PLAYERS)(
  '%s: in a live channel whose updates leave out what the player has',
  async (player) => {
    const ads = `${assets.rig.origin.url}/ads`
    live.begin(
      (start) =>
        rangeOf('uri', start + 24_000, `X-ASSET-URI="${ads}/one/index.m3u8"`) +
        rangeOf('list', start + 30_000, `X-ASSET-LIST="${ads}/list",X-RESUME-OFFSET=4`),
    )
    const { events, answers } = await page.play(
      player,
      `${await assets.open('live')}index.m3u8`,
      afterAssets(3),
    )
    expect(answers.filter(({ status }) => status !== 200)).toEqual([])
    expect(events.filter((it) => /asset error|fatal/.test(it))).toEqual([])
    expect(events.filter((it) => it === 'asset started')).toHaveLength(3)
    expect(live.reloads.some((it) => it.includes('_HLS_skip='))).toBe(true)
    expect(askedFor('/ads/one', '/ads/two')).toEqual(['/ads/one', '/ads/two'])
  },
)

test('ffmpeg and VLC play what stands between them', async () => {
  const film = `${await assets.open()}film.m3u8`
  const { exitCode, frames, output } = await playWithFfmpeg(film, 8)
  expect([exitCode, frames, output.trim()]).toEqual([0, 200, ''])
  assets.rig.origin.seen.length = 0
  const seen = await playWithVlc(`${await assets.open()}film.m3u8`, 9)
  expect(seen.bytes, seen.output).toBeGreaterThan(40_000)
  expect(assets.rig.origin.seen.map(({ url }) => url).filter((it) => it.endsWith('/3.ts'))).toEqual(
    ['/hls/ch1/3.ts'],
  )
})
