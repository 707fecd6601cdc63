import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { packageRoot } from '../../../control/config/paths.ts'
import { readRange } from '../../../control/demo/answer.ts'
import { answerFor } from '../../../control/demo/answers.ts'
import { CHANNELS } from '../../../control/demo/channels.ts'
import { loadMedia } from '../../../control/demo/media-files.ts'
import { createOrigin } from '../../../control/demo/server.ts'

const media = loadMedia(join(packageRoot(), 'control/demo/media'))
const seen: string[] = []
const server = createOrigin(media, ({ url }) => seen.push(url))
let base = ''

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const at = Date.UTC(2026, 10, 22, 12)
const textAt = (path: string, now: number) => String(answerFor(path, now, { media, base })?.body)
const sequenceOf = (text: string) => Number(/MEDIA-SEQUENCE:(\d+)/.exec(text)?.[1])

describe('live HLS', () => {
  test('the window moves with the wall clock and lists only what can be had', () => {
    const before = textAt('/federal-1/index.m3u8', at)
    const after = textAt('/federal-1/index.m3u8', at + 20_000)
    expect(sequenceOf(after) - sequenceOf(before)).toBe(10)
    const names = after.split('\n').filter((line) => line.endsWith('.ts'))
    expect(names).toHaveLength(6)
    for (const name of names) {
      expect(answerFor(`/federal-1/${name}`, at + 20_000, { media, base })?.type).toBe('video/mp2t')
    }
    const next = Number.parseInt(names.at(-1) ?? '', 10) + 1
    expect(answerFor(`/federal-1/${next}.ts`, at + 20_000, { media, base })).toBeNull()
  })

  test('what was broadcast in the last day can be had again, by time', () => {
    const from = at / 1000 - 3600
    const list = textAt(`/federal-1/archive-${from}-60.m3u8`, at)
    expect(list.match(/#EXTINF/g)).toHaveLength(30)
    expect(list).toContain('#EXT-X-ENDLIST')
    expect(list).toContain(`PROGRAM-DATE-TIME:${new Date(from * 1000).toISOString()}`)
    expect(
      answerFor(`/federal-1/archive-${at / 1000 + 100}-60.m3u8`, at, { media, base }),
    ).toBeNull()
    expect(answerFor('/federal-1/archive-1-60.m3u8', at, { media, base })).toBeNull()
    const ago = textAt('/federal-1/timeshift_rel-3600.m3u8', at)
    expect(ago).toBe(textAt('/federal-1/index.m3u8', at - 3_600_000))
    expect(ago).not.toContain('#EXT-X-ENDLIST')
    expect(answerFor('/federal-1/timeshift_rel-99999.m3u8', at, { media, base })).toBeNull()
  })
})

test('the film has 300 segments and an end', () => {
  const list = textAt('/film-3/index.m3u8', at)
  expect(list.match(/#EXTINF/g)).toHaveLength(300)
  expect(list).toContain('#EXT-X-ENDLIST')
  expect(answerFor('/film-3/299.ts', at, { media, base })).not.toBeNull()
  expect(answerFor('/film-3/300.ts', at, { media, base })).toBeNull()
})

test('the source names twelve channels in three group-titles, with all that players use', async () => {
  const response = await fetch(`${base}/playlist.m3u`)
  expect(response.headers.get('content-type')).toBe('audio/x-mpegurl')
  const text = await response.text()
  expect(text).toMatch(/^#EXTM3U url-tvg="http:/)
  expect(text.match(/^#EXTINF/gm)).toHaveLength(12)
  expect(new Set(text.match(/group-title="[^"]+"/g)).size).toBe(3)
  for (const url of text.match(/^http.*$/gm) ?? []) {
    const head = await fetch(url, { method: 'HEAD' })
    expect(head.status, url).toBe(200)
  }
  const guide = await (await fetch(`${base}/epg.xml`)).text()
  for (const { id } of CHANNELS) expect(guide).toContain(`<channel id="${id}">`)
})

describe('HTTP', () => {
  test('ranges, HEAD and what is not there', async () => {
    const whole = Buffer.from(await (await fetch(`${base}/film-3/7.ts`)).arrayBuffer())
    const part = await fetch(`${base}/film-3/7.ts`, { headers: { Range: 'bytes=100-199' } })
    expect(part.status).toBe(206)
    expect(part.headers.get('content-range')).toBe(`bytes 100-199/${whole.length}`)
    expect(Buffer.from(await part.arrayBuffer())).toEqual(whole.subarray(100, 200))
    const head = await fetch(`${base}/film-3/7.ts`, { method: 'HEAD' })
    expect(head.headers.get('content-length')).toBe(String(whole.length))
    const beyond = await fetch(`${base}/film-3/7.ts`, { headers: { Range: 'bytes=9999999-' } })
    expect(beyond.status).toBe(416)
    expect((await fetch(`${base}/film-3/7.ts`, { method: 'POST' })).status).toBe(405)
    for (const path of [
      '/',
      '/nothing',
      '/film-3/../x',
      '/federal-1/a/b',
      '/sport-1/both/index.m3u8',
      '/film-3/-1.ts',
    ]) {
      expect((await fetch(`${base}${path}`)).status, path).toBe(404)
    }
    expect(seen).toContain('/film-3/7.ts')
  })

  test.each([
    [undefined, null],
    ['bytes=0-', { from: 0, to: 99 }],
    ['bytes=10-19', { from: 10, to: 19 }],
    ['bytes=90-500', { from: 90, to: 99 }],
    ['bytes=-10', { from: 90, to: 99 }],
    ['bytes=-500', { from: 0, to: 99 }],
    ['bytes=-0', 'outside'],
    ['bytes=100-', 'outside'],
    ['bytes=5-2', null],
    ['bytes=-', null],
    ['bytes=0-1,3-4', null],
    ['items=0-1', null],
  ] as const)('Range: %s', (header, expected) => {
    expect(readRange(header, 100)).toEqual(expected)
  })

  test('the endless stream keeps the pace of the clock and starts with a head start', async () => {
    const abort = new AbortController()
    const response = await fetch(`${base}/sport-4/mpegts`, { signal: abort.signal })
    expect(response.headers.get('content-type')).toBe('video/mp2t')
    const from = performance.now()
    let bytes = 0
    for await (const chunk of response.body ?? []) {
      bytes += (chunk as Uint8Array).length
      if (performance.now() - from > 4000) break
    }
    abort.abort()
    const seconds = (performance.now() - from) / 1000
    const rate = (8 * 33_500) / 16
    // 4 s at once, and then a second a second: never much more than the clock gives.
    expect(bytes).toBeGreaterThan(rate * 3)
    expect(bytes).toBeLessThan(rate * (seconds + 4) * 1.3)
  })
})
