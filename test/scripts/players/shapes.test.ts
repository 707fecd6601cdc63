import { join } from 'node:path'
import { expect, test } from 'vitest'
import { packageRoot } from '../../../control/config/paths.ts'
import { loadMedia } from '../../../control/demo/media-files.ts'
import { liveListing, newestSegment, segmentStart } from '../../../control/demo/timeline.ts'
import { DASH_SHAPES } from '../../../scripts/players/shapes/dash.ts'
import { HLS_SHAPES } from '../../../scripts/players/shapes/hls.ts'
import { lowLatencyList, partBytes, partOf } from '../../../scripts/players/shapes/low-latency.ts'
import type { Asked, Shape } from '../../../scripts/players/shapes/shape.ts'

const now = Date.UTC(2026, 10, 29, 12, 0, 1, 300)
const asked = (query = ''): Asked => ({
  path: 'index.m3u8',
  query: new URLSearchParams(query),
  now,
  base: 'http://origin.example',
})
const count = (text: string, part: RegExp): number => [...text.matchAll(part)].length
const shapeOf = (id: string): Shape => {
  const found = [...HLS_SHAPES, ...DASH_SHAPES].find((it) => it.id === id)
  if (found === undefined) throw new RangeError(id)
  return found
}

test('the parts of a segment make the whole of it, each with the program tables', () => {
  const whole = loadMedia(join(packageRoot(), 'control/demo/media')).ts.both.segment(3)
  const [first, second] = [partBytes(whole, 0), partBytes(whole, 1)]
  const tables = first.length + second.length - whole.length
  expect(tables).toBe(3 * 188)
  expect(second.subarray(0, tables).equals(whole.subarray(0, tables))).toBe(true)
  expect(Buffer.concat([first, second.subarray(tables)]).equals(whole)).toBe(true)
  expect(first.length).toBeGreaterThan(whole.length / 3)
})

test('a low-latency list names what there is, and hints at the next part', () => {
  const { text } = lowLatencyList(asked())
  const newest = newestSegment(now)
  expect(text).toContain(`\n${newest}.ts\n#EXT-X-PART:`)
  expect(text).toContain(`#EXT-X-PRELOAD-HINT:TYPE=PART,URI="${newest + 1}.1.ts"`)
  expect(partOf(`a/${newest}.1.ts`)).toEqual({ segment: newest, part: 1 })
  const delta = lowLatencyList(asked('_HLS_skip=YES')).text
  const skipped = Number(/SKIPPED-SEGMENTS=(\d+)/.exec(delta)?.[1])
  expect(skipped + count(delta, /#EXTINF/g)).toBe(count(text, /#EXTINF/g))
})

test('a blocking reload is held back until its part is there', () => {
  const next = newestSegment(now) + 1
  const { text, notBefore } = lowLatencyList(asked(`_HLS_msn=${next}&_HLS_part=1`))
  expect(notBefore).toBe(segmentStart(next) + 2_000)
  expect(text).toContain(`\n${next}.ts\n`)
  expect(lowLatencyList(asked(`_HLS_msn=${next - 3}`)).notBefore).toBe(now)
})

test('the periods of a window list its segments, each from its own beginning', () => {
  const { text = '' } = shapeOf('dash-periods').manifest({ ...asked(), path: 'index.mpd' }) ?? {}
  const lines = [...text.matchAll(/presentationTimeOffset="(\d+)".*?t="(\d+)" d="2" r="(\d+)"/g)]
  const { first, count: listed } = liveListing(now)
  const videos = lines.filter((_, n) => n % 2 === 0)
  expect(videos.length).toBeGreaterThan(1)
  expect(videos.reduce((sum, [, , , more]) => sum + Number(more) + 1, 0)).toBe(listed)
  expect(Number(videos[0]?.[2])).toBe(first * 2)
  for (const [, offset, at] of videos.slice(1)) expect(at).toBe(offset)
})

test('media is had where a shape names it, and nowhere else', () => {
  expect(shapeOf('define').media('files/7.ts')).toBe('/federal-1/7.ts')
  expect(shapeOf('define').media('7.ts')).toBeNull()
  expect(shapeOf('dash-levels').media('a/b/c/video/7.m4s')).toBe('/sport-2/video/7.m4s')
  expect(shapeOf('dash-levels').media('c/video/7.m4s')).toBeNull()
})
